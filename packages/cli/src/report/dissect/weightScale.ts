import { degree, type FittedWeights } from '@attune/preferences';
import { type Domain, nice } from '../scale.ts';
import type { DissectWords } from './words.ts';

/** What weights are drawn as: P, or the log-odds themselves where some are so great that P is nearly 0 or 100. */
export interface WeightScale {
  of(weight: number): number;
  /** How fast `of` grows at a weight. */
  slope(weight: number): number;
  /** What a weight of 0 is drawn as. */
  readonly neutral: number;
  /** What the axis counts, and what its middle means. */
  readonly axis: string;
  readonly middle: string;
}

const greatest = 2.5; // log-odds; P is 92 there

/** The scale that suits all of these weights. */
export function weightScale(fits: readonly FittedWeights[], { byGroup }: DissectWords): WeightScale {
  return fits.some(({ mean }) => mean.some((weight) => Math.abs(weight) > greatest))
    ? { of: (w) => w, slope: () => 1, neutral: 0, axis: byGroup.logOdds, middle: byGroup.zero }
    : {
        of: degree,
        slope: (w) => (degree(w) * (100 - degree(w))) / 100,
        neutral: 50,
        axis: byGroup.axis,
        middle: byGroup.neutral,
      };
}

/** The range of some weights on a scale, their 90 % intervals and the middle included. */
export function weightDomain(fits: readonly FittedWeights[], { of, neutral }: WeightScale): Domain {
  const weights = fits.flatMap(({ mean, quantiles }) => [
    ...mean,
    ...(quantiles ? [...quantiles.q05, ...quantiles.q95] : []),
  ]);
  const values = [neutral, ...weights.map(of)];
  return nice([Math.min(...values), Math.max(...values)], 8);
}
