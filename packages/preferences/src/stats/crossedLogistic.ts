import { InvalidValueError } from '../errors.ts';
import { solveDefinite } from './cholesky.ts';
import { sigmoid, softplus } from './logistic.ts';
import { seededRandom, shuffled } from './random.ts';
import { mean } from './summary.ts';

/** Rows of a logistic regression in which every system answers prompts that other systems answer too. */
export interface CrossedRows {
  readonly systems: number;
  readonly prompts: number;
  /** From 0. [rows] */
  readonly system: Int32Array;
  /** From 0. [rows] */
  readonly prompt: Int32Array;
  /** A regressor with a slope of each system's own. [rows] */
  readonly x: Float64Array;
  /** From 0 to 1. [rows] */
  readonly y: Float64Array;
}

/** What was fitted. */
export interface CrossedFit {
  /** φ and θ of the first system, of the second … [systems][2] */
  readonly fixed: Float64Array;
  /** γ. [prompts] */
  readonly prompts: Float64Array;
}

const FIXED_DEVIATION = 10; // of φ and θ: in log-odds no prior to speak of, but a system that always wins has a fit

/**
 * The mode of P(y = 1) = σ(φ_m·x + θ_m + γ_i) for system m and prompt i with γ_i ~ N(0, τ²): the Rasch model of item
 * response theory with a regressor, labels from 0 to 1. By Newton's method; prompts, of which none touches another, are
 * eliminated first (the Schur complement), so that a step costs prompts·systems².
 *
 * @param leaveOut rows that do not count
 */
export function crossedFit(
  rows: CrossedRows,
  deviation: number,
  leaveOut: (row: number) => boolean = () => false,
): CrossedFit {
  const { systems, prompts } = rows;
  let fit: CrossedFit = { fixed: new Float64Array(2 * systems), prompts: new Float64Array(prompts) };
  for (let value = logPosterior(rows, fit, deviation, leaveOut); ; ) {
    const step = newtonStep(rows, fit, deviation, leaveOut);
    let size = 1;
    let next = moved(fit, step, size);
    let higher = logPosterior(rows, next, deviation, leaveOut);
    while (!(higher > value) && size > 1e-6) {
      size /= 2;
      next = moved(fit, step, size);
      higher = logPosterior(rows, next, deviation, leaveOut);
    }
    if (!(higher > value)) return fit;
    const gained = higher - value;
    [fit, value] = [next, higher];
    if (gained < 1e-9 * (1 + Math.abs(value))) return fit;
  }
}

const moved = (fit: CrossedFit, step: CrossedFit, size: number): CrossedFit => ({
  fixed: fit.fixed.map((value, j) => value + size * step.fixed[j]!),
  prompts: fit.prompts.map((value, i) => value + size * step.prompts[i]!),
});

const predictor = ({ system, prompt, x }: CrossedRows, { fixed, prompts }: CrossedFit, row: number): number => {
  const m = 2 * system[row]!;
  return fixed[m]! * x[row]! + fixed[m + 1]! + prompts[prompt[row]!]!;
};

function logPosterior(rows: CrossedRows, fit: CrossedFit, deviation: number, leaveOut: (row: number) => boolean) {
  let sum = 0;
  for (let row = 0; row < rows.y.length; row++) {
    if (leaveOut(row)) continue;
    const z = predictor(rows, fit, row);
    sum += rows.y[row]! * z - softplus(z);
  }
  for (const value of fit.fixed) sum -= (value / FIXED_DEVIATION) ** 2 / 2;
  for (const value of fit.prompts) sum -= (value / deviation) ** 2 / 2;
  return sum;
}

/** Solves [A B; Bᵀ D]·step = gradient: A of systems, in blocks of two, D of prompts, diagonal. */
function newtonStep(
  rows: CrossedRows,
  fit: CrossedFit,
  deviation: number,
  leaveOut: (row: number) => boolean,
): CrossedFit {
  const { systems, prompts, system, prompt, x, y } = rows;
  const columns = 2 * systems;
  const a = new Float64Array(columns * columns);
  const b = new Float64Array(prompts * columns);
  const d = new Float64Array(prompts).fill(1 / deviation ** 2);
  const g = fit.fixed.map((value) => -value / FIXED_DEVIATION ** 2);
  const h = fit.prompts.map((value) => -value / deviation ** 2);
  for (let j = 0; j < columns; j++) a[j * columns + j] = 1 / FIXED_DEVIATION ** 2;
  for (let row = 0; row < y.length; row++) {
    if (leaveOut(row)) continue;
    const [m, i, r] = [2 * system[row]!, prompt[row]!, x[row]!];
    const p = sigmoid(predictor(rows, fit, row));
    const variance = p * (1 - p);
    const residual = y[row]! - p;
    a[m * columns + m]! += variance * r * r;
    a[(m + 1) * columns + m]! += variance * r;
    a[(m + 1) * columns + m + 1]! += variance;
    b[i * columns + m]! += variance * r;
    b[i * columns + m + 1]! += variance;
    d[i]! += variance;
    g[m]! += residual * r;
    g[m + 1]! += residual;
    h[i]! += residual;
  }
  for (let i = 0; i < prompts; i++) {
    const at = i * columns;
    for (let j = 0; j < columns; j++) {
      const share = b[at + j]! / d[i]!;
      if (share === 0) continue;
      g[j]! -= share * h[i]!;
      for (let k = 0; k <= j; k++) a[j * columns + k]! -= share * b[at + k]!;
    }
  }
  const fixed = solveDefinite(a, g)!; // definite: the priors are in it
  const steps = h.map((value, i) => {
    let rest = value;
    for (let j = 0; j < columns; j++) rest -= b[i * columns + j]! * fixed[j]!;
    return rest / d[i]!;
  });
  return { fixed, prompts: steps };
}

/** Standard deviations of prompts to choose from, in log-odds. */
const usualDeviations: readonly number[] = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.5, 2, 3];

/**
 * The fit with the τ that foretells best, by the mean cross-entropy over five folds of the rows. They are dealt at random,
 * always alike: dealt in turn, all that is known of a prompt might fall into one fold.
 */
export function crossedFitCv(rows: CrossedRows): CrossedFit & { readonly deviation: number } {
  const n = rows.y.length;
  if (n < 5) throw new InvalidValueError('The number of comparisons', 'at least 5', n);
  const folds = Uint8Array.from(shuffled([...Array(n).keys()], seededRandom(0)), (place) => place % 5);
  const losses = usualDeviations.map((deviation) =>
    mean(Array.from({ length: 5 }, (_, fold) => leftOutLoss(rows, folds, fold, deviation))),
  );
  const deviation = usualDeviations[losses.indexOf(Math.min(...losses))]!;
  return { ...crossedFit(rows, deviation), deviation };
}

function leftOutLoss(rows: CrossedRows, folds: Uint8Array, fold: number, deviation: number): number {
  const fit = crossedFit(rows, deviation, (row) => folds[row] === fold);
  const losses: number[] = [];
  for (let row = 0; row < rows.y.length; row++) {
    if (folds[row] !== fold) continue;
    const z = predictor(rows, fit, row);
    losses.push(softplus(z) - rows.y[row]! * z);
  }
  return mean(losses);
}
