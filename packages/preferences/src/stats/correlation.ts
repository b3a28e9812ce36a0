import { InvalidValueError } from '../errors.ts';
import { mean } from './summary.ts';

/**
 * Pearson's correlation, Σ(x−x̄)(y−ȳ) / √(Σ(x−x̄)²·Σ(y−ȳ)²), from −1 to 1; undefined where x or y does not vary.
 *
 * @throws InvalidValueError unless there are as many x as y, and at least one
 */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number | undefined {
  if (x.length !== y.length) throw new InvalidValueError('The number of y', `that of x, ${x.length}`, y.length);
  const [centerX, centerY] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - centerX, y[i]! - centerY];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  if (xx === 0 || yy === 0) return undefined;
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy))); // rounding may pass 1 by 1e-16
}

/** Spearman's rank correlation: Pearson's of the {@link ranks}; undefined where x or y does not vary. */
export const spearman = (x: ArrayLike<number>, y: ArrayLike<number>): number | undefined => pearson(ranks(x), ranks(y));

/** The rank of each value, from 1; equal values share the mean of their ranks. */
export const ranks = (values: ArrayLike<number>): Float64Array => ranksOfLevels(levels(values));

/** The values as whole numbers in the same order: 0 for the least, 1 for the next, equal for equal ones. */
export function levels(values: ArrayLike<number>): Uint32Array {
  const distinct = [...new Set(Float64Array.from(values).sort())];
  const level = new Map(distinct.map((value, i) => [value, i]));
  return Uint32Array.from(values, (value) => level.get(value)!);
}

/** The {@link ranks} of some of the {@link levels} of a list, without sorting again: for rank statistics of resamples. */
export function ranksOfLevels(levels: ArrayLike<number>): Float64Array {
  let most = 0;
  for (let i = 0; i < levels.length; i++) most = Math.max(most, levels[i]!);
  const rank = new Float64Array(most + 1);
  for (let i = 0; i < levels.length; i++) rank[levels[i]!]!++;
  for (let level = 0, below = 0; level <= most; level++) {
    const count = rank[level]!;
    rank[level] = below + (count + 1) / 2;
    below += count;
  }
  const result = new Float64Array(levels.length);
  for (let i = 0; i < levels.length; i++) result[i] = rank[levels[i]!]!;
  return result;
}
