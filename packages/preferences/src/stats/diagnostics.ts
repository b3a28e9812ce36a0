/**
 * Whether Markov chains agree, and how much they know: Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021, "Rank-
 * normalization, folding, and localization" (Bayesian Analysis 16:2; arXiv:1903.08008).
 */
import { InvalidValueError } from '../errors.ts';
import { normalQuantile } from './normal.ts';
import { mean, quantile, standardDeviation } from './summary.ts';

/** What draws say of a number, and whether they can be believed. */
export interface DrawSummary {
  readonly mean: number;
  readonly sd: number;
  /** Quantiles: from q05 to q95 lies 90 % of the posterior, from q25 to q75 half of it. */
  readonly q05: number;
  readonly q25: number;
  readonly q50: number;
  readonly q75: number;
  readonly q95: number;
  readonly probabilityPositive: number;
  /** Above 1.01 the chains have not come together: draw more. NaN for constant draws. */
  readonly rhat: number;
  /** How many independent draws the mean is worth; NaN for constant draws. */
  readonly bulkEss: number;
  /** The same of the 5 % and 95 % quantiles, the less of both. */
  readonly tailEss: number;
}

/**
 * Summarizes the draws of one number.
 *
 * @param values [chains · draws], one chain after the other
 */
export function drawSummary(values: Float64Array, chains: number): DrawSummary {
  const halves = split(values, chains);
  const order = ordered(halves.values);
  const sorted = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) sorted[i] = halves.values[order[i]!]!;
  const scores = rankScores(order, sorted);
  const all = halves.values.length === values.length ? sorted : Float64Array.from(values).sort();
  const [q05, q25, q50, q75, q95] = [0.05, 0.25, 0.5, 0.75, 0.95].map((p) => quantile(all, p)) as Five<number>;
  const upTo = (limit: number) => effectiveSize(indicator(halves.values, limit), halves.chains);
  return {
    ...{ mean: mean(values), sd: standardDeviation(values), q05, q25, q50, q75, q95 },
    probabilityPositive: 1 - mean(indicator(values, 0)),
    ...(sorted[0] === sorted.at(-1)
      ? { rhat: Number.NaN, bulkEss: Number.NaN, tailEss: Number.NaN }
      : {
          rhat: Math.max(splitRhat(scores, halves.chains), splitRhat(foldedScores(order, sorted), halves.chains)),
          bulkEss: effectiveSize(scores, halves.chains),
          tailEss: Math.min(upTo(q05), upTo(q95)),
        }),
  };
}

type Five<T> = [T, T, T, T, T];

/** 1 where a value is at most the limit, else 0. */
function indicator(values: Float64Array, limit: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = values[i]! <= limit ? 1 : 0;
  return out;
}

interface Halves {
  readonly values: Float64Array;
  readonly chains: number;
}

/** Each chain as two; the middle draw of an odd number is left out. A chain that drifts then disagrees with itself. */
function split(values: Float64Array, chains: number): Halves {
  const draws = values.length / chains;
  const half = Math.floor(draws / 2);
  if (!(Number.isInteger(draws) && half >= 2)) {
    throw new InvalidValueError(
      'The number of draws',
      `at least 4 for each of ${chains} chains, of all alike`,
      values.length,
    );
  }
  for (const x of values) if (!Number.isFinite(x)) throw new InvalidValueError('A draw', 'a number', x);
  if (2 * half === draws) return { values, chains: 2 * chains };
  const kept = new Float64Array(2 * half * chains);
  for (let c = 0; c < chains; c++) {
    kept.set(values.subarray(c * draws, c * draws + half), 2 * c * half);
    kept.set(values.subarray((c + 1) * draws - half, (c + 1) * draws), (2 * c + 1) * half);
  }
  return { values: kept, chains: 2 * chains };
}

/**
 * Places of the values in ascending order. Sorting bits that carry their place is twenty times faster than by comparison,
 * and bits as whole numbers twice as fast as the numbers that they stand for.
 */
function ordered(values: Float64Array): Uint32Array {
  const n = values.length;
  const bits = 32 - Math.clz32(n - 1);
  const keys = Float64Array.from(values);
  const words = new Uint32Array(keys.buffer); // low word first
  for (let i = 0; i < n; i++) {
    const sign = words[2 * i + 1]! >> 31; // the bits of a negative number grow as it falls
    words[2 * i] = (((words[2 * i]! ^ sign) >>> bits) << bits) | i; // the lowest bits are its place
    words[2 * i + 1]! ^= sign | 0x80000000;
  }
  new BigUint64Array(keys.buffer).sort();
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = words[2 * i]! & (2 ** bits - 1);
  return order;
}

