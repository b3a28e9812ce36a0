import { solveDefinite } from '../stats/cholesky.ts';
import { FractionalLikelihood } from '../stats/fractionalLogistic.ts';
import { type BootstrapOptions, bootstrapEstimate, type Estimate, type Interval, z95 } from '../stats/intervals.ts';
import { sigmoid } from '../stats/logistic.ts';
import { mean } from '../stats/summary.ts';
import {
  asColumns,
  type GamedRow,
  type LengthComparison,
  type LengthFit,
  type LengthWeights,
  lengthControlledRate,
  lengthDesign,
  refit,
  weightsBetween,
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
 *   influence of a prompt = Σ over its comparisons of (q − LC)/n + gᵀH⁻¹·(y − p)·x
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
  const predicted = prediction(weights, comparisons);
  const fitted = fitInfluences({ weights, comparisons }, gamed, predicted.slope);
  return fitted && sandwich(predicted.rate, [predicted.influences, fitted]);
}

/** A system's comparisons, and the weights fitted to them. */
export interface FittedSystem {
  readonly weights: LengthWeights;
  readonly comparisons: readonly LengthComparison[];
}

/**
 * The sampling error of {@link rateBetween} over the prompts of the first system, likewise. What both systems were judged
 * on by the same prompt is not taken for independent.
 */
export function sandwichBetween(
  one: FittedSystem,
  other: FittedSystem,
  gamed: readonly GamedRow[],
): SandwichError | undefined {
  const predicted = prediction(weightsBetween(one.weights, other.weights), one.comparisons);
  const minus = predicted.slope.map((value) => -value);
  const fitted = [fitInfluences(one, gamed, predicted.slope), fitInfluences(other, gamed, minus)];
  if (!fitted.every((influences) => influences !== undefined)) return undefined;
  return sandwich(predicted.rate, [predicted.influences, ...fitted]);
}

/** By prompt. */
type Influences = ReadonlyMap<string, number>;

function sandwich(rate: number, parts: readonly Influences[]): SandwichError | undefined {
  const prompts = new Set(parts.flatMap((part) => [...part.keys()]));
  const m = prompts.size;
  if (m < 2) return undefined;
  let squares = 0;
  for (const prompt of prompts) squares += parts.reduce((sum, part) => sum + (part.get(prompt) ?? 0), 0) ** 2;
  const standardError = Math.sqrt((m / (m - 1)) * squares);
  const half = (z95 * standardError) / (rate * (1 - rate));
  const center = Math.log(rate / (1 - rate));
  return {
    standardError: 100 * standardError,
    interval: [100 * sigmoid(center - half), 100 * sigmoid(center + half)],
  };
}

/** The mean of q = σ(w₂·difficulty + w₃), a share, its gradient by (w₂, w₃), and what each prompt adds to it. */
function prediction({ difficulty: slope = 0, system }: LengthWeights, comparisons: readonly LengthComparison[]) {
  const n = comparisons.length;
  const q = comparisons.map(({ difficulty }) => sigmoid(slope * (difficulty ?? 0) + system));
  const rate = mean(q);
  const gradient = Float64Array.of(0, 0);
  const influences = new Map<string, number>();
  comparisons.forEach(({ difficulty, prompt }, i) => {
    const variance = (q[i]! * (1 - q[i]!)) / n;
    gradient[0]! += variance * (difficulty ?? 0);
    gradient[1]! += variance;
    influences.set(prompt, (influences.get(prompt) ?? 0) + (q[i]! - rate) / n);
  });
  return { rate, slope: gradient, influences };
}

/** gᵀH⁻¹·Σ (y − p)·x of each prompt, g of (w₂, w₃). */
function fitInfluences(
  { weights, comparisons }: FittedSystem,
  gamed: readonly GamedRow[],
  slope: Float64Array,
): Influences | undefined {
  const design = lengthDesign(comparisons, gamed);
  const likelihood = new FractionalLikelihood(design);
  const w = asColumns(weights);
  const direction = solved(
    likelihood.information(w),
    w.length === 3 ? Float64Array.of(0, ...slope) : Float64Array.of(0, slope[1]!),
    w,
  );
  if (!direction) return undefined;
  const influences = new Map<string, number>();
  design.comparisons.forEach((comparison, row) => {
    if (comparison < 0) return;
    const { prompt } = comparisons[comparison]!;
    const residual = design.y[row]! - sigmoid(likelihood.predictor(row, w));
    const influence = residual * likelihood.predictor(row, direction);
    influences.set(prompt, (influences.get(prompt) ?? 0) + influence);
  });
  return influences;
}

/** H⁻¹g over the columns whose weight is not 0, and 0 elsewhere. */
function solved(information: Float64Array, slope: Float64Array, w: Float64Array): Float64Array | undefined {
  const free = [...w.keys()].filter((j) => w[j] !== 0);
  const block = Float64Array.from(free.flatMap((j) => free.map((k) => information[j * w.length + k]!)));
  const solution = solveDefinite(
    block,
    Float64Array.from(free, (j) => slope[j]!),
  );
  if (!solution) return undefined;
  const direction = new Float64Array(w.length);
  free.forEach((j, at) => {
    direction[j] = solution[at]!;
  });
  return direction;
}
