import { InvalidValueError } from '../errors.ts';
import type { LogDensity } from './logistic.ts';

/** What is believed of each weight before the data, alike and independently for all. */
export type Prior =
  /** Density ∝ exp(−|w|/scale). */
  | { readonly kind: 'laplace'; readonly scale: number }
  /** `scale` is the standard deviation. */
  | { readonly kind: 'normal'; readonly scale: number }
  /** Carvalho, Polson and Scott 2010 (Biometrika 97:2): w_j ~ N(0, λ_j²τ²), λ_j ~ C⁺(0, 1), τ ~ C⁺(0, `scale`). */
  | { readonly kind: 'horseshoe'; readonly scale: number };

/** A distribution of weights, over coordinates that range over all numbers. */
export interface Posterior {
  /** How many coordinates. */
  readonly dimension: number;
  /** Up to a constant, of the coordinates; without the Laplace prior. */
  readonly density: LogDensity;
  /** The Laplace prior, which the sampler takes apart from the density because of its kink: 1/scale. [dimension] */
  readonly laplaceRates?: Float64Array;
  /** The weights at some coordinates, into `out`. */
  weights(at: Float64Array, out: Float64Array): void;
  /** Coordinates of small weights: where a search may begin. */
  start(weights: Float64Array): Float64Array;
}

/**
 * Likelihood times prior.
 *
 * @param likelihood of `columns` weights
 */
export function posterior(likelihood: LogDensity, columns: number, prior: Prior): Posterior {
  if (!(prior.scale > 0)) throw new InvalidValueError("The prior's scale", 'more than 0', prior.scale);
  if (prior.kind === 'horseshoe') return horseshoePosterior(likelihood, columns, prior.scale);
  const weights = (at: Float64Array, out: Float64Array): void => out.set(at);
  const shared = { dimension: columns, weights, start: (given: Float64Array) => Float64Array.from(given) };
  if (prior.kind === 'laplace') {
    return { ...shared, density: likelihood, laplaceRates: new Float64Array(columns).fill(1 / prior.scale) };
  }
  return { ...shared, density: (at, gradient) => likelihood(at, gradient) + addNormal(at, gradient, prior.scale) };
}

function addNormal(w: Float64Array, gradient: Float64Array, scale: number): number {
  const precision = 1 / scale ** 2;
  let sum = 0;
  for (let j = 0; j < w.length; j++) {
    sum -= w[j]! ** 2;
    gradient[j]! -= precision * w[j]!;
  }
  return (precision * sum) / 2;
}

/**
 * The horseshoe, non-centred, so that its funnel is none (Betancourt and Girolami 2015, arXiv:1312.0906): the coordinates
 * are z, log λ and log τ, with w_j = z_j·λ_j·τ and z_j ~ N(0, 1). A half-Cauchy λ of scale s has, as log λ, the log
 * density log λ − log(1 + λ²/s²).
 */
function horseshoePosterior(likelihood: LogDensity, columns: number, scale: number): Posterior {
  const [w, byWeight] = [new Float64Array(columns), new Float64Array(columns)];
  const weights = (at: Float64Array, out: Float64Array): void => {
    for (let j = 0; j < columns; j++) out[j] = at[j]! * Math.exp(at[columns + j]! + at[2 * columns]!);
  };
  const density: LogDensity = (at, gradient) => {
    weights(at, w);
    const logTau = at[2 * columns]!;
    const global = cauchyOfLog(logTau, scale);
    let value = likelihood(w, byWeight) + global.value;
    gradient[2 * columns] = global.slope;
    for (let j = 0; j < columns; j++) {
      const local = cauchyOfLog(at[columns + j]!, 1);
      const pull = byWeight[j]! * w[j]!;
      value += local.value - at[j]! ** 2 / 2;
      gradient[j] = byWeight[j]! * Math.exp(at[columns + j]! + logTau) - at[j]!;
      gradient[columns + j] = pull + local.slope;
      gradient[2 * columns]! += pull;
    }
    return value;
  };
  const start = (given: Float64Array) => {
    const at = new Float64Array(2 * columns + 1);
    at[2 * columns] = Math.log(scale);
    for (let j = 0; j < columns; j++) at[j] = given[j]! / scale;
    return at;
  };
  return { dimension: 2 * columns + 1, density, weights, start };
}

function cauchyOfLog(log: number, scale: number): { value: number; slope: number } {
  const square = Math.exp(2 * log) / scale ** 2;
  return { value: log - Math.log1p(square), slope: 1 - (2 * square) / (1 + square) };
}
