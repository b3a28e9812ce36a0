import type { BootstrapOptions, Interval } from '../../stats/intervals.ts';
import { seededRandom } from '../../stats/random.ts';
import { quantile } from '../../stats/summary.ts';
import type { RatingFit } from './ratings.ts';
import { type Anchor, pointsPerUnit } from './standings.ts';

/** How the battles are drawn anew, and who is told how far that is. */
export interface ResamplingOptions extends BootstrapOptions {
  readonly onDraw?: () => void;
}

/**
 * The 95 % percentile interval of each model's rating by the bootstrap: prompts are drawn with replacement, each with all
 * its battles, and the model is fitted anew to each draw.
 *
 * @returns points, from the same anchor as {@link standings}
 */
export function bootstrapRatings(
  { models, graph, table, refit }: RatingFit,
  { seed, resamples = 1000, onDraw }: ResamplingOptions,
  anchor?: Anchor,
): Map<string, Interval> {
  const random = seededRandom(seed);
  const zero = anchor ? models.indexOf(anchor.model) : -1;
  const drawn = models.map(() => new Float64Array(resamples));
  const times = new Float64Array(table.prompts);
  for (let draw = 0; draw < resamples; draw++) {
    onDraw?.();
    times.fill(0);
    for (let k = 0; k < table.prompts; k++) times[random.below(table.prompts)]!++;
    const theta = refit(times);
    for (const own of graph.components) {
      const isAnchored = own.includes(zero);
      const from = isAnchored ? theta[zero]! : own.reduce((sum, i) => sum + theta[i]!, 0) / own.length;
      for (const i of own) drawn[i]![draw] = (isAnchored ? anchor!.rating : 1000) + pointsPerUnit * (theta[i]! - from);
    }
  }
  return new Map(
    models.map((model, i) => {
      const sorted = drawn[i]!.sort();
      return [model, [quantile(sorted, 0.025), quantile(sorted, 0.975)] as const];
    }),
  );
}
