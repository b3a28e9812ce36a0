import { InvalidValueError } from '../errors.ts';

/** What a list of numbers is like. */
export interface Summary {
  readonly mean: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** Mean, median, 95th percentile and maximum; all 0 for no numbers at all, where nothing was measured. */
export function summary(values: readonly number[]): Summary {
  if (values.length === 0) return { mean: 0, median: 0, p95: 0, max: 0 };
  const sorted = Float64Array.from(values).sort();
  return {
    mean: mean(values),
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    max: sorted.at(-1)!,
  };
}

/** Arithmetic mean. */
export function mean(values: ArrayLike<number>): number {
  if (values.length === 0) throw new InvalidValueError('The number of values', 'at least 1', 0);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Standard deviation with n − 1 in the denominator, in two passes; NaN for a single value. */
export function standardDeviation(values: ArrayLike<number>): number {
  const center = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - center) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/** The `p`-quantile of sorted values, interpolated linearly (method 7 of Hyndman and Fan 1996; R's and NumPy's default). */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new InvalidValueError('p', 'from 0 to 1', p);
  if (sorted.length === 0) throw new InvalidValueError('The number of values', 'at least 1', 0);
  const place = (sorted.length - 1) * p;
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
}
