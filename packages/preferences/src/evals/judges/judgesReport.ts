import type { Comparison } from '../../data/types.ts';
import type { Share } from '../../stats/shares.ts';
import type { Match } from '../judgedItem.ts';
import {
  agreementOfPeople,
  agreementWithPeople,
  type PeopleAgreement,
  type PeopleAmongThemselves,
} from './agreementWithPeople.ts';
import {
  type AnnotatorAnalysis,
  annotatedItems,
  annotatorAnalysis,
  peopleAnalysis,
  preferencesOfPeople,
} from './annotatorAnalysis.ts';
import { type BiasRegression, biasRegression } from './biasRegression.ts';
import { type IsOwn, sameFamily } from './families.ts';
import { type JudgedPair, judgedPairs } from './items.ts';
import { prefersLonger } from './lengthBias.ts';
import { type PositionBias, positionBias } from './positionBias.ts';
import { type SelfPreference, selfPreference } from './selfPreference.ts';
import { decisionsOf } from './verdicts.ts';

/** How far a judge may be believed. */
export interface JudgeReport {
  readonly judge: string;
  /** What it was asked, answered or not. */
  readonly comparisons: number;
  /** Different items among them. */
  readonly items: number;
  readonly ties: number;
  /** Nothing was decided: refused, or not to be read. */
  readonly skips: number;
  /** Undefined where people judged nothing that the judge did. */
  readonly people: PeopleAgreement | undefined;
  /** On the items that people decided. */
  readonly alpacaEval: AnnotatorAnalysis | undefined;
  readonly position: PositionBias;
  readonly prefersLonger: Share | undefined;
  readonly own: SelfPreference | undefined;
  readonly biases: BiasRegression | undefined;
}

/** People as a judge: what their verdicts alone tell. */
export interface PeopleReport extends PeopleAmongThemselves {
  readonly decisions: number;
  readonly items: number;
  readonly alpacaEval: AnnotatorAnalysis;
  readonly prefersLonger: Share | undefined;
}

/** A page about judges. */
export interface JudgesReport {
  /** Different pairs of responses that some judge was asked about. */
  readonly items: number;
  readonly judges: readonly JudgeReport[];
  readonly people: PeopleReport | undefined;
}

/** What judges are compared with, and how items are told apart. */
export interface JudgesOptions {
  readonly people?: Iterable<Comparison>;
  readonly match?: Match;
  readonly isOwn?: IsOwn;
}

/**
 * Every judge of the comparisons, in the order in which they first appear: how often it says what people say, and what
 * sways it that should not.
 */
export function judgesReport(
  comparisons: Iterable<Comparison>,
  { people = [], match, isOwn = sameFamily }: JudgesOptions = {},
): JudgesReport {
  const pairs = judgedPairs(comparisons, people, match);
  const judges = new Set(pairs.flatMap(({ said }) => [...said.keys()]));
  return {
    items: pairs.filter(({ said }) => said.size > 0).length,
    judges: [...judges].map((judge) => judgeReport(pairs, judge, isOwn)),
    people: peopleReport(pairs.filter((pair) => pair.people.length > 0)),
  };
}

function judgeReport(all: readonly JudgedPair[], judge: string, isOwn: IsOwn): JudgeReport {
  const pairs = all.filter(({ said }) => said.has(judge));
  const said = pairs.flatMap((pair) => pair.said.get(judge)!);
  const common = pairs.filter(({ people }) => people.length > 0);
  return {
    judge,
    comparisons: said.length,
    items: pairs.length,
    ties: said.filter(({ choice }) => choice === 'tie').length,
    skips: said.filter(({ choice }) => choice === 'skip').length,
    people: common.length > 0 ? agreementWithPeople(common, judge) : undefined,
    alpacaEval: common.length > 0 ? annotatorAnalysis(annotatedItems(common, judge)) : undefined,
    position: positionBias(pairs, judge),
    prefersLonger: prefersLonger(pairs, (pair) => decisionsOf(pair.said.get(judge)!)),
    own: selfPreference(pairs, judge, isOwn),
    biases: biasRegression(pairs, judge, isOwn),
  };
}

function peopleReport(pairs: readonly JudgedPair[]): PeopleReport | undefined {
  if (pairs.length === 0) return undefined;
  return {
    decisions: pairs.reduce((sum, { people }) => sum + people.length, 0),
    items: pairs.length,
    ...agreementOfPeople(pairs),
    alpacaEval: peopleAnalysis(pairs.map(preferencesOfPeople)),
    prefersLonger: prefersLonger(pairs, ({ people }) => people),
  };
}
