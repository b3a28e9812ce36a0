import { pearson, spearman } from '../stats/correlation.ts';
import { type BootstrapOptions, bootstrapEstimate, type Estimate } from '../stats/intervals.ts';
import type { ScoredPair } from './rewardAccuracy.ts';

/** How two quantities go together; undefined where one of them does not vary. */
export interface Correlation {
  readonly pearson: Estimate | undefined;
  readonly spearman: Estimate | undefined;
}

/** How a reward model's scores go with length. */
export interface LengthCorrelation {
  /** Within pairs: of the difference of the scores with the difference of the lengths. A shift per prompt cancels. */
  readonly difference: Correlation;
  /** Over all responses: of the score with the length. */
  readonly response: Correlation;
}

type Points = readonly [x: readonly number[], y: readonly number[]];

/**
 * The correlation of scores with lengths, with bootstrap intervals over pairs. It is about the model, not about the
 * labels: each pair enters the differences in both orders, so that exchanging `chosen` and `rejected` changes nothing.
 */
export function lengthCorrelation(pairs: readonly ScoredPair[], options: BootstrapOptions): LengthCorrelation {
  const correlation = (points: (sample: readonly ScoredPair[]) => Points): Correlation => ({
    pearson: bootstrapEstimate(pairs, (sample) => pearson(...points(sample)), options),
    spearman: bootstrapEstimate(pairs, (sample) => spearman(...points(sample)), options),
  });
  return { difference: correlation(differences), response: correlation(responses) };
}

function differences(pairs: readonly ScoredPair[]): Points {
  const scores = pairs.map(({ chosen, rejected }) => chosen - rejected);
  const lengths = pairs.map(({ chosenLength, rejectedLength }) => chosenLength - rejectedLength);
  return [bothOrders(scores), bothOrders(lengths)];
}

const bothOrders = (values: readonly number[]): number[] => [...values, ...values.map((value) => -value)];

const responses = (pairs: readonly ScoredPair[]): Points => [
  pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]),
  pairs.flatMap(({ chosenLength, rejectedLength }) => [chosenLength, rejectedLength]),
];
