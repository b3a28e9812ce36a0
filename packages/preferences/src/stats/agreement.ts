/**
 * How far raters agree, beyond chance where the coefficient says so. Each is undefined where the ratings do not define
 * it: without any item that two raters judged, and, for those that correct for chance, without a second label.
 */
import { type BootstrapOptions, bootstrapEstimate, type Estimate } from './intervals.ts';
import { krippendorffAlpha } from './krippendorff.ts';
import { type Label, type Ratings, sizeOf } from './ratings.ts';
import { mean } from './summary.ts';

/**
 * Percent agreement, as a share: how often two raters of an item say the same, a mean over the items with at least two.
 * Fleiss 1971 (Psychological Bulletin 76:378), eq. 2 and 3; r_ik is how many of item i's r_i raters said k.
 *
 *   P_i = Σ_k r_ik·(r_ik − 1) / (r_i·(r_i − 1))
 */
export function percentAgreement({ counts }: Ratings): number | undefined {
  return maybeMean(
    compared(counts).map((item) => {
      const n = sizeOf(item);
      return item.reduce((sum, count) => sum + count * (count - 1), 0) / (n * (n - 1));
    }),
  );
}

/**
 * How often a rater says what most of the item's other raters say, a mean over items with at least two; where m labels
 * share the most votes, saying one of them counts 1/m. (AlpacaEval's agreement of human annotators: Dubois et al. 2023,
 * arXiv:2305.14387.)
 */
export function majorityAgreement({ counts }: Ratings): number | undefined {
  return maybeMean(
    compared(counts).map((item) => {
      const points = item.reduce((sum, count, k) => (count === 0 ? sum : sum + count * leftOut(item, k)), 0);
      return points / sizeOf(item);
    }),
  );
}

/** What one of the raters who said `k` gets for it from the others. */
function leftOut(item: readonly number[], k: number): number {
  const others = item.map((count, j) => (j === k ? count - 1 : count));
  const most = Math.max(...others);
  return others[k] === most ? 1 / others.filter((count) => count === most).length : 0;
}

/**
 * Fleiss' kappa: Fleiss 1971 (Psychological Bulletin 76:378), for any raters, who need not be the same for each item.
 *
 *   κ = (P − P_e) / (1 − P_e),   P_e = Σ_k p_k²,   p_k = mean over items of r_ik / r_i
 *
 * Fleiss has as many ratings for each item; with different numbers of them this is Gwet's generalization (2014, Handbook
 * of Inter-Rater Reliability).
 */
export function fleissKappa(ratings: Ratings): number | undefined {
  const byChance = shares(ratings).reduce((sum, share) => sum + share ** 2, 0);
  return beyondChance(percentAgreement(ratings), byChance);
}

/**
 * Gwet's AC1: Gwet 2008 (British Journal of Mathematical and Statistical Psychology 61:29). Unlike the kappas it stays
 * high where nearly all ratings have one label and raters agree.
 *
 *   AC1 = (P − P_e) / (1 − P_e),   P_e = Σ_k p_k·(1 − p_k) / (q − 1),   q labels, p_k as in {@link fleissKappa}
 */
export function gwetAc1(ratings: Ratings): number | undefined {
  const labels = ratings.labels.length;
  if (labels < 2) return undefined;
  const byChance = shares(ratings).reduce((sum, share) => sum + share * (1 - share), 0) / (labels - 1);
  return beyondChance(percentAgreement(ratings), byChance);
}

/** How far apart two labels are. */
export type Distance = (a: Label, b: Label) => number;

/** 0 for the same label, else 1. */
export const unequal: Distance = (a, b) => (a === b ? 0 : 1);

/** |a − b|: linear weights. */
export const linear: Distance = (a, b) => Math.abs(Number(a) - Number(b));

/** (a − b)²: quadratic weights. */
export const quadratic: Distance = (a, b) => (Number(a) - Number(b)) ** 2;

/**
 * Cohen's kappa of two raters: Cohen 1960 (Educational and Psychological Measurement 20:37); with another distance than
 * {@link unequal}, weighted: Cohen 1968 (Psychological Bulletin 70:213).
 *
 *   κ = 1 − mean distance within items / mean distance between what the one and what the other says, over all items
 *
 * @param pairs for each item, what the two said
 */
export function cohenKappa(
  pairs: readonly (readonly [Label, Label])[],
  distance: Distance = unequal,
): number | undefined {
  if (pairs.length === 0) return undefined;
  const [first, second] = [histogram(pairs.map(([a]) => a)), histogram(pairs.map(([, b]) => b))];
  let expected = 0;
  for (const [a, countA] of first) {
    for (const [b, countB] of second) expected += (countA / pairs.length) * (countB / pairs.length) * distance(a, b);
  }
  if (expected === 0) return undefined;
  return 1 - mean(pairs.map(([a, b]) => distance(a, b))) / expected;
}

/** Every coefficient that needs no raters told apart, with 95 % bootstrap intervals over items. */
export interface Agreement {
  /** Items that two or more raters judged: what all of it rests on. */
  readonly items: number;
  /** Ratings of those. */
  readonly ratings: number;
  readonly percent: Estimate | undefined;
  readonly majority: Estimate | undefined;
  readonly fleissKappa: Estimate | undefined;
  readonly krippendorffAlpha: Estimate | undefined;
  readonly gwetAc1: Estimate | undefined;
}

/**
 * All coefficients of the ratings, Krippendorff's alpha for nominal labels. Items that only one rater judged do not
 * enter. Resamples of items in which a coefficient is not defined are left out of its interval, which says how many remain.
 */
export function agreement({ labels, counts }: Ratings, options: BootstrapOptions): Agreement {
  const items = compared(counts);
  const estimate = (coefficient: (ratings: Ratings) => number | undefined) =>
    bootstrapEstimate(items, (sample) => coefficient({ labels, counts: sample }), options);
  return {
    items: items.length,
    ratings: items.reduce((sum, item) => sum + sizeOf(item), 0),
    percent: estimate(percentAgreement),
    majority: estimate(majorityAgreement),
    fleissKappa: estimate(fleissKappa),
    krippendorffAlpha: estimate(krippendorffAlpha),
    gwetAc1: estimate(gwetAc1),
  };
}

/** Items with two ratings or more. */
const compared = (counts: Ratings['counts']) => counts.filter((item) => sizeOf(item) > 1);

/** How often each label is given, a mean over the items that have a rating. */
function shares({ labels, counts }: Ratings): number[] {
  const rated = counts.filter((item) => sizeOf(item) > 0);
  return labels.map((_, k) => mean(rated.map((item) => item[k]! / sizeOf(item))));
}

const beyondChance = (observed: number | undefined, byChance: number): number | undefined =>
  observed === undefined || 1 - byChance < 1e-12 ? undefined : (observed - byChance) / (1 - byChance);

const maybeMean = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : mean(values));

function histogram(labels: readonly Label[]): Map<Label, number> {
  const counts = new Map<Label, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
