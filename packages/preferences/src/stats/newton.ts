import { InvalidValueError } from '../errors.ts';
import { cholesky, solveLower, solveUpper } from './cholesky.ts';

/** A strictly concave function with two derivatives. */
export interface Concave {
  value(at: Float64Array): number;
  /** Writes the gradient, and minus the Hessian: [n] and [n][n]. */
  derivatives(at: Float64Array, gradient: Float64Array, curvature: Float64Array): void;
}

const STEPS = 200; // from zero it takes about ten; a maximum at infinity is walked towards for ever

/**
 * Where a concave function is greatest, by Newton's method; a step that would lead lower is halved. It ends after the step
 * that promised less than 1e-10, which leaves an error of its square.
 *
 * @returns the place, and the Cholesky factor of minus the Hessian there
 * @throws InvalidValueError where there is no maximum
 */
export function newtonMode(
  { value, derivatives }: Concave,
  start: Float64Array,
): { readonly mode: Float64Array; readonly factor: Float64Array } {
  const mode = Float64Array.from(start);
  const gradient = new Float64Array(mode.length);
  const curvature = new Float64Array(mode.length ** 2);
  for (let taken = 0; taken < STEPS; taken++) {
    derivatives(mode, gradient, curvature);
    const factor = cholesky(curvature);
    const step = solveUpper(factor, solveLower(factor, Float64Array.from(gradient)));
    const promised = step.reduce((sum, move, j) => sum + move * gradient[j]!, 0) / 2;
    if (promised < 1e-10) {
      for (let j = 0; j < mode.length; j++) mode[j]! += step[j]!;
      derivatives(mode, gradient, curvature);
      return { mode, factor: cholesky(curvature) };
    }
    if (!climb(value, mode, step)) return { mode, factor };
  }
  throw new InvalidValueError('The maximum', 'a place (a prior would give one)', 'at infinity');
}

/** Takes a step, halved until it leads higher; false where rounding leaves nothing to gain. */
function climb(value: (at: Float64Array) => number, at: Float64Array, step: Float64Array): boolean {
  const from = Float64Array.from(at);
  const now = value(from);
  for (let size = 1; size > 1e-8; size /= 2) {
    for (let j = 0; j < at.length; j++) at[j] = from[j]! + size * step[j]!;
    if (value(at) > now) return true;
  }
  at.set(from);
  return false;
}
