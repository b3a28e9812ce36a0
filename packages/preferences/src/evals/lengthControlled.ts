import { InvalidValueError } from '../errors.ts';
import { FractionalLikelihood, type FractionalRows, maximumLikelihood } from '../stats/fractionalLogistic.ts';
import { lassoCv } from '../stats/lassoCv.ts';
import { sigmoid } from '../stats/logistic.ts';
import { laplaceMode } from '../stats/map.ts';
import { mean, standardDeviation } from '../stats/summary.ts';

/** A comparison of the system with another, as the length-controlled win rate sees it. */
export interface LengthComparison {
  /** The probability that the system's response is better; undefined where nobody decided. */
  readonly won: number | undefined;
  /**
   * Length of the other's response − length of the system's, in Unicode code points. Undefined where a text is not known:
   * a prediction from weights needs none, a fit does.
   */
  readonly lengthDifference: number | undefined;
  /** How hard the prompt is for systems in general; of all comparisons or of none. */
  readonly difficulty: number | undefined;
  /** Equal for comparisons about one prompt, which are not independent of each other. */
  readonly prompt: string;
}

/** A row of the baseline, asked for long or short answers, against itself as it is: what length alone does to the judge. */
export interface GamedRow {
  /** The probability that the manipulated answer is better. */
  readonly won: number;
  /** Its length difference over the standard deviation of all of them. */
  readonly standardizedDifference: number;
  readonly difficulty: number;
}

/** The weights w of the regression: of the length term, of difficulty where there are any, and of the system. */
export interface LengthWeights {
  readonly length: number;
  readonly difficulty?: number;
  readonly system: number;
}

/** How the weights are found. */
export type LengthFitKind = 'mle' | 'l1-cv';

/** Weights fitted to comparisons. */
export interface LengthFit {
  readonly kind: LengthFitKind;
  readonly weights: LengthWeights;
  /** C, where a penalty was chosen. */
  readonly inversePenalty?: number;
}

/** AlpacaEval's λ: how much the rows of the length-manipulated baselines count, both of them together. */
export const gamedWeight = 0.2;

/** The regression of comparisons, row by row; those of length-manipulated baselines come first, as in AlpacaEval. */
export interface LengthDesign extends FractionalRows {
  /** Which comparison each row is; −1 for those of length-manipulated baselines. */
  readonly comparisons: Int32Array;
}

/**
 * The rows that the weights are fitted to: (x₁, x₂, x₃) with
 *
 *   x₁ = tanh(d / sd(d)), d the length difference, sd with n − 1 and over all comparisons, not centred
 *   x₂ = the difficulty, where there is one
 *   x₃ = 1
 *
 * and for the length-manipulated baselines x₃ = 0 and a weight of λ/2. Comparisons that nobody decided count for sd(d)
 * only. Where all responses are as long as their opponents, x₁ is 0.
 *
 * @param counts how often each comparison counts, 1 by default
 */
export function lengthDesign(
  comparisons: readonly LengthComparison[],
  gamed: readonly GamedRow[] = [],
  counts?: ArrayLike<number>,
): LengthDesign {
  const withDifficulty = hasDifficulty(comparisons);
  if (gamed.length > 0 && !withDifficulty) {
    throw new InvalidValueError('A length-manipulated row', 'a difficulty in the comparisons too', 'with one');
  }
  const differences = comparisons.map(({ lengthDifference }) => {
    if (lengthDifference !== undefined) return lengthDifference;
    throw new InvalidValueError('A length', 'known of both responses', 'unknown');
  });
  const scale = lengthScale(differences, counts);
  const decided = Int32Array.from(comparisons.keys()).filter((i) => comparisons[i]!.won !== undefined);
  const columns = withDifficulty ? 3 : 2;
  const n = gamed.length + decided.length;
  const design = {
    columns,
    x: new Float64Array(n * columns),
    y: new Float64Array(n),
    weights: new Float64Array(n),
    comparisons: Int32Array.from([...gamed.map(() => -1), ...decided]),
  };
  gamed.forEach(({ won, standardizedDifference, difficulty }, row) => {
    design.x.set([Math.tanh(standardizedDifference), difficulty, 0], row * columns);
    design.y[row] = won;
    design.weights[row] = gamedWeight / 2;
  });
  for (let row = gamed.length; row < n; row++) {
    const i = design.comparisons[row]!;
    const { won, difficulty } = comparisons[i]!;
    const at = row * columns;
    design.x[at] = scale > 0 ? Math.tanh(differences[i]! / scale) : 0;
    if (withDifficulty) design.x[at + 1] = difficulty!;
    design.x[at + columns - 1] = 1;
    design.y[row] = won!;
    design.weights[row] = counts?.[i] ?? 1;
  }
  return design;
}

/** @throws InvalidValueError where some comparisons have a difficulty and some have none, and where there are none */
export function hasDifficulty(comparisons: readonly LengthComparison[]): boolean {
  if (comparisons.length === 0) throw new InvalidValueError('The number of comparisons', 'at least 1', 0);
  const known = comparisons.filter(({ difficulty }) => difficulty !== undefined).length;
  if (known !== 0 && known !== comparisons.length) {
    throw new InvalidValueError('The number of prompts with a difficulty', `0 or ${comparisons.length}, all`, known);
  }
  return known > 0;
}

