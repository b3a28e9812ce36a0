import { type Share, shareOf } from '../../stats/shares.ts';
import { mean } from '../../stats/summary.ts';
import type { IsOwn } from './families.ts';
import type { JudgedPair } from './items.ts';
import { differenceEstimate, type MeanEstimate, meanEstimate } from './meanEstimate.ts';
import { type Decision, decisionsOf, plurality, pointsOf } from './verdicts.ts';

/** What a judge does where one response is its own family's and the other is not. Ties are half wins. */
export interface SelfPreference {
  /** The sources that count as its own. */
  readonly sources: readonly string[];
  /** How often the judge prefers its own. */
  readonly wins: Share;
  /** How often people do, on the items they decided: what the responses deserve. */
  readonly peopleWins: Share | undefined;
  /** The judge's wins less the people's on the same items. */
  readonly overPeople: MeanEstimate | undefined;
  /** The judge's wins less those that judges of other families give on the same items. */
  readonly overOthers: MeanEstimate | undefined;
  /**
   * How often the judge agrees with people who prefer its own, less how often it agrees with people who prefer the other:
   * the equal opportunity difference of Wataoka et al. 2024 (arXiv:2410.21819).
   */
  readonly recallGap: MeanEstimate | undefined;
}

/** Undefined where no item has one response of the judge's own and one of another's. */
export function selfPreference(pairs: readonly JudgedPair[], judge: string, isOwn: IsOwn): SelfPreference | undefined {
  const contests = pairs.flatMap((pair) => contestOf(pair, judge, isOwn) ?? []);
  if (contests.length === 0) return undefined;
  const withPeople = contests.flatMap(({ own, people }) => (people === undefined ? [] : [{ own, people }]));
  const withOthers = contests.flatMap(({ own, others }) => (others === undefined ? [] : [own - others]));
  const agreeing = (preferred: 'own' | 'other') =>
    contests.filter((one) => one.preferred === preferred).map(({ own }) => (preferred === 'own' ? own : 1 - own));
  return {
    sources: [...new Set(contests.map(({ source }) => source))],
    wins: shareOf(total(contests.map(({ own }) => own)), contests.length)!,
    peopleWins: shareOf(total(withPeople.map(({ people }) => people)), withPeople.length),
    overPeople: meanEstimate(withPeople.map(({ own, people }) => own - people)),
    overOthers: meanEstimate(withOthers),
    recallGap: differenceEstimate(agreeing('own'), agreeing('other')),
  };
}

interface Contest {
  readonly source: string;
  /** How often the judge prefers its own here, from 0 to 1. */
  readonly own: number;
  /** How often people do. */
  readonly people: number | undefined;
  /** What most people prefer. */
  readonly preferred: 'own' | 'other' | 'neither' | undefined;
  /** How often judges of other families do. */
  readonly others: number | undefined;
}

function contestOf({ sources, said, people }: JudgedPair, judge: string, isOwn: IsOwn): Contest | undefined {
  const decisions = decisionsOf(said.get(judge) ?? []);
  const [a, b] = sources.map((source) => source !== undefined && isOwn(judge, source));
  if (decisions.length === 0 || a === b || sources.includes(undefined)) return undefined;
  const source = (a ? sources[0] : sources[1])!;
  const sign = a ? 1 : -1;
  const wins = (choices: readonly Decision[]): number | undefined =>
    choices.length === 0 ? undefined : mean(choices.map((choice) => (1 + sign * pointsOf[choice]) / 2));
  const others = [...said].flatMap(([other, made]) =>
    other === judge || isOwn(other, source) ? [] : (wins(decisionsOf(made)) ?? []),
  );
  const verdict = plurality(people);
  return {
    source,
    own: wins(decisions)!,
    people: wins(people),
    preferred: verdict && (verdict === 'tie' ? 'neither' : (verdict === 'a') === a ? 'own' : 'other'),
    others: others.length === 0 ? undefined : mean(others),
  };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
