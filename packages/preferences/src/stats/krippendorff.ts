import { InvalidValueError } from '../errors.ts';
import { type Ratings, sizeOf } from './ratings.ts';

/** What labels mean beyond being different: nothing, an order (that of `labels`), or differences of numbers. */
export type Level = 'nominal' | 'ordinal' | 'interval';

/**
 * Krippendorff's alpha: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability. Any number of raters, who need not
 * all judge every item; items with a single rating do not count.
 *
 *   o_ck = Σ_i r_ic·(r_ik − [c = k]) / (r_i − 1)      n_c = Σ_k o_ck      n = Σ_c n_c
 *   α = 1 − (n − 1)·Σ o_ck·δ²_ck / Σ n_c·n_k·δ²_ck
 *
 * δ² is 0 or 1 (nominal), (c − k)² (interval), or (Σ_{g from c to k} n_g − (n_c + n_k)/2)² (ordinal). Undefined where
 * nothing could disagree: a single label, or no item with two ratings.
 *
 * @throws InvalidValueError for interval labels that are not numbers
 */
export function krippendorffAlpha({ labels, counts }: Ratings, level: Level = 'nominal'): number | undefined {
  const coincidences = coincidencesOf(counts, labels.length);
  const totals = coincidences.map(sizeOf);
  const n = sizeOf(totals);
  const distance = squaredDistance(level, labels, totals);
  let [observed, expected] = [0, 0];
  for (let c = 0; c < labels.length; c++) {
    for (let k = 0; k < c; k++) {
      const apart = distance(k, c);
      observed += coincidences[c]![k]! * apart;
      expected += totals[c]! * totals[k]! * apart;
    }
  }
  return expected === 0 ? undefined : 1 - ((n - 1) * observed) / expected;
}

/** How often two ratings of one item are c and k, each item weighing as many as it has ratings. [labels][labels] */
function coincidencesOf(counts: Ratings['counts'], labels: number): number[][] {
  const matrix = Array.from({ length: labels }, () => new Array<number>(labels).fill(0));
  for (const item of counts) {
    const n = sizeOf(item);
    if (n < 2) continue;
    for (let c = 0; c < labels; c++) {
      if (item[c] === 0) continue;
      for (let k = 0; k < labels; k++) matrix[c]![k]! += (item[c]! * (item[k]! - (c === k ? 1 : 0))) / (n - 1);
    }
  }
  return matrix;
}

/** δ² of two places among the labels, the lower first. */
function squaredDistance(level: Level, labels: Ratings['labels'], totals: readonly number[]) {
  if (level === 'nominal') return () => 1;
  if (level === 'ordinal') {
    return (low: number, high: number) => {
      const between = sizeOf(totals.slice(low, high + 1));
      return (between - (totals[low]! + totals[high]!) / 2) ** 2;
    };
  }
  const word = labels.find((label) => typeof label !== 'number');
  if (word !== undefined) throw new InvalidValueError('A label of an interval scale', 'a number', word);
  return (low: number, high: number) => (Number(labels[high]) - Number(labels[low])) ** 2;
}
