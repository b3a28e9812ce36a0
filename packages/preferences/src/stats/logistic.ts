import { InvalidValueError } from '../errors.ts';
import { Design } from './design.ts';

/** A log density: returns log p up to a constant and writes its gradient. */
export type LogDensity = (at: Float64Array, gradient: Float64Array) => number;

/** σ(z) = 1/(1 + e^−z). */
export const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** −log(1 − σ(z)) = log(1 + e^z), in range for every z. By log, not the slower log1p: it is one term of a large sum. */
export const softplus = (z: number): number => Math.max(z, 0) + Math.log(1 + Math.exp(-Math.abs(z)));

const SURE = 36; // beyond it 1 + e^−z is 1 in double precision
const LARGE = 1e200; // a factor e^36 more is still far from the largest double

/**
 * The likelihood of a logistic regression without intercept: P(y = 1 | x) = σ(x·w).
 *
 * Rows are kept as s = x where y is 1 and s = −x where it is 0, so that log L(w) = Σ log σ(s·w): exchanging the two
 * responses of a sample negates its features and its label, and leaves the same row.
 */
export class LogisticLikelihood {
  readonly design: Design;
  readonly #z: Float64Array; // [rows]

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
    this.#z = new Float64Array(features.length);
  }

  get columns(): number {
    return this.design.columns;
  }

  /** Σ log σ(s·w); that of the rows from each of `ends` to the next (the first from 0) into `out`. */
  byPart(w: Float64Array, ends: ArrayLike<number>, out: Float64Array): number {
    this.design.times(w, this.#z);
    let total = 0;
    let from = 0;
    for (let part = 0; part < ends.length; part++) {
      out[part] = logSigmoidSum(this.#z, from, ends[part]!);
      total += out[part]!;
      from = ends[part]!;
    }
    return total + logSigmoidSum(this.#z, from, this.#z.length);
  }

  /** Σ log σ(s·w). */
  logLikelihood(w: Float64Array): number {
    this.design.times(w, this.#z);
    return logSigmoidSum(this.#z, 0, this.#z.length);
  }

  /** Σ log σ(s·w) and its gradient Σ σ(−s·w)·s, in one pass over the rows. */
  readonly density: LogDensity = (w, gradient) => {
    const z = this.#z;
    this.design.times(w, z);
    const value = logSigmoidSum(z, 0, z.length);
    for (let i = 0; i < z.length; i++) z[i] = 1 / (1 + Math.exp(z[i]!));
    this.design.transposeTimes(z, gradient);
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
    this.design.times(w, this.#z);
    for (let i = 0; i < out.length; i++) out[i]! += sigmoid(this.#z[i]!) * sigmoid(-this.#z[i]!);
  }
}

const PER_OCTAVE = 32;
const STEPS_PER_UNIT = PER_OCTAVE / Math.LN2;
const UNITS_PER_STEP = Math.LN2 / PER_OCTAVE;
const POWERS = Float64Array.from({ length: 2 * 53 * PER_OCTAVE + 1 }, (_, k) => 2 ** (k / PER_OCTAVE - 53));

/** e^x for |x| ≤ 36, to 12 digits: a power of 2^(1/32) from a table times a short series. Half the time of Math.exp. */
function quickExp(x: number): number {
  const step = Math.floor(x * STEPS_PER_UNIT + 0.5);
  const r = x - step * UNITS_PER_STEP;
  return POWERS[step + 53 * PER_OCTAVE]! * (1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24)))));
}

/** Σ log σ(z_i) for i from `from` up to `to`: one logarithm of a product of 1 + e^−z, where that stays in range. */
function logSigmoidSum(z: Float64Array, from: number, to: number): number {
  let sum = 0;
  let product = 1;
  for (let i = from; i < to; i++) {
    const value = z[i]!;
    if (value > SURE) continue;
    if (value < -SURE) {
      sum += value;
      continue;
    }
    product *= 1 + quickExp(-value);
    if (product > LARGE) {
      sum -= Math.log(product);
      product = 1;
    }
  }
  return sum - Math.log(product);
}
