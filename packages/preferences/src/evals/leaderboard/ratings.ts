import { InvalidValueError } from '../../errors.ts';
import { cholesky } from '../../stats/cholesky.ts';
import { type Concave, newtonMode } from '../../stats/newton.ts';
import { type Battle, type BattleTable, battleTable, type Controls } from './battles.ts';
import { inverse, sandwich } from './covariance.ts';
import { type BattleGraph, battleGraph } from './graph.ts';
import { Cells, type Layout, ratingPosterior, sizeOf } from './likelihood.ts';

/** What may be chosen of a fit. */
export interface RatingOptions {
  readonly controls?: Controls;
  /**
   * Standard deviation of the normal prior on every rating, coefficient and on log ν, in natural units: 5 (868 points) where
   * nothing is said, which a dozen battles outweigh; Infinity for plain maximum likelihood.
   */
  readonly priorDeviation?: number;
}

/** Ratings in natural units, log-odds: σ(θ_a − θ_b) is the probability that `a` wins what is decided. */
export interface RatingFit {
  readonly method: 'bradley-terry' | 'davidson';
  /** In the order in which they first appear. */
  readonly models: readonly string[];
  /** θ, of mean 0 over the models that battles join. [models] */
  readonly theta: Float64Array;
  /** The controls and their coefficients β. */
  readonly controls: readonly { readonly name: string; readonly beta: number }[];
  /** Davidson's ν: two equal models tie with probability ν/(2 + ν). Undefined for Bradley-Terry. */
  readonly nu: number | undefined;
  /** Log likelihood at the ratings, nats. */
  readonly logLikelihood: number;
  readonly graph: BattleGraph;
  /**
   * Why intervals are not the sandwich's alone but the wider of it and the posterior's: it is too narrow where the
   * likelihood has no maximum (then the prior decides how far apart some models are) and from few prompts.
   */
  readonly caution: 'undecided' | 'few prompts' | undefined;
  /** Of [θ, β, log ν], [n][n]: the sandwich's, and after it the posterior's where there is caution. */
  readonly covariances: readonly Float64Array[];
  readonly table: BattleTable;
  /** θ anew from the battles of each prompt as often as `times` says: what the bootstrap draws. */
  readonly refit: (times: ArrayLike<number>) => Float64Array;
}

const fewPrompts = 30; // a sandwich of fewer clusters is known to be too narrow (Cameron and Miller 2015, JHR 50:317)

/** The fit of either model: {@link bradleyTerry} and {@link davidson} say which is which. */
export function fitRatings(
  battles: readonly Battle[],
  method: RatingFit['method'],
  { controls = { names: [], rows: [] }, priorDeviation = 5 }: RatingOptions = {},
): RatingFit {
  const table = battleTable(battles);
  const graph = battleGraph(table);
  check(battles, controls, priorDeviation, graph);
  const precision = 1 / priorDeviation ** 2;
  const rows = controls.names.length > 0 ? controls.rows : [];
  const cells = new Cells(table, rows);
  const { models } = table;
  const layout: Layout = { models: models.length, controls: controls.names.length, hasTies: method === 'davidson' };
  const posterior = ratingPosterior(cells, layout, precision);
  const mode = newtonMode(posterior, new Float64Array(sizeOf(layout)));
  const prior = (precision / 2) * mode.reduce((sum, value) => sum + value * value, 0);
  const logLikelihood = posterior.value(mode) + prior;
  const laplace = inverse(cholesky(curvatureAt(posterior, mode)));
  const robust = table.prompts > 1 ? [sandwich(laplace, table, rows, layout, mode)] : [];
  const caution = graph.isDecided ? (table.prompts < fewPrompts ? 'few prompts' : undefined) : 'undecided';
  const theta = mode.slice(0, models.length);
  return {
    method,
    models,
    theta,
    controls: controls.names.map((name, j) => ({ name, beta: mode[models.length + j]! })),
    nu: layout.hasTies ? Math.exp(mode.at(-1)!) : undefined,
    logLikelihood,
    graph,
    caution,
    covariances: caution ? [...robust, laplace] : robust,
    table,
    refit(times) {
      cells.count(times);
      return newtonMode(posterior, mode, 1e-4).slice(0, models.length); // an error of less than 1e-3 standard errors
    },
  };
}

function curvatureAt({ derivatives }: Concave, at: Float64Array): Float64Array {
  const curvature = new Float64Array(at.length ** 2);
  derivatives(at, new Float64Array(at.length), curvature);
  return curvature;
}

function check(
  battles: readonly Battle[],
  { names, rows }: Controls,
  priorDeviation: number,
  { components, isDecided }: BattleGraph,
): void {
  if (!(priorDeviation > 0)) throw new InvalidValueError('priorDeviation', 'more than 0', priorDeviation);
  if (priorDeviation === Infinity && (components.length > 1 || !isDecided)) {
    throw new InvalidValueError(
      'priorDeviation',
      'finite, because the likelihood of these battles has no maximum',
      '∞',
    );
  }
  if (names.length > 0 && rows.length !== battles.length) {
    throw new InvalidValueError('The number of rows of controls', `that of battles, ${battles.length}`, rows.length);
  }
  const wrong = rows.find((one) => one.length !== names.length || !one.every(Number.isFinite));
  if (names.length > 0 && wrong) throw new InvalidValueError('A row of controls', `${names.length} numbers`, wrong);
}

/**
 * The variance of a linear combination of what was fitted, in natural units.
 *
 * @param weights place in [θ, β, log ν] → weight
 */
export function varianceOf({ covariances }: RatingFit, weights: ReadonlyMap<number, number>): number {
  const variances = covariances.map((covariance) => {
    const n = Math.round(Math.sqrt(covariance.length));
    let sum = 0;
    for (const [i, w] of weights) for (const [j, v] of weights) sum += w * v * covariance[i * n + j]!;
    return sum;
  });
  return Math.max(0, ...variances); // rounding may leave −1e-17 where a model is its own anchor
}
