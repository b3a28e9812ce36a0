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
export function ranks(values: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(values).sort();
  return Float64Array.from(values, (value) => {
    const before = countBelow(sorted, value, false);
    const upTo = countBelow(sorted, value, true);
    return (before + upTo + 1) / 2;
  });
}

/** How many of the sorted values are below `value`, or equal to it where they count (by bisection). */
function countBelow(sorted: Float64Array, value: number, equalCounts: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const counts = equalCounts ? sorted[middle]! <= value : sorted[middle]! < value;
    if (counts) low = middle + 1;
    else high = middle;
  }
  return low;
}
