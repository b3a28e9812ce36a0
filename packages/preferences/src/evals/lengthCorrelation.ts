import { levels, pearson, ranksOfLevels } from '../stats/correlation.ts';
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

/**
 * The correlation of scores with lengths, with bootstrap intervals over pairs. It is about the model, not about the
 * labels: each pair enters the differences in both orders, so that exchanging `chosen` and `rejected` changes nothing.
 */
export function lengthCorrelation(pairs: readonly ScoredPair[], options: BootstrapOptions): LengthCorrelation {
  const scores = pairs.map(({ chosen, rejected }) => [chosen, rejected] as const);
  const lengths = pairs.map(({ chosenLength, rejectedLength }) => [chosenLength, rejectedLength] as const);
  return {
    difference: correlation(scores.flatMap(bothOrders), lengths.flatMap(bothOrders), options),
    response: correlation(scores.flat(), lengths.flat(), options),
  };
}

const bothOrders = ([a, b]: readonly [number, number]) => [a - b, b - a];

/** Of x and y, which hold two values for each pair, one pair after the other. */
function correlation(x: readonly number[], y: readonly number[], options: BootstrapOptions): Correlation {
  const pairs = Array.from({ length: x.length / 2 }, (_, i) => i);
  const [levelsX, levelsY] = [levels(x), levels(y)];
  const ranksAmong = (levels: ArrayLike<number>, sample: readonly number[]) => ranksOfLevels(valuesOf(levels, sample));
  return {
    pearson: bootstrapEstimate(pairs, (sample) => pearson(valuesOf(x, sample), valuesOf(y, sample)), options),
    spearman: bootstrapEstimate(
      pairs,
      (sample) => pearson(ranksAmong(levelsX, sample), ranksAmong(levelsY, sample)),
      options,
    ),
  };
}

function valuesOf(values: ArrayLike<number>, pairs: readonly number[]): Float64Array {
  const taken = new Float64Array(2 * pairs.length);
  for (let i = 0; i < pairs.length; i++) {
    taken[2 * i] = values[2 * pairs[i]!]!;
    taken[2 * i + 1] = values[2 * pairs[i]! + 1]!;
  }
  return taken;
}
