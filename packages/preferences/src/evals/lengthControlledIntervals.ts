import { solveDefinite } from '../stats/cholesky.ts';
import { FractionalLikelihood } from '../stats/fractionalLogistic.ts';
import { type BootstrapOptions, bootstrapEstimate, type Estimate, type Interval, z95 } from '../stats/intervals.ts';
import { sigmoid } from '../stats/logistic.ts';
import {
  asColumns,
  type GamedRow,
  type LengthComparison,
  type LengthFit,
  type LengthWeights,
  lengthControlledRate,
  lengthDesign,
  refit,
} from './lengthControlled.ts';

/** Places of the comparisons about each prompt. */
function byPrompt(comparisons: readonly LengthComparison[]): number[][] {
  const places = new Map<string, number[]>();
  comparisons.forEach(({ prompt }, i) => {
    const known = places.get(prompt);
    if (known) known.push(i);
    else places.set(prompt, [i]);
  });
  return [...places.values()];
}

/**
 * The 95 % interval of the length-controlled win rate by the bootstrap over prompts: each time the prompts are drawn anew
 * with all their comparisons, lengths are standardized anew and the weights fitted anew. A penalty stays as chosen, and
 * the rows of length-manipulated baselines as they are. Resamples without a fit are left out.
 */
export function lengthBootstrap(
  fit: LengthFit,
  comparisons: readonly LengthComparison[],
  gamed: readonly GamedRow[],
  options: BootstrapOptions,
): Estimate | undefined {
  const counts = new Float64Array(comparisons.length);
  const rateOf = (drawn: readonly (readonly number[])[]): number | undefined => {
    counts.fill(0);
    for (const places of drawn) for (const i of places) counts[i]!++;
    const weights = refit(fit, lengthDesign(comparisons, gamed, counts));
    if (!weights) return undefined;
    const drawnDifficulties = drawn.flatMap((places) => places.map((i) => comparisons[i]!.difficulty));
    return lengthControlledRate(weights, drawnDifficulties).lcWinRate;
  };
  return bootstrapEstimate(byPrompt(comparisons), rateOf, options);
}

/** How far a length-controlled win rate may be off, from one fit. In percent. */
export interface SandwichError {
  readonly standardError: number;
  /** 95 %, symmetric in log-odds. */
  readonly interval: Interval;
}

/**
 * The sampling error of the length-controlled win rate from its influence function: the sandwich of the fit (Huber 1967;
 * Liang and Zeger 1986, Biometrika 73:13, by prompt) through the delta method, and beside it what the prompts that were
 * drawn happened to be like.
 *
 *   influence of a prompt = Σ over its comparisons of (q − LC)/n + gᵀH⁻¹·a·(y − p)·x
 *   variance              = m/(m − 1) · Σ over the m prompts of influence²
 *
 * g is the mean gradient of q, H the information, a length-manipulated row counts in H but has no error. Weights that a
 * penalty set to 0 count as known; the scale of lengths counts as known too. Undefined for a single prompt, and where the
 * information has no inverse.
 */
export function lengthSandwich(
  weights: LengthWeights,
  comparisons: readonly LengthComparison[],
  gamed: readonly GamedRow[],
): SandwichError | undefined {
  const prompts = byPrompt(comparisons);
  const influences = lengthInfluences(weights, comparisons, gamed);
  if (!influences || prompts.length < 2) return undefined;
  const squares = prompts.map((places) => places.reduce((sum, i) => sum + influences[i]!, 0) ** 2);
  const standardError = Math.sqrt(
    (prompts.length / (prompts.length - 1)) * squares.reduce((sum, square) => sum + square),
  );
  const difficulties = comparisons.map(({ difficulty }) => difficulty);
  const rate = lengthControlledRate(weights, difficulties).lcWinRate / 100;
  const half = (z95 * standardError) / (rate * (1 - rate));
  const center = Math.log(rate / (1 - rate));
  return {
    standardError: 100 * standardError,
    interval: [100 * sigmoid(center - half), 100 * sigmoid(center + half)],
  };
}

/** What each comparison adds to the error of the rate, a share. [comparisons] */
function lengthInfluences(
  weights: LengthWeights,
  comparisons: readonly LengthComparison[],
  gamed: readonly GamedRow[],
): Float64Array | undefined {
  const design = lengthDesign(comparisons, gamed);
  const likelihood = new FractionalLikelihood(design);
  const w = asColumns(weights);
  const free = [...w.keys()].filter((j) => w[j] !== 0);
  const predictions = comparisons.map(({ difficulty }) =>
    sigmoid((weights.difficulty ?? 0) * (difficulty ?? 0) + weights.system),
  );
  const rate = predictions.reduce((sum, q) => sum + q) / predictions.length;
  const slope = new Float64Array(w.length); // g
  comparisons.forEach(({ difficulty }, i) => {
    const variance = (predictions[i]! * (1 - predictions[i]!)) / predictions.length;
    slope[w.length - 1]! += variance;
    if (w.length === 3) slope[1]! += variance * difficulty!;
  });
  const direction = solved(likelihood.information(w), slope, free);
  if (!direction) return undefined;
  const influences = Float64Array.from(predictions, (q) => (q - rate) / predictions.length);
  design.comparisons.forEach((comparison, row) => {
    if (comparison < 0) return;
    const residual = design.y[row]! - sigmoid(likelihood.predictor(row, w));
    influences[comparison]! += residual * likelihood.predictor(row, direction);
  });
  return influences;
}

/** H⁻¹g over the free columns, 0 elsewhere. */
function solved(information: Float64Array, slope: Float64Array, free: readonly number[]): Float64Array | undefined {
  const columns = slope.length;
  const block = Float64Array.from(free.flatMap((j) => free.map((k) => information[j * columns + k]!)));
  const solution = solveDefinite(
    block,
    Float64Array.from(free, (j) => slope[j]!),
  );
  if (!solution) return undefined;
  const direction = new Float64Array(columns);
  free.forEach((j, at) => {
    direction[j] = solution[at]!;
  });
  return direction;
}
