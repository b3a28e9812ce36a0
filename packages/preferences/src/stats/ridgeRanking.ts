import { InvalidValueError } from '../errors.ts';
import { cholesky, solveLower, solveUpper } from './cholesky.ts';

/** Pairs as differences of features, the preferred one's less the other's: [pairs, width], row by row. */
export interface Differences {
  readonly values: Float32Array;
  readonly width: number;
  /** The fold of each pair, from 0. */
  readonly folds: Uint8Array;
}

/**
 * Bradley and Terry's model with features and a ridge, on any of the folds:
 *
 *   max_w  Σᵢ log σ(w·dᵢ) − ½·ridge·n·|w|²,   dᵢ divided by the root mean square of each feature over all pairs
 *
 * No intercept: which of the two is named first says nothing. (The root mean squares are the same whichever is preferred, so
 * that nothing of a fold's answers is in them.)
 */
export class RidgeRanking {
  readonly width: number;
  readonly #rows: readonly Float64Array[]; //  scaled, by fold, row by row
  readonly #grams: readonly Float64Array[]; // DᵀD of each fold; what stands above the diagonal is not filled in
  readonly #scale: Float64Array;

  /** @throws InvalidValueError for folds without pairs */
  constructor({ values, width, folds }: Differences) {
    this.width = width;
    this.#scale = scaleOf(values, width);
    const places = Map.groupBy(folds.keys(), (row) => folds[row]!);
    this.#rows = Array.from({ length: folds.reduce((a, b) => Math.max(a, b), 0) + 1 }, (_, fold) => {
      const own = places.get(fold);
      if (!own) throw new InvalidValueError('Each fold', 'one pair at least', `none in fold ${fold}`);
      const rows = new Float64Array(own.length * width);
      for (const [i, place] of own.entries())
        for (let j = 0; j < width; j++) rows[i * width + j] = values[place * width + j]! / this.#scale[j]!;
      return rows;
    });
    this.#grams = this.#rows.map((rows) => gramOf(rows, width));
  }

  get folds(): number {
    return this.#rows.length;
  }

  /**
   * The weights, learned from all folds but `without`; to be multiplied with scaled features, as `margins` does. Each step goes
   * to the top of Böhning and Lindsay's lower bound (1988), whose curvature ¼DᵀD is the same at every step: the matrix is
   * factorised once, and no step leads lower.
   *
   * @param start from where; near the maximum it saves steps
   */
  fit(ridge: number, without: readonly number[] = [], start = new Float64Array(this.width)): Float64Array<ArrayBuffer> {
    const { width } = this;
    const folds = this.#rows
      .keys()
      .filter((fold) => !without.includes(fold))
      .toArray();
    const n = folds.reduce((sum, fold) => sum + this.#rows[fold]!.length / width, 0);
    const bound = new Float64Array(width * width);
    for (const fold of folds) for (const [i, value] of this.#grams[fold]!.entries()) bound[i]! += value / (4 * n);
    for (let j = 0; j < width; j++) bound[j * width + j]! += ridge;
    const factor = cholesky(bound);
    const weights = Float64Array.from(start);
    for (let promised = Infinity; promised > 1e-13; ) {
      const gradient = weights.map((weight) => -ridge * weight);
      for (const fold of folds) addGradient(gradient, this.#rows[fold]!, weights, n);
      const step = solveUpper(factor, solveLower(factor, Float64Array.from(gradient)));
      for (let j = 0; j < width; j++) weights[j]! += step[j]!;
      promised = step.reduce((sum, move, j) => sum + move * gradient[j]!, 0) / 2; // nats a pair
    }
    return weights;
  }

  /** By how many nats of log-odds each pair of a fold is ranked right (or, negative, wrong), in the order of the pairs. */
  margins(weights: Float64Array, fold: number): Float64Array {
    const rows = this.#rows[fold]!;
    return Float64Array.from({ length: rows.length / this.width }, (_, i) => dot(rows, i * this.width, weights));
  }

  /** The weights for features as they were given. */
  unscaled(weights: Float64Array): Float64Array {
    return weights.map((weight, j) => weight / this.#scale[j]!);
  }
}

/** Root mean squares; 1 for a feature that never differs, whose weight stays 0. */
function scaleOf(values: Float32Array, width: number): Float64Array {
  const squares = new Float64Array(width);
  for (let i = 0; i < values.length; i++) squares[i % width]! += values[i]! ** 2;
  return squares.map((sum) => Math.sqrt((sum * width) / values.length) || 1);
}

function gramOf(rows: Float64Array, width: number): Float64Array {
  const gram = new Float64Array(width * width);
  for (let at = 0; at < rows.length; at += width) {
    for (let i = 0; i < width; i++) {
      const value = rows[at + i]!;
      for (let j = 0; j <= i; j++) gram[i * width + j]! += value * rows[at + j]!;
    }
  }
  return gram;
}

/** Adds Σ σ(−w·d)·d/n. */
function addGradient(gradient: Float64Array, rows: Float64Array, weights: Float64Array, n: number): void {
  for (let at = 0; at < rows.length; at += weights.length) {
    const pull = 1 / (1 + Math.exp(dot(rows, at, weights))) / n;
    for (let j = 0; j < weights.length; j++) gradient[j]! += pull * rows[at + j]!;
  }
}

function dot(rows: Float64Array, at: number, weights: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < weights.length; j++) sum += rows[at + j]! * weights[j]!;
  return sum;
}
