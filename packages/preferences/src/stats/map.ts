import type { LogDensity } from './logistic.ts';

/** A log likelihood with one maximum at most, its gradient and its information −∂² log L. */
export interface ConcaveLikelihood {
  readonly columns: number;
  readonly density: LogDensity;
  logLikelihood(w: Float64Array): number;
  /** [columns][columns] */
  information(w: Float64Array): Float64Array;
}

/**
 * The mode of the posterior of a logistic regression under independent Laplace priors, also known as the lasso: Newton
 * steps, each a quadratic problem solved coordinate by coordinate with soft thresholds (Friedman, Hastie and Tibshirani
 * 2010, Journal of Statistical Software 33:1). Many of its weights are exactly 0. It is not the posterior mean, and not
 * near it where the prior is strong: use it for contrast.
 *
 * @param scale of the Laplace distribution
 * @param start where the search begins, 0 by default
 */
export function laplaceMode(likelihood: ConcaveLikelihood, scale: number, start?: Float64Array): Float64Array {
  const { columns } = likelihood;
  const [mode, gradient] = [Float64Array.from(start ?? new Float64Array(columns)), new Float64Array(columns)];
  const size = (w: Float64Array) => w.reduce((sum, x) => sum + Math.abs(x), 0) / scale;
  const value = (w: Float64Array) => likelihood.logLikelihood(w) - size(w);
  for (let now = value(mode); ; ) {
    likelihood.density(mode, gradient);
    const target = lassoStep(mode, gradient, likelihood.information(mode), 1 / scale);
    if (target.every((value, j) => value === mode[j])) return mode;
    const from = Float64Array.from(mode);
    let higher = now;
    for (let step = 1; step > 1e-8 && !(higher > now); step /= 2) {
      for (let j = 0; j < columns; j++) mode[j] = step === 1 ? target[j]! : from[j]! + step * (target[j]! - from[j]!);
      higher = value(mode);
    }
    if (!(higher > now)) return from;
    if (higher - now < 1e-12 * Math.abs(now)) return mode;
    now = higher;
  }
}

/** Maximizes g·d − ½dᵀHd − rate·Σ|w + d| over w + d by cyclic coordinate ascent. */
function lassoStep(w: Float64Array, gradient: Float64Array, curvature: Float64Array, rate: number): Float64Array {
  const columns = w.length;
  const [at, slope] = [Float64Array.from(w), Float64Array.from(gradient)]; // slope of the quadratic, where we are
  for (let sweep = 0, moved = Infinity; moved > 1e-12 && sweep < 10_000; sweep++) {
    moved = 0;
    for (let j = 0; j < columns; j++) {
      const h = curvature[j * columns + j]!;
      const pull = h * at[j]! + slope[j]!;
      const next = h === 0 ? 0 : (Math.sign(pull) * Math.max(0, Math.abs(pull) - rate)) / h;
      const move = next - at[j]!;
      if (move === 0) continue;
      at[j] = next;
      for (let k = 0; k < columns; k++) slope[k]! -= curvature[k * columns + j]! * move;
      moved = Math.max(moved, Math.abs(move));
    }
  }
  return at;
}
