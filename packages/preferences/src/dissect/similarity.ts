/** How alike judges are: what their weights have in common. */
import { InvalidValueError } from '../errors.ts';
import { pearson, spearman } from '../stats/correlation.ts';
import type { Interval } from '../stats/intervals.ts';
import { seededRandom } from '../stats/random.ts';
import { mean, quantile } from '../stats/summary.ts';
import { type FittedWeights, type WeightTable, weightsOf } from './weights.ts';

/** The similarity of two vectors of weights; undefined where it is not defined. */
type Measure = (a: readonly number[], b: readonly number[]) => number | undefined;

/** How alike two vectors of weights are. The distances are negative, so that more is more alike throughout. */
export const measures = {
  pearson,
  spearman,
  /** −Σ|a − b| / n */
  l1: (a, b) => -mean(a.map((x, i) => Math.abs(x - b[i]!))),
  /** −‖a − b‖₂ / n */
  l2: (a, b) => -Math.hypot(...a.map((x, i) => x - b[i]!)) / a.length,
} satisfies Record<string, Measure>;

/** One of them, by name. */
export type MeasureName = keyof typeof measures;

/** Judges by judges, symmetric, in the order of the table's judges. */
export type Matrix = readonly (readonly number[])[];

/**
 * The similarity of all judges: the measure in each group, and the plain mean of these over the groups. Of one group it
 * is the study's local similarity, of the scenarios its overall one (Li et al. 2024, arXiv:2402.11296, section 4.2).
 *
 * @throws InvalidValueError where a judge has no weights in a group, or the measure is not defined
 */
export function similarity(table: WeightTable, groups: readonly string[], name: MeasureName = 'pearson'): Matrix {
  if (groups.length === 0) throw new InvalidValueError('The number of groups', 'at least 1', 0);
  const measure: Measure = measures[name];
  const weights = table.judges.map((judge) => groups.map((group) => weightsOf(table, judge, group)));
  return weights.map((one, i) =>
    weights.map((other, j) =>
      i === j && !isDistance(name)
        ? 1
        : mean(groups.map((_, g) => defined(measure(one[g]!.mean, other[g]!.mean), one[g]!, name))),
    ),
  );
}

const isDistance = (name: MeasureName): boolean => name === 'l1' || name === 'l2';

function defined(value: number | undefined, { judge, group }: FittedWeights, name: MeasureName): number {
  if (value !== undefined) return value;
  throw new InvalidValueError(`${name} of ${judge} in ${group}`, 'weights that differ from each other', 'undefined');
}

/** A similarity when the weights themselves are uncertain. */
export interface UncertainSimilarity {
  readonly judges: readonly [string, string];
  /** Median over the draws; noise in the weights makes it smaller than the similarity of the means. */
  readonly median: number;
  /** 90 %, as the quantiles of the weights. */
  readonly interval: Interval;
}

/**
 * Pearson's similarity of every two judges, with the posterior's uncertainty: it is computed anew for each of `draws`
 * draws of all weights, w ~ N(mean, sd²) independently. Undefined where a judge's standard deviations are not known.
 */
export function posteriorSimilarity(
  table: WeightTable,
  groups: readonly string[],
  { seed, draws = 500 }: { readonly seed: number; readonly draws?: number },
): UncertainSimilarity[] | undefined {
  const fits = table.judges.map((judge) => groups.map((group) => weightsOf(table, judge, group)));
  if (!fits.flat().every(({ sd }) => sd)) return undefined;
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log1p(-random.uniform())) * Math.cos(2 * Math.PI * random.uniform()); // Box and Muller 1958
  const pairs = table.judges.flatMap((_, i) => table.judges.slice(0, i).map((_, j) => [j, i] as const));
  const values = pairs.map(() => new Float64Array(draws));
  for (let d = 0; d < draws; d++) {
    const drawn = fits.map((own) => own.map(({ mean, sd }) => mean.map((center, k) => center + sd![k]! * normal())));
    pairs.forEach(([j, i], p) => {
      values[p]![d] = mean(groups.map((_, g) => pearson(drawn[j]![g]!, drawn[i]![g]!) ?? 0));
    });
  }
  return pairs.map(([j, i], p) => {
    const sorted = values[p]!.sort();
    return {
      judges: [table.judges[j]!, table.judges[i]!],
      median: quantile(sorted, 0.5),
      interval: [quantile(sorted, 0.05), quantile(sorted, 0.95)],
    };
  });
}
