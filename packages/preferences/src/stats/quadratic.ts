import { cholesky } from './cholesky.ts';
import type { LogDensity, LogisticLikelihood } from './logistic.ts';
import { type Concave, newtonMode } from './newton.ts';

const WIDTH = 4; // sums that do not wait for each other

/** A log density g·(w − c) − ½·(w − c)ᵀ·H·(w − c), up to a constant. Its cost does not grow with the number of samples. */
export interface Quadratic {
  readonly density: LogDensity;
  /** c. [columns] */
  readonly center: Float64Array;
  /** g, at the center. [columns] */
  readonly slope: Float64Array;
  /** H. [columns][columns] */
  readonly curvature: Float64Array;
}

/** The quadratic of these numbers. */
export function quadratic(center: Float64Array, slope: Float64Array, curvature: Float64Array): Quadratic {
  const columns = center.length;
  const off = new Float64Array(columns);
  const padded = Math.ceil(columns / WIDTH) * WIDTH;
  const pull = new Float64Array(padded);
  const strips = new Float64Array(padded * columns); // H four rows at a time: [padded / 4][columns][4], zeros below
  for (let j = 0; j < columns; j++) {
    const at = (j - (j % WIDTH)) * columns + (j % WIDTH);
    for (let k = 0; k < columns; k++) strips[at + k * WIDTH] = curvature[j * columns + k]!;
  }
  const density: LogDensity = (w, gradient) => {
    for (let j = 0; j < columns; j++) off[j] = w[j]! - center[j]!;
    for (let j = 0, at = 0; j < padded; j += WIDTH) {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let k = 0; k < columns; k++, at += WIDTH) {
        const move = off[k]!;
        a += strips[at]! * move;
        b += strips[at + 1]! * move;
        c += strips[at + 2]! * move;
        d += strips[at + 3]! * move;
      }
      pull[j] = a;
      pull[j + 1] = b;
      pull[j + 2] = c;
      pull[j + 3] = d;
    }
    let value = 0;
    for (let j = 0; j < columns; j++) {
      gradient[j] = slope[j]! - pull[j]!;
      value += (slope[j]! - pull[j]! / 2) * off[j]!;
    }
    return value;
  };
  return { density, center, slope, curvature };
}

/** A likelihood to second order about one point: its gradient and its information there. */
export function taylor(likelihood: LogisticLikelihood, center: Float64Array): Quadratic {
  const slope = new Float64Array(center.length);
  likelihood.density(center, slope);
  return quadratic(center, slope, likelihood.information(center));
}

/**
 * A likelihood as the quadratic that fits it best over a cloud of points rather than at one: about their mean, with their
 * mean gradient and mean information (for normal points these are its slope and curvature by least squares, by Stein's
 * lemma). Over the points of a posterior it is several times closer than {@link taylor}.
 */
export function linearized(likelihood: LogisticLikelihood, points: readonly Float64Array[]): Quadratic {
  const { rows, columns } = likelihood.design;
  const share = 1 / points.length;
  const [center, slope, gradient] = [0, 1, 2].map(() => new Float64Array(columns)) as Three<Float64Array>;
  const variances = new Float64Array(rows);
  for (const point of points) {
    likelihood.density(point, gradient);
    likelihood.addVariances(point, variances);
    for (let j = 0; j < columns; j++) {
      center[j]! += share * point[j]!;
      slope[j]! += share * gradient[j]!;
    }
  }
  return quadratic(center, slope, likelihood.design.gram(variances.map((sum) => share * sum)));
}

type Three<T> = [T, T, T];

/**
 * The mode under independent normal priors of one standard deviation, and the Cholesky factor of minus the Hessian there.
 */
export function ridgeMode(
  likelihood: LogisticLikelihood,
  deviation: number,
): { readonly mode: Float64Array; readonly factor: Float64Array } {
  const { columns } = likelihood.design;
  const precision = 1 / deviation ** 2;
  const curvatureAt = (w: Float64Array): Float64Array => {
    const curvature = likelihood.information(w);
    for (let j = 0; j < columns; j++) curvature[j * columns + j]! += precision;
    return curvature;
  };
  const posterior: Concave = {
    value: (w) => likelihood.logLikelihood(w) - (precision / 2) * w.reduce((sum, x) => sum + x * x, 0),
    derivatives(w, gradient, curvature) {
      likelihood.density(w, gradient);
      for (let j = 0; j < columns; j++) gradient[j]! -= precision * w[j]!;
      curvature.set(curvatureAt(w));
    },
  };
  const mode = newtonMode(posterior, new Float64Array(columns));
  return { mode, factor: cholesky(curvatureAt(mode)) };
}
