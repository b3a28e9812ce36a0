import { type Interval, wilsonInterval } from '../stats/intervals.ts';
import { sigmoid } from '../stats/logistic.ts';
import { mean, standardDeviation } from '../stats/summary.ts';
import type { LengthComparison, LengthWeights } from './lengthControlled.ts';

/** Comparisons of about one length difference. Rates in percent. */
export interface LengthBin {
  /** The mean of the system's length − the other's, in Unicode code points. */
  readonly longerBy: number;
  readonly n: number;
  /** How often the system won. */
  readonly winRate: number;
  /** 95 %, Wilson's. */
  readonly interval: Interval;
  /** How often it should have by the weights. */
  readonly predicted: number;
}

/** The win rate against the difference in length, as it is and as the weights have it. */
export interface LengthCurve {
  readonly bins: readonly LengthBin[];
  /** σ(w₁·tanh(d/s) + w₂·difficulty + w₃), mean over all prompts, from the least difference to the greatest and at 0. */
  readonly points: readonly { readonly longerBy: number; readonly predicted: number }[];
}

const POINTS = 60;

/**
 * What to hold a length-controlled win rate against: it is the curve at a difference of 0, and worth as much as there are
 * comparisons about there, and as the bins lie on it.
 *
 * @param most bins, each of about as many comparisons
 */
export function lengthCurve(weights: LengthWeights, comparisons: readonly LengthComparison[], most = 10): LengthCurve {
  const rows = comparisons.flatMap(({ won, lengthDifference, difficulty = 0 }) =>
    won === undefined || lengthDifference === undefined ? [] : [{ won, longerBy: -lengthDifference, difficulty }],
  );
  const scale = rows.length > 1 ? standardDeviation(rows.map(({ longerBy }) => longerBy)) || 1 : 1;
  const probability = (longerBy: number, difficulty: number) =>
    sigmoid(weights.length * Math.tanh(-longerBy / scale) + (weights.difficulty ?? 0) * difficulty + weights.system);
  const sorted = [...rows].sort((a, b) => a.longerBy - b.longerBy);
  const count = Math.max(1, Math.min(most, Math.floor(sorted.length / 10)));
  const bins = Array.from({ length: count }, (_, bin): LengthBin => {
    const own = sorted.slice(
      Math.floor((bin * sorted.length) / count),
      Math.floor(((bin + 1) * sorted.length) / count),
    );
    const rate = mean(own.map(({ won }) => won));
    const [low, high] = wilsonInterval(rate * own.length, own.length);
    return {
      longerBy: mean(own.map(({ longerBy }) => longerBy)),
      n: own.length,
      winRate: 100 * rate,
      interval: [100 * low, 100 * high],
      predicted: 100 * mean(own.map(({ longerBy, difficulty }) => probability(longerBy, difficulty))),
    };
  });
  const [from, to] = [Math.min(0, sorted[0]!.longerBy), Math.max(0, sorted.at(-1)!.longerBy)];
  const places = Array.from({ length: POINTS + 1 }, (_, i) => from + ((to - from) * i) / POINTS);
  const points = [...places, 0]
    .sort((a, b) => a - b)
    .map((longerBy) => ({
      longerBy,
      predicted: 100 * mean(rows.map(({ difficulty }) => probability(longerBy, difficulty))),
    }));
  return { bins, points };
}
