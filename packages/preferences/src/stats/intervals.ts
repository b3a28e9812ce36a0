import { InvalidValueError } from '../errors.ts';
import { seededRandom } from './random.ts';
import { quantile } from './summary.ts';

/** Both ends of an interval, of 95 % where nothing else is said. */
export type Interval = readonly [low: number, high: number];

/** The standard normal's 0.975 quantile: 95 % lie within as many standard deviations. */
export const z95 = 1.959963984540054;

/**
 * The 95 % interval of a share: Wilson 1927 (JASA 22:158), without correction for continuity.
 *
 *   (p̂ + z²/2n ± z·√(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n)
 *
 * `successes` may be fractional (ties count half); the interval is then wider than need be, never too narrow, because a
 * value between 0 and 1 varies less than a coin with the same mean.
 */
export function wilsonInterval(successes: number, n: number): Interval {
  if (!(n > 0)) throw new InvalidValueError('n', 'more than 0', n);
  if (!(successes >= 0 && successes <= n)) throw new InvalidValueError('successes', `from 0 to ${n}`, successes);
  const [p, zz] = [successes / n, z95 ** 2];
  const center = p + zz / (2 * n);
  const half = z95 * Math.sqrt((p * (1 - p)) / n + zz / (4 * n ** 2));
  const bound = (value: number) => Math.min(1, Math.max(0, value / (1 + zz / n))); // rounding may pass 0 or 1 by 1e-17
  return [bound(center - half), bound(center + half)];
}

/** How the data are drawn anew. */
export interface BootstrapOptions {
  readonly seed: number;
  /** How often the data are drawn anew. */
  readonly resamples?: number;
}

/**
 * The 95 % percentile interval of a statistic: Efron 1979 (Annals of Statistics 7:1). The data are drawn with
 * replacement `resamples` times; the interval holds the middle 95 % of the statistic's values.
 */
export function bootstrapInterval<T>(
  data: readonly T[],
  statistic: (sample: readonly T[]) => number,
  options: BootstrapOptions,
): Interval {
  const values = Float64Array.from(bootstrapValues(data, statistic, options)).sort();
  return [quantile(values, 0.025), quantile(values, 0.975)];
}

/** A statistic of the data, and how far it might be off. */
export interface Estimate {
  readonly value: number;
  /** 95 %, by the bootstrap. */
  readonly interval: Interval;
  /** How many resamples the interval comes from: those in which the statistic is defined. */
  readonly resamples: number;
}

/**
 * A statistic and its {@link bootstrapInterval}, for statistics that some data leave undefined (a correlation where
 * nothing varies): undefined where the data themselves do, and resamples that do are left out of the interval.
 */
export function bootstrapEstimate<T>(
  data: readonly T[],
  statistic: (sample: readonly T[]) => number | undefined,
  options: BootstrapOptions,
): Estimate | undefined {
  const value = data.length === 0 ? undefined : statistic(data);
  if (value === undefined) return undefined;
  const values = Float64Array.from(bootstrapValues(data, statistic, options).filter((v) => v !== undefined)).sort();
  return { value, interval: [quantile(values, 0.025), quantile(values, 0.975)], resamples: values.length };
}

function bootstrapValues<T, V>(
  data: readonly T[],
  statistic: (sample: readonly T[]) => V,
  { seed, resamples = 2000 }: BootstrapOptions,
): V[] {
  if (data.length === 0) throw new InvalidValueError('The number of values', 'at least 1', 0);
  const random = seededRandom(seed);
  return Array.from({ length: resamples }, () => statistic(data.map(() => data[random.below(data.length)]!)));
}
