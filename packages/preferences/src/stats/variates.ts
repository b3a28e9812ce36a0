/** Random numbers of other laws than the uniform. */
import type { Random } from './random.ts';

/** The standard normal distribution, one number a call: Marsaglia and Bray 1964 (SIAM Review 6:3), the polar method. */
export function normals({ uniform }: Random): () => number {
  let spare = Number.NaN;
  return () => {
    if (!Number.isNaN(spare)) {
      const kept = spare;
      spare = Number.NaN;
      return kept;
    }
    let [x, y, square] = [0, 0, 0];
    do {
      x = 2 * uniform() - 1;
      y = 2 * uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const stretch = Math.sqrt((-2 * Math.log(square)) / square);
    spare = y * stretch;
    return x * stretch;
  };
}

/** The exponential distribution of mean 1. */
export const exponential = ({ uniform }: Random): number => -Math.log1p(-uniform());

/** The Laplace distribution, density exp(−|x|/scale) / (2·scale). */
export function laplace(random: Random, scale: number): number {
  const size = scale * exponential(random);
  return random.uniform() < 0.5 ? size : -size;
}

/**
 * The inverse Gaussian distribution: Michael, Schucany and Haas 1976 (The American Statistician 30:2).
 *
 * @param normal standard normal numbers
 */
export function inverseGaussian(random: Random, normal: () => number, mean: number, shape: number): number {
  const y = mean * normal() ** 2;
  // the smaller root, 1 + y/2λ − √(y/λ + (y/2λ)²), written so that a large y loses no digits
  const half = y / (2 * shape);
  const root = mean / (1 + half + Math.sqrt(half * (2 + half)));
  return random.uniform() <= mean / (mean + root) ? root : (mean * mean) / root;
}
