import { InvalidValueError } from '../errors.ts';
import { solveDefinite } from './cholesky.ts';
import { type LogDensity, sigmoid, softplus } from './logistic.ts';

/** Rows of a logistic regression whose labels may lie between 0 and 1. */
export interface FractionalRows {
  readonly columns: number;
  /** [rows][columns], row by row */
  readonly x: Float64Array;
  /** From 0 to 1. [rows] */
  readonly y: Float64Array;
  /** How much each row counts. [rows] */
  readonly weights: Float64Array;
}

/**
 * The likelihood of a logistic regression without intercept on labels from 0 to 1 (Papke and Wooldridge 1996, Journal of
 * Applied Econometrics 11:6), each row with a weight a:
 *
 *   log L(w) = Σ a·(y·log σ(x·w) + (1 − y)·log σ(−x·w))
 *
 * It is that of rows with label 1 and weight a·y beside rows with label 0 and weight a·(1 − y).
 */
export class FractionalLikelihood {
  readonly rows: FractionalRows;
  readonly columns: number;

  /** @throws InvalidValueError unless there are a label and a weight for each row, finite, and labels from 0 to 1 */
  constructor(rows: FractionalRows) {
    const { columns, x, y, weights } = rows;
    if (x.length !== columns * y.length || weights.length !== y.length) {
      throw new InvalidValueError('The number of regressors', `${columns} for each of ${y.length} labels`, x.length);
    }
    const outside = y.find((label) => !(label >= 0 && label <= 1));
    if (outside !== undefined) throw new InvalidValueError('A label', 'from 0 to 1', outside);
    const strange = [x, weights]
      .map((values) => values.find((value) => !Number.isFinite(value)))
      .find((v) => v !== undefined);
    if (strange !== undefined) throw new InvalidValueError('A regressor or weight', 'finite', strange);
    this.rows = rows;
    this.columns = columns;
  }

  /** x·w of one row. */
  predictor(row: number, w: Float64Array): number {
    const { columns, x } = this.rows;
    let z = 0;
    for (let j = 0, at = row * columns; j < columns; j++, at++) z += x[at]! * w[j]!;
    return z;
  }

  logLikelihood(w: Float64Array): number {
    const { y, weights } = this.rows;
    let sum = 0;
    for (let i = 0; i < y.length; i++) {
      if (weights[i] === 0) continue;
      const z = this.predictor(i, w);
      sum += weights[i]! * (y[i]! * z - softplus(z));
    }
    return sum;
  }

  /** log L and its gradient Σ a·(y − σ(x·w))·x. */
  readonly density: LogDensity = (w, gradient) => {
    const { columns, x, y, weights } = this.rows;
    gradient.fill(0);
    let sum = 0;
    for (let i = 0; i < y.length; i++) {
      if (weights[i] === 0) continue;
      const z = this.predictor(i, w);
      sum += weights[i]! * (y[i]! * z - softplus(z));
      const residual = weights[i]! * (y[i]! - sigmoid(z));
      for (let j = 0, at = i * columns; j < columns; j++, at++) gradient[j]! += residual * x[at]!;
    }
    return sum;
  };

  /** −∂² log L = Σ a·σ(z)·σ(−z)·x·xᵀ. [columns][columns] */
  information(w: Float64Array): Float64Array {
    const { columns, x, y, weights } = this.rows;
    const sum = new Float64Array(columns * columns);
    for (let i = 0; i < y.length; i++) {
      if (weights[i] === 0) continue;
      const p = sigmoid(this.predictor(i, w));
      const variance = weights[i]! * p * (1 - p);
      const at = i * columns;
      for (let j = 0; j < columns; j++) {
        for (let k = 0; k <= j; k++) sum[j * columns + k]! += variance * x[at + j]! * x[at + k]!;
      }
    }
    for (let j = 0; j < columns; j++) for (let k = 0; k < j; k++) sum[k * columns + j] = sum[j * columns + k]!;
    return sum;
  }
}

const MOST_STEPS = 30; // Newton needs about ten where there is a maximum; where there is none it walks on for ever

/**
 * The weights of maximum likelihood by Newton's method, a step that would lead down halved; to about 12 digits. Undefined
 * where there are none: labels that a plane separates have a likelihood that grows for ever, and columns that are
 * combinations of each other share their weight in no one way.
 *
 * @param start where the search begins, 0 by default
 */
export function maximumLikelihood(
  likelihood: FractionalLikelihood,
  start: Float64Array = new Float64Array(likelihood.columns),
): Float64Array | undefined {
  const gradient = new Float64Array(likelihood.columns);
  let w = start;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const now = likelihood.density(w, gradient);
    const step = solveDefinite(likelihood.information(w), gradient);
    if (!step) return undefined;
    const along = (size: number) => w.map((value, j) => value + size * step[j]!);
    const isWithin = (share: number) => step.every((move, j) => Math.abs(move) <= share * (1 + Math.abs(w[j]!)));
    if (isWithin(1e-6)) return along(1); // off by its square
    let size = 1;
    while (size > 1e-8 && !(likelihood.logLikelihood(along(size)) > now)) size /= 2;
    if (size <= 1e-8) return isWithin(1e-3) ? w : undefined; // rounding leaves nothing to gain
    w = along(size);
  }
  return undefined;
}
