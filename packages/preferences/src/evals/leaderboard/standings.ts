import { InvalidValueError } from '../../errors.ts';
import { type Interval, z95 } from '../../stats/intervals.ts';
import { normalCdf, normalQuantile } from '../../stats/normal.ts';
import { type RatingFit, varianceOf } from './ratings.ts';

/** Points of a natural unit: 400 points are odds of ten to one. */
export const pointsPerUnit = 400 / Math.LN10;

/** What ratings are measured from: a model and the points it has, or the mean model and 1000 where nothing is said. */
export interface Anchor {
  readonly model: string;
  readonly rating: number;
}

/** A model's place among the others. */
export interface Standing {
  readonly model: string;
  /** 1000 + 400/ln 10·θ, from the anchor. */
  readonly rating: number;
  /** Points; 0 for the anchor itself. */
  readonly standardError: number;
  /** 95 %. */
  readonly interval: Interval;
  /** Its rank, from the best it may be to the worst: 95 % certain for each model. */
  readonly ranks: Interval;
  readonly battles: number;
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /** So few battles that its rating says little. */
  readonly hasFewBattles: boolean;
  /** Which component of the battles it is in, from 0: ratings of different ones cannot be compared. */
  readonly component: number;
}

/** The models, the best first. */
export interface Standings {
  readonly models: readonly Standing[];
  /**
   * P(the model of the row is better than that of the column), from the normal approximation of their difference;
   * null for a model and itself, and where no battles join the two. [models][models], the best first
   */
  readonly better: readonly (readonly (number | null)[])[];
  /** What was controlled for: how many points a lead of one standard deviation is worth. */
  readonly controls: readonly { readonly name: string; readonly points: number; readonly interval: Interval }[];
}

const fewBattles = 30; // with 30 a rating is known to about ± 120 points at best

/**
 * The table of a fit. The ranks are by Mogstad, Romano, Shaikh and Wilhelm (2024, Review of Economic Studies 91:476), with
 * Bonferroni's correction: rank k to l says that k − 1 models are better and as many as are missing below l are worse,
 * all of them together with 95 %.
 *
 * @throws InvalidValueError where nobody is called as the anchor
 */
export function standings(fit: RatingFit, anchor?: Anchor): Standings {
  const { models, theta, graph } = fit;
  const component = Int32Array.from(models, (_, i) => graph.components.findIndex((own) => own.includes(i)));
  const origin = anchorOf(fit, anchor);
  const order = models.map((_, i) => i).sort((i, j) => component[i]! - component[j]! || theta[j]! - theta[i]!);
  const differences = pairwise(fit, component);
  const records = recordsOf(fit);
  const rows = order.map((i): Standing => {
    const { base, rating: zero } = origin(component[i]!);
    const own = new Map(base);
    own.set(i, (own.get(i) ?? 0) + 1);
    const standardError = pointsPerUnit * Math.sqrt(varianceOf(fit, own));
    const rating = zero + pointsPerUnit * [...own].reduce((sum, [j, w]) => sum + w * theta[j]!, 0);
    const { battles, ...record } = records[i]!;
    return {
      model: models[i]!,
      rating,
      standardError,
      interval: [rating - z95 * standardError, rating + z95 * standardError],
      ranks: ranksOf(differences[i]!),
      battles,
      ...record,
      hasFewBattles: battles < fewBattles,
      component: component[i]!,
    };
  });
  const better = order.map((i) => order.map((j) => betterBy(differences[i]![j])));
  return { models: rows, better, controls: controlled(fit) };
}

/** What a component's ratings are measured from: weights on θ, and the points there. */
function anchorOf(
  { models, graph }: RatingFit,
  anchor: Anchor | undefined,
): (component: number) => { base: ReadonlyMap<number, number>; rating: number } {
  const place = anchor ? models.indexOf(anchor.model) : -1;
  if (anchor && place < 0) {
    throw new InvalidValueError('The anchor', `a model of the battles (${models.join(', ')})`, anchor.model);
  }
  return (component) => {
    const own = graph.components[component]!;
    if (anchor && own.includes(place)) return { base: new Map([[place, -1]]), rating: anchor.rating };
    return { base: new Map(own.map((i) => [i, -1 / own.length])), rating: 1000 };
  };
}

/** θ_i − θ_j and its standard deviation; undefined for a model and itself, and where nothing joins the two. */
type Difference = { readonly mean: number; readonly deviation: number } | undefined;

const pairwise = (fit: RatingFit, component: Int32Array): Difference[][] =>
  fit.models.map((_, i) =>
    fit.models.map((_, j) => {
      if (i === j || component[i] !== component[j]) return undefined;
      const deviation = Math.sqrt(
        varianceOf(
          fit,
          new Map([
            [i, 1],
            [j, -1],
          ]),
        ),
      );
      return { mean: fit.theta[i]! - fit.theta[j]!, deviation };
    }),
  );

const betterBy = (difference: Difference): number | null =>
  difference ? normalCdf(difference.mean / difference.deviation) : null;

function ranksOf(differences: readonly Difference[]): Interval {
  const others = differences.length - 1;
  if (others === 0) return [1, 1];
  const z = normalQuantile(1 - 0.025 / others);
  const surely = (sign: number) => differences.filter((d) => d && sign * d.mean > z * d.deviation).length;
  return [1 + surely(-1), 1 + others - surely(1)];
}

function recordsOf({ models, table }: RatingFit): { battles: number; wins: number; losses: number; ties: number }[] {
  const records = models.map(() => ({ battles: 0, wins: 0, losses: 0, ties: 0 }));
  table.lead.forEach((lead, i) => {
    for (const [model, own] of [
      [table.a[i]!, lead],
      [table.b[i]!, -lead],
    ] as const) {
      const record = records[model]!;
      record.battles++;
      record[own > 0 ? 'wins' : own < 0 ? 'losses' : 'ties']++;
    }
  });
  return records;
}

const controlled = (fit: RatingFit): Standings['controls'] =>
  fit.controls.map(({ name, beta }, j) => {
    const deviation = Math.sqrt(varianceOf(fit, new Map([[fit.models.length + j, 1]])));
    const points = pointsPerUnit * beta;
    const half = pointsPerUnit * z95 * deviation;
    return { name, points, interval: [points - half, points + half] };
  });
