import { type Interval, z95 } from '../../stats/intervals.ts';
import { mean, standardDeviation } from '../../stats/summary.ts';

/** A mean over items, or what is made of such means, and how far it might be off. */
export interface MeanEstimate {
  readonly value: number;
  /** 95 %: the value ± 1.96 standard errors. */
  readonly interval: Interval;
  readonly n: number;
}

/** The mean of independent values, its error from their standard deviation; undefined for fewer than two. */
export const meanEstimate = (values: readonly number[]): MeanEstimate | undefined =>
  values.length < 2 ? undefined : estimate(mean(values), standardDeviation(values) ** 2 / values.length, values.length);

/** The difference of the means of two independent lists; undefined where one has fewer than two values. */
export function differenceEstimate(these: readonly number[], those: readonly number[]): MeanEstimate | undefined {
  const [a, b] = [meanEstimate(these), meanEstimate(those)];
  if (!a || !b) return undefined;
  const variance = standardDeviation(these) ** 2 / a.n + standardDeviation(those) ** 2 / b.n;
  return estimate(a.value - b.value, variance, a.n + b.n);
}

/** Value and interval of a statistic whose error has this variance. */
export function estimate(value: number, variance: number, n: number): MeanEstimate {
  const half = z95 * Math.sqrt(variance);
  return { value, interval: [value - half, value + half], n };
}
