/** How far a judge says what people say. */
import { majorityAgreement, percentAgreement } from '../../stats/agreement.ts';
import { type Ratings, ratingsOf } from '../../stats/ratings.ts';
import { type Share, shareOf } from '../../stats/shares.ts';
import { mean, standardDeviation } from '../../stats/summary.ts';
import type { JudgedPair } from './items.ts';
import { estimate, type MeanEstimate } from './meanEstimate.ts';
import { type Decision, decisionsOf, modes, plurality } from './verdicts.ts';

/** How often a judge agrees with people. An item counts once, however often it was judged. */
export interface PeopleAgreement {
  /** With what most people say of the item; where m choices share the most votes, one of them counts 1/m. */
  readonly majority: Share | undefined;
  /** The same, where an item (or one of its orders) of which the judge said nothing counts as wrong. */
  readonly countingSkips: Share | undefined;
  /** With a person drawn at random: Zheng et al. 2023 (arXiv:2306.05685), table 5, setup S1. */
  readonly onePerson: Share | undefined;
  /** The same where neither says tie: setup S2. */
  readonly withoutTies: Share | undefined;
  /** {@link pairKappa} of the judge's and the people's {@link plurality}. */
  readonly kappa: MeanEstimate | undefined;
}

/** The agreement of a judge with people on the items that people decided. */
export function agreementWithPeople(pairs: readonly JudgedPair[], judge: string): PeopleAgreement {
  const asked = pairs.flatMap(({ said, people }): Asked[] =>
    people.length > 0 && said.has(judge) ? [{ said: said.get(judge)!, people }] : [],
  );
  const judged = asked.flatMap(({ said, people }): BothDecided[] => {
    const decisions = decisionsOf(said);
    return decisions.length === 0 ? [] : [{ decisions, verdict: plurality(decisions)!, people }];
  });
  const strict = judged.flatMap(({ verdict, people }) => {
    const strictly = people.filter((said) => said !== 'tie');
    return verdict === 'tie' || strictly.length === 0 ? [] : [shareSaying(verdict, strictly)];
  });
  return {
    majority: meanShare(judged.map(({ decisions, people }) => mean(creditsOf(decisions, people)))),
    countingSkips: meanShare(
      asked.map(({ said, people }) => creditsOf(decisionsOf(said), people).reduce(sum, 0) / said.length),
    ),
    onePerson: meanShare(judged.map(({ verdict, people }) => shareSaying(verdict, people))),
    withoutTies: meanShare(strict),
    kappa: pairKappa(judged.map(({ verdict, people }) => [verdict, plurality(people)!])),
  };
}

/**
 * Cohen's kappa of verdicts on pairs of responses, each of which enters in both orders: which response is called the first
 * is nobody's opinion. With p the share of equal verdicts, t and u the shares of ties:
 *
 *   κ = (p − e) / (1 − e),   e = (1 − t)·(1 − u)/2 + t·u
 *
 * Its error is that of the three shares, by the delta method. Undefined for fewer than two verdicts, and where there are
 * only ties.
 */
export function pairKappa(verdicts: readonly (readonly [Decision, Decision])[]): MeanEstimate | undefined {
  const n = verdicts.length;
  if (n < 2) return undefined;
  const share = (holds: (one: Decision, other: Decision) => boolean) =>
    verdicts.reduce((count, [one, other]) => (holds(one, other) ? count + 1 : count), 0) / n;
  const [p, t, u] = [share((x, y) => x === y), share((x) => x === 'tie'), share((_, y) => y === 'tie')];
  const e = ((1 - t) * (1 - u)) / 2 + t * u;
  if (e === 1) return undefined;
  const influences = verdicts.map(([x, y]) => {
    const byChance = ((3 * u - 1) / 2) * (Number(x === 'tie') - t) + ((3 * t - 1) / 2) * (Number(y === 'tie') - u);
    return (Number(x === y) - p) / (1 - e) - ((1 - p) / (1 - e) ** 2) * byChance;
  });
  return estimate((p - e) / (1 - e), standardDeviation(influences) ** 2 / n, n);
}

/** How far people agree with each other: what may be asked of a judge. */
export interface PeopleAmongThemselves {
  /** Of a person with most of the others. */
  readonly majority: Share | undefined;
  /** Of two people. */
  readonly onePerson: Share | undefined;
  /** Of two people who do not say tie. */
  readonly withoutTies: Share | undefined;
}

/** The agreement of people with each other, on items that two or more decided. */
export function agreementOfPeople(pairs: readonly JudgedPair[]): PeopleAmongThemselves {
  const votes = pairs.map(({ people }) => people);
  const strict = votes.map((people) => people.filter((said) => said !== 'tie'));
  return {
    majority: ratingShare(votes, majorityAgreement),
    onePerson: ratingShare(votes, percentAgreement),
    withoutTies: ratingShare(strict, percentAgreement),
  };
}

interface Asked {
  readonly said: readonly { readonly choice: Decision | 'skip' }[];
  readonly people: readonly Decision[];
}

interface BothDecided {
  readonly decisions: readonly Decision[];
  readonly verdict: Decision;
  readonly people: readonly Decision[];
}

/** For each decision, what it gets for saying what most people say. */
function creditsOf(decisions: readonly Decision[], people: readonly Decision[]): number[] {
  const most = modes(people);
  return decisions.map((said) => (most.includes(said) ? 1 / most.length : 0));
}

const shareSaying = (verdict: Decision, people: readonly Decision[]): number =>
  people.filter((said) => said === verdict).length / people.length;

/** Of values from 0 to 1, one for each item. */
const meanShare = (values: readonly number[]): Share | undefined => shareOf(values.reduce(sum, 0), values.length);

function ratingShare(
  votes: readonly (readonly Decision[])[],
  coefficient: (ratings: Ratings) => number | undefined,
): Share | undefined {
  const several = votes.filter((said) => said.length > 1);
  const value = coefficient(ratingsOf(several));
  return value === undefined ? undefined : shareOf(value * several.length, several.length);
}

const sum = (a: number, b: number): number => a + b;
