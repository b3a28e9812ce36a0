import { InvalidValueError } from '../errors.ts';
import { Design } from './design.ts';
import { SURE } from './quickExp.ts';

/** A log density: returns log p up to a constant and writes its gradient. */
export type LogDensity = (at: Float64Array, gradient: Float64Array) => number;

/** σ(z) = 1/(1 + e^−z). */
export const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** −log(1 − σ(z)) = log(1 + e^z), in range for every z. By log, not the slower log1p: it is one term of a large sum. */
export const softplus = (z: number): number => Math.max(z, 0) + Math.log(1 + Math.exp(-Math.abs(z)));

const LARGE = 1e200; // a factor e^36 more is still far from the largest double

/**
 * The likelihood of a logistic regression without intercept: P(y = 1 | x) = σ(x·w).
 *
 * Rows are kept as s = x where y is 1 and s = −x where it is 0, so that log L(w) = Σ log σ(s·w): exchanging the two
 * responses of a sample negates its features and its label, and leaves the same row.
 */
export class LogisticLikelihood {
  readonly design: Design;
  readonly #odds: Float64Array; // e^(−s·w) where it was last asked for. [rows]

  /**
   * @param features [rows][columns]
   * @param labels   [rows], true or 1 where the first response is preferred
   * @throws InvalidValueError unless there is a label for each row, and a row
   */
  constructor(features: readonly ArrayLike<number>[], labels: ArrayLike<boolean | number>) {
    if (labels.length !== features.length) {
      throw new InvalidValueError('The number of labels', `that of samples, ${features.length}`, labels.length);
    }
    if (features.length === 0) throw new InvalidValueError('The number of samples', 'at least 1', 0);
    this.design = new Design(
      features,
      Array.from(labels, (label) => (label ? 1 : -1)),
    );
    this.#odds = new Float64Array(features.length);
  }

  get columns(): number {
    return this.design.columns;
  }

  /** Σ log σ(s·w); that of the rows from each of `ends` to the next (the first from 0) into `out`. */
  byPart(w: Float64Array, ends: ArrayLike<number>, out: Float64Array): number {
    const odds = this.#odds;
    const isNear = this.design.reach(w) <= SURE;
    if (isNear) this.design.odds(w, odds);
    else this.design.times(w, odds);
    const sumOf = isNear ? sumOfOdds : logSigmoidSum;
    let total = 0;
    let from = 0;
    for (let part = 0; part < ends.length; part++) {
      out[part] = sumOf(odds, from, ends[part]!);
      total += out[part]!;
      from = ends[part]!;
    }
    total += sumOf(odds, from, odds.length);
    if (!isNear) for (let i = 0; i < odds.length; i++) odds[i] = Math.exp(-odds[i]!);
    return total;
  }

  /** Σ log σ(s·w). */
  logLikelihood(w: Float64Array): number {
    return this.byPart(w, [], this.#odds);
  }

  /** Σ log σ(s·w) and its gradient Σ σ(−s·w)·s. */
  readonly density: LogDensity = (w, gradient) => {
    const value = this.logLikelihood(w);
    const odds = this.#odds;
    for (let i = 0; i < odds.length; i++) odds[i] = 1 / (1 + 1 / odds[i]!);
    this.design.transposeTimes(odds, gradient);
    return value;
  };

  /** The information −∂² log L = Σ σ(z)·σ(−z)·s·sᵀ. [columns][columns] */
  information(w: Float64Array): Float64Array {
    const weights = new Float64Array(this.design.rows);
    this.addVariances(w, weights);
    return this.design.gram(weights);
  }

  /** Adds each label's variance σ(z)·σ(−z) at these weights. [rows] */
  addVariances(w: Float64Array, out: Float64Array): void {
    this.logLikelihood(w);
    for (let i = 0; i < out.length; i++) out[i]! += 1 / ((1 + this.#odds[i]!) * (1 + 1 / this.#odds[i]!));
  }
}

/** Σ log σ(z_i) for i from `from` up to `to`. */
function logSigmoidSum(z: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum -= softplus(-z[i]!);
  return sum;
}

/** The same from e^−z, where |z| ≤ {@link SURE}: one logarithm of a product, while that stays in range. */
function sumOfOdds(odds: Float64Array, from: number, to: number): number {
  let sum = 0;
  let product = 1;
  for (let i = from; i < to; i++) {
    product *= 1 + odds[i]!;
    if (product > LARGE) {
      sum -= Math.log(product);
      product = 1;
    }
  }
  return sum - Math.log(product);
}