/** The standard deviation of the length differences, each counted so often. 0 where there is a single one. */
function lengthScale(differences: readonly number[], counts?: ArrayLike<number>): number {
  let [n, sum, squares] = [0, 0, 0];
  differences.forEach((difference, i) => {
    n += counts?.[i] ?? 1;
    sum += (counts?.[i] ?? 1) * difference;
  });
  differences.forEach((difference, i) => {
    squares += (counts?.[i] ?? 1) * (difference - sum / n) ** 2;
  });
  return n > 1 ? Math.sqrt(squares / (n - 1)) : 0;
}

/**
 * The weights of maximum likelihood, or those under AlpacaEval's L1 penalty (see {@link lassoCv}). Undefined where there
 * are none: a system that wins every comparison, or loses it, has no maximum of likelihood.
 */
export function lengthFit(kind: LengthFitKind, design: LengthDesign): LengthFit | undefined {
  if (kind === 'l1-cv') {
    const { w, inversePenalty } = lassoCv(design);
    return { kind, weights: named(w), inversePenalty };
  }
  const weights = plainWeights(design);
  return weights && { kind, weights };
}

/** The same fit to other rows like these; a penalty stays as it was chosen. */
export function refit({ kind, inversePenalty, weights }: LengthFit, design: LengthDesign): LengthWeights | undefined {
  const start = asColumns(weights);
  if (kind === 'mle') return plainWeights(design, start);
  return named(laplaceMode(new FractionalLikelihood(design), inversePenalty!, start));
}

/** Of maximum likelihood; a length term that is 0 everywhere has no weight, and gets 0. */
function plainWeights(design: LengthDesign, start?: Float64Array): LengthWeights | undefined {
  const { columns, x } = design;
  const lengthVaries = x.some((value, at) => at % columns === 0 && value !== 0);
  if (lengthVaries) {
    const w = maximumLikelihood(new FractionalLikelihood(design), start);
    return w && named(w);
  }
  const rest = { ...design, columns: columns - 1, x: x.filter((_, at) => at % columns !== 0) };
  const w = maximumLikelihood(new FractionalLikelihood(rest));
  return w && named(Float64Array.of(0, ...w));
}

const named = (w: Float64Array): LengthWeights =>
  w.length === 3 ? { length: w[0]!, difficulty: w[1]!, system: w[2]! } : { length: w[0]!, system: w[1]! };

/** The weights in the order of the design's columns. */
export const asColumns = ({ length, difficulty, system }: LengthWeights): Float64Array =>
  difficulty === undefined ? Float64Array.of(length, system) : Float64Array.of(length, difficulty, system);

/** What the weights say of prompts: percent. */
export interface LengthControlledRate {
  readonly lcWinRate: number;
  /**
   * 100·sd(q, n − 1)/√n of the predictions q: what AlpacaEval publishes under this name. It tells how much the prompts'
   * difficulty varies and is no sampling error. Undefined for a single prompt.
   */
  readonly lcStandardError: number | undefined;
}

/**
 * The win rate if all responses were as long as their opponents (Dubois et al. 2024, arXiv:2404.04475, section 3):
 *
 *   LC = 100 · mean of q,  q = σ(w₂·difficulty + w₃)
 *
 * @param difficulties of the prompts, one for each comparison, undefined where the weights have none
 */
export function lengthControlledRate(
  { difficulty: slope = 0, system }: LengthWeights,
  difficulties: readonly (number | undefined)[],
): LengthControlledRate {
  const predictions = difficulties.map((difficulty) => 100 * sigmoid(slope * (difficulty ?? 0) + system));
  const n = predictions.length;
  return {
    lcWinRate: mean(predictions),
    lcStandardError: n > 1 ? standardDeviation(predictions) / Math.sqrt(n) : undefined,
  };
}

/** The weights between two systems that were fitted against one baseline: Δw₂ and Δw₃. */
export const weightsBetween = (one: LengthWeights, other: LengthWeights): LengthWeights => ({
  length: 0,
  difficulty: (one.difficulty ?? 0) - (other.difficulty ?? 0),
  system: one.system - other.system,
});

/**
 * What one system would win from another, both fitted against one baseline: 100 · mean σ(Δw₂·difficulty + Δw₃), as
 * AlpacaEval's `predict_winrate`.
 */
export const rateBetween = (
  one: LengthWeights,
  other: LengthWeights,
  difficulties: readonly (number | undefined)[],
): number => lengthControlledRate(weightsBetween(one, other), difficulties).lcWinRate;

/** Whether the two rates, in percent, differ so much that AlpacaEval warns that its regression may have failed. */
export function isExtremeChange(raw: number, lengthControlled: number): boolean {
  const tooSmall = lengthControlled < Math.min(raw - raw / 4, raw - 10);
  const tooLarge = lengthControlled > Math.max(raw + (100 - raw) / 4, raw + 10);
  return tooSmall || tooLarge;
}
