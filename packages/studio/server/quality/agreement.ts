/**
 * Agreement of very many items at once. What @attune/preferences computes from a list of items, this computes from the few
 * different ways in which items were voted on, each with how many items it has: the same numbers, however many items.
 */
import { quantile, type Random } from '@attune/preferences';

/** How many votes each label got, and of how many items. */
export interface Pattern {
  readonly counts: readonly number[];
  readonly items: number;
}

const RESAMPLES = 1000;

export interface Estimated {
  readonly value: number;
  readonly interval: [number, number];
}

const coefficients = { percent, krippendorffAlpha, fleissKappa, gwetAc1 };
type Coefficient = keyof typeof coefficients;
const names = Object.keys(coefficients) as Coefficient[];

/**
 * Every coefficient and its 95 % bootstrap interval over items (Efron 1979, Annals of Statistics 7:1): drawing items anew is
 * drawing how many of each pattern there are, a multinomial. Null where the votes do not define it.
 */
export function estimates(patterns: readonly Pattern[], random: Random): Record<Coefficient, Estimated | null> {
  const samples = Array.from({ length: RESAMPLES }, () => resampled(patterns, random));
  const estimate = (name: Coefficient): Estimated | null => {
    const value = coefficients[name](patterns);
    if (value === undefined) return null;
    const drawn = samples.map(coefficients[name]).filter((one) => one !== undefined);
    const sorted = Float64Array.from(drawn).sort();
    return { value, interval: [quantile(sorted, 0.025), quantile(sorted, 0.975)] };
  };
  return Object.fromEntries(names.map((name) => [name, estimate(name)])) as Record<Coefficient, Estimated | null>;
}

/** Fleiss 1971, eq. 2 and 3: P = mean over items of Σ_k r_k·(r_k − 1) / (r·(r − 1)). */
export function percent(patterns: readonly Pattern[]): number | undefined {
  let [sum, n] = [0, 0];
  for (const { counts, items } of patterns) {
    const r = total(counts);
    sum += (items * counts.reduce((same, count) => same + count * (count - 1), 0)) / (r * (r - 1));
    n += items;
  }
  return n === 0 ? undefined : sum / n;
}

/** Fleiss 1971: (P − P_e) / (1 − P_e), P_e = Σ p_k². */
export function fleissKappa(patterns: readonly Pattern[]): number | undefined {
  return beyondChance(
    percent(patterns),
    shares(patterns).reduce((sum, p) => sum + p * p, 0),
  );
}

/** Gwet 2008: the same with P_e = Σ p_k·(1 − p_k) / (q − 1), over the q labels that occur. */
export function gwetAc1(patterns: readonly Pattern[]): number | undefined {
  const used = shares(patterns).filter((p) => p > 0);
  if (used.length < 2) return undefined;
  return beyondChance(percent(patterns), used.reduce((sum, p) => sum + p * (1 - p), 0) / (used.length - 1));
}

/** Krippendorff 2011, nominal: α = 1 − (n − 1)·Σ_{c≠k} o_ck / Σ_{c≠k} n_c·n_k. */
export function krippendorffAlpha(patterns: readonly Pattern[]): number | undefined {
  const totals = (patterns[0]?.counts ?? []).map((_, k) => patterns.reduce((n, p) => n + p.items * p.counts[k]!, 0));
  const n = total(totals);
  let observed = 0;
  for (const { counts, items } of patterns) {
    const r = total(counts);
    observed += (items * (r * r - counts.reduce((sum, count) => sum + count * count, 0))) / (r - 1);
  }
  const expected = n * n - totals.reduce((sum, count) => sum + count * count, 0);
  return expected === 0 ? undefined : 1 - ((n - 1) * observed) / expected;
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** How often each label is given, a mean over items. */
function shares(patterns: readonly Pattern[]): number[] {
  const items = patterns.reduce((n, pattern) => n + pattern.items, 0);
  return (patterns[0]?.counts ?? []).map(
    (_, k) => patterns.reduce((sum, { counts, items }) => sum + (items * counts[k]!) / total(counts), 0) / items,
  );
}

const beyondChance = (observed: number | undefined, byChance: number): number | undefined =>
  observed === undefined || 1 - byChance < 1e-12 ? undefined : (observed - byChance) / (1 - byChance);

/** As many items as before, drawn anew: binomials of what is left, one pattern after the other. */
function resampled(patterns: readonly Pattern[], random: Random): Pattern[] {
  let left = patterns.reduce((n, { items }) => n + items, 0);
  let share = left;
  return patterns
    .map(({ counts, items }) => {
      const drawn = share === items ? left : binomial(left, items / share, random);
      left -= drawn;
      share -= items;
      return { counts, items: drawn };
    })
    .filter(({ items }) => items > 0);
}

const ENOUGH = 200; // expected successes and failures from which the normal's error is far below the bootstrap's own

/** Successes of n trials: counted one by one, or, of very many, by the normal approximation. */
function binomial(n: number, p: number, random: Random): number {
  if (n * p * (1 - p) > ENOUGH) {
    const z = Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
    return Math.min(n, Math.max(0, Math.round(n * p + z * Math.sqrt(n * p * (1 - p)))));
  }
  if (p > 0.5) return n - binomial(n, 1 - p, random);
  let [successes, at] = [0, 0];
  for (;;) {
    at += Math.floor(Math.log(1 - random.uniform()) / Math.log1p(-p)) + 1; // trials to the next success
    if (at > n) return successes;
    successes++;
  }
}
