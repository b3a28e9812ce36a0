import { InvalidValueError } from '../errors.ts';
import { cholesky, solveLower, solveUpper } from './cholesky.ts';

/** A strictly concave function with two derivatives. */
export interface Concave {
  value(at: Float64Array): number;
  /** Writes the gradient, and minus the Hessian: [n] and [n][n], of which only what stands on and below the diagonal is read. */
  derivatives(at: Float64Array, gradient: Float64Array, curvature: Float64Array): void;
}

const STEPS = 200; // from zero it takes about ten; a maximum at infinity is walked towards for ever

/**
 * Where a concave function is greatest, by Newton's method; a step that would lead lower is halved. It ends with the step
 * that promises less than `enough`, which leaves an error of about its square.
 *
 * @throws InvalidValueError where there is no maximum
 */
export function newtonMode({ value, derivatives }: Concave, start: Float64Array, enough = 1e-10): Float64Array {
  const mode = Float64Array.from(start);
  const gradient = new Float64Array(mode.length);
  const curvature = new Float64Array(mode.length ** 2);
  let now = Number.NaN;
  for (let taken = 0; taken < STEPS; taken++) {
    derivatives(mode, gradient, curvature);
    const factor = cholesky(curvature);
    const step = solveUpper(factor, solveLower(factor, Float64Array.from(gradient)));
    const promised = step.reduce((sum, move, j) => sum + move * gradient[j]!, 0) / 2;
    if (promised < enough) return mode.map((at, j) => at + step[j]!);
    if (Number.isNaN(now)) now = value(mode);
    const higher = climb(value, mode, step, now);
    if (higher === undefined) return mode;
    now = higher;
  }
  throw new InvalidValueError('The maximum', 'a place (a prior would give one)', 'at infinity');
}

/** Takes a step, halved until it leads higher, and says how high; undefined where rounding leaves nothing to gain. */
function climb(
  value: (at: Float64Array) => number,
  at: Float64Array,
  step: Float64Array,
  now: number,
): number | undefined {
  const from = Float64Array.from(at);
  for (let size = 1; size > 1e-8; size /= 2) {
    for (let j = 0; j < at.length; j++) at[j] = from[j]! + size * step[j]!;
    const reached = value(at);
    if (reached > now) return reached;
  }
  at.set(from);
  return undefined;
}