/** Each value's rank as a normal score, Φ⁻¹((rank − 3/8)/(n + 1/4)) (eq. 14); equal values share their mean rank. */
function rankScores(order: Uint32Array, sorted: Float64Array): Float64Array {
  const n = order.length;
  const table = scoreTable(n);
  const scores = new Float64Array(n);
  for (let from = 0, to = 0; from < n; from = to) {
    while (to < n && sorted[to] === sorted[from]) to++;
    const score = table[from + to + 1 - 2]!; // their ranks are from + 1 to `to`, twice their mean is the sum of both
    for (let i = from; i < to; i++) scores[order[i]!] = score;
  }
  return scores;
}

const scoreTables = new Map<number, Float64Array>();

/** The scores of the ranks 1, 1½, 2, … n of n values: every property of every fit has as many draws. */
function scoreTable(n: number): Float64Array {
  let table = scoreTables.get(n);
  if (!table) {
    table = Float64Array.from({ length: 2 * n - 1 }, (_, i) => normalQuantile((1 + i / 2 - 3 / 8) / (n + 1 / 4)));
    scoreTables.set(n, table);
  }
  return table;
}

/** The {@link rankScores} of the distances from the median, which see chains that differ in spread (section 3.2). */
function foldedScores(order: Uint32Array, sorted: Float64Array): Float64Array {
  const n = order.length;
  const median = quantile(sorted, 0.5);
  const [places, distances] = [new Uint32Array(n), new Float64Array(n)];
  let right = sorted.findIndex((x) => x >= median);
  for (let k = 0, left = right - 1; k < n; k++) {
    const below = left < 0 ? Infinity : median - sorted[left]!;
    const above = right < n ? sorted[right]! - median : Infinity;
    places[k] = order[below <= above ? left-- : right++]!;
    distances[k] = Math.min(below, above);
  }
  return rankScores(places, distances);
}

/** √((B/W + n − 1)/n) with the variances between and within chains of n draws (eq. 1 to 4). */
function splitRhat(values: Float64Array, chains: number): number {
  const n = values.length / chains;
  const { means, within } = moments(values, chains);
  const between = n * standardDeviation(means) ** 2;
  return Math.sqrt((between / within + n - 1) / n);
}

/**
 * The effective sample size (eq. 10 to 13): chains · n / τ, where τ = −1 + 2·Σ (ρ_2k + ρ_2k+1) sums autocorrelations pair
 * by pair while they are positive, none larger than the one before (Geyer 1992, Statistical Science 7:4).
 */
function effectiveSize(values: Float64Array, chains: number): number {
  const total = values.length;
  const n = total / chains;
  const { means, within } = moments(values, chains);
  const centered = new Float64Array(total);
  for (let i = 0; i < total; i++) centered[i] = values[i]! - means[Math.floor(i / n)]!;
  const plus = (within * (n - 1)) / n + standardDeviation(means) ** 2;
  const correlation = (lag: number) => 1 - (within - autocovariance(centered, chains, lag)) / plus;
  let even = 1;
  let pair = 1 + correlation(1);
  let [sum, least] = [0, pair];
  for (let lag = 2; lag < n - 2 && pair > 0; lag += 2) {
    sum += least;
    even = correlation(lag);
    pair = even + correlation(lag + 1);
    least = Math.min(least, pair);
  }
  const tau = -1 + 2 * sum + Math.max(0, even);
  return total / Math.max(tau, 1 / Math.log10(total)); // chains that swing about their mean are worth more, to a point
}

/** The mean of each chain, and the mean of their variances. */
function moments(values: Float64Array, chains: number): { means: Float64Array; within: number } {
  const n = values.length / chains;
  const means = new Float64Array(chains);
  let within = 0;
  for (let c = 0; c < chains; c++) {
    let sum = 0;
    let squares = 0;
    for (let i = c * n; i < (c + 1) * n; i++) sum += values[i]!;
    means[c] = sum / n;
    for (let i = c * n; i < (c + 1) * n; i++) squares += (values[i]! - sum / n) ** 2;
    within += squares / (n - 1) / chains;
  }
  return { means, within };
}

/** Of centred values, at a lag, with n in the denominator; the mean over chains. */
function autocovariance(centered: Float64Array, chains: number, lag: number): number {
  const n = centered.length / chains;
  let sum = 0;
  for (let c = 0; c < chains; c++) {
    for (let i = c * n + lag; i < (c + 1) * n; i++) sum += centered[i]! * centered[i - lag]!;
  }
  return sum / centered.length;
}
