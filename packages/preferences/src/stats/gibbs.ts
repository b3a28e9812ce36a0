import { cholesky, solveLower, solveUpper } from './cholesky.ts';
import { polyaGamma } from './polyaGamma.ts';
import { seededRandom } from './random.ts';
import { inverseGaussian, normals } from './variates.ts';

/** How much is drawn. */
export interface GibbsOptions {
  /** Of the Laplace prior. */
  readonly scale: number;
  readonly warmup: number;
  readonly draws: number;
  readonly seed: number;
}

/**
 * Draws from the posterior of a logistic regression under independent Laplace priors, by a road that shares nothing with
 * NUTS: Gibbs sampling without a gradient, a step size or a rejection.
 *
 *   ω_i | w ~ PG(1, x_i·w)                                     Polson, Scott and Windle 2013 (arXiv:1205.0310), eq. 5
 *   1/τ_j² | w ~ inverse Gaussian(1/(b·|w_j|), 1/b²)           the Laplace prior as normals of variance τ_j² ~
 *                                                              Exp(1/(2b²)): Park and Casella 2008 (JASA 103:681)
 *   w | ω, τ ~ N(V·Xᵀ(y − ½), V)      V⁻¹ = XᵀΩX + diag(1/τ²)
 *
 * A draw costs as much as a Newton step: an independent check, not a sampler for daily use.
 *
 * @param features [rows][columns]
 * @param labels   [rows], true or 1 where the first response is preferred
 * @returns [columns][draws]
 */
export function gibbsDraws(
  features: readonly ArrayLike<number>[],
  labels: ArrayLike<boolean | number>,
  { scale, warmup, draws, seed }: GibbsOptions,
): Float64Array[] {
  const columns = features[0]!.length;
  const random = seededRandom(seed);
  const normal = normals(random);
  const w = new Float64Array(columns);
  const toward = new Float64Array(columns); // Xᵀ(y − ½)
  features.forEach((x, i) => {
    for (let j = 0; j < columns; j++) toward[j]! += x[j]! * (labels[i] ? 0.5 : -0.5);
  });
  const out = Array.from({ length: columns }, () => new Float64Array(draws));
  for (let d = -warmup; d < draws; d++) {
    const precision = new Float64Array(columns * columns);
    for (const x of features) addOuter(precision, x, polyaGamma(random, normal, dot(x, w)));
    for (let j = 0; j < columns; j++) {
      const mean = 1 / (scale * Math.max(Math.abs(w[j]!), 1e-12)); // the first w is 0
      precision[j * columns + j]! += inverseGaussian(random, normal, mean, 1 / scale ** 2);
    }
    const factor = cholesky(precision);
    const at = solveLower(factor, Float64Array.from(toward)).map((value) => value + normal());
    w.set(solveUpper(factor, at)); // L⁻ᵀ(L⁻¹b + ε): mean V·b, variance V
    if (d >= 0) for (let j = 0; j < columns; j++) out[j]![d] = w[j]!;
  }
  return out;
}

const dot = (x: ArrayLike<number>, w: Float64Array): number => w.reduce((sum, value, j) => sum + value * x[j]!, 0);

function addOuter(sum: Float64Array, x: ArrayLike<number>, weight: number): void {
  const columns = x.length;
  for (let j = 0; j < columns; j++) {
    for (let k = 0; k <= j; k++) sum[j * columns + k]! += weight * x[j]! * x[k]!;
  }
}
