/** Draws from one distribution, weighted to stand for another. */
import { InvalidValueError } from '../errors.ts';

/** Weights of draws that sum to 1, and how far they can be trusted. */
export interface ImportanceWeights {
  /** [draws] */
  readonly weights: Float64Array;
  /**
   * The shape k̂ of the weights' tail. Up to 0.7, means taken with these weights converge at a practical rate; beyond, the
   * draws lie too far from where they should. −Infinity where all weights are alike.
   */
  readonly shape: number;
}

/**
 * Pareto smoothed importance sampling: Vehtari, Simpson, Gelman, Yao and Gabry 2024 (JMLR 25:72; arXiv:1507.02646). The
 * largest weights, min(S/5, 3·√S) of S, are replaced by the quantiles of the generalized Pareto distribution fitted to
 * them, and none exceeds the largest there was.
 *
 * @param logRatios log of the wanted density over that drawn from, up to a constant. [draws]
 */
export function paretoSmoothed(logRatios: Float64Array): ImportanceWeights {
  const n = logRatios.length;
  const tail = Math.ceil(Math.min(n / 5, 3 * Math.sqrt(n)));
  if (tail < 5) throw new InvalidValueError('The number of draws', 'at least 25', n);
  const sorted = Float64Array.from(logRatios).sort();
  const [largest, below] = [sorted[n - 1]!, sorted[n - tail - 1]!];
  const [weights, places]: [Float64Array, number[]] = [new Float64Array(n), []];
  for (let i = 0; i < n; i++) {
    weights[i] = Math.exp(logRatios[i]! - largest);
    if (logRatios[i]! > below) places.push(i);
  }
  const cutoff = Math.exp(below - largest);
  if (places.length < 5) return { weights: normalized(weights), shape: -Infinity };
  places.sort((a, b) => logRatios[a]! - logRatios[b]!);
  const pareto = fitPareto(Float64Array.from(places, (i) => weights[i]! - cutoff));
  places.forEach((place, i) => {
    weights[place] = Math.min(1, cutoff + paretoQuantile((i + 0.5) / places.length, pareto));
  });
  return { weights: normalized(weights), shape: pareto.shape };
}

/** How many independent draws weighted draws are worth: 1/Σw², for weights that sum to 1 (Kong 1992). */
export const effectiveDraws = (weights: Float64Array): number => 1 / weights.reduce((sum, w) => sum + w * w, 0);

function normalized(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The generalized Pareto distribution of excesses over 0: P(X > x) = (1 + shape·x/scale)^(−1/shape). */
interface Pareto {
  readonly shape: number;
  readonly scale: number;
}

const paretoQuantile = (p: number, { shape, scale }: Pareto): number =>
  shape === 0 ? -scale * Math.log1p(-p) : (scale * Math.expm1(-shape * Math.log1p(-p))) / shape;

/**
 * Zhang and Stephens 2009 (Technometrics 51:3): the posterior mean of θ = −shape/scale under a prior that the data set,
 * over a grid; the shape is then drawn towards ½ as by ten more points, as PSIS does (its appendix C).
 *
 * @param excesses ascending, more than 0
 */
function fitPareto(excesses: Float64Array): Pareto {
  const n = excesses.length;
  const quarter = excesses[Math.floor(n / 4 + 0.5) - 1]!;
  const grid = 30 + Math.floor(Math.sqrt(n));
  const thetas = Array.from({ length: grid }, (_, i) => {
    return 1 / excesses[n - 1]! + (1 - Math.sqrt(grid / (i + 0.5))) / (3 * quarter);
  });
  const shapeAt = (theta: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.log1p(-theta * excesses[i]!);
    return sum / n;
  };
  const profile = thetas.map((theta) => {
    const shape = shapeAt(theta);
    return n * (Math.log(-theta / shape) - shape - 1); // log-likelihood at the best scale for θ
  });
  const most = Math.max(...profile);
  const masses = profile.map((log) => Math.exp(log - most));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const theta = thetas.reduce((sum, value, i) => sum + (value * masses[i]!) / total, 0);
  const shape = shapeAt(theta);
  return { shape: (n * shape + 5) / (n + 10), scale: -shape / theta };
}
