import { normalCdf } from './normal.ts';
import type { Random } from './random.ts';
import { exponential, inverseGaussian } from './variates.ts';

const T = 0.64; // where the two series for the density change over

/**
 * A draw of the Pólya-Gamma distribution PG(1, z): Polson, Scott and Windle 2013 (JASA 108:1339; arXiv:1205.0310), section
 * 4, by Devroye's method: a proposal that is inverse Gaussian below 0.64 and exponential above, accepted by the partial
 * sums of an alternating series.
 *
 * @param normal standard normal numbers
 */
export function polyaGamma(random: Random, normal: () => number, z: number): number {
  const tilt = Math.abs(z) / 2;
  const rate = Math.PI ** 2 / 8 + tilt ** 2 / 2;
  const above = (Math.PI / (2 * rate)) * Math.exp(-rate * T);
  const below = 2 * Math.exp(-tilt) * inverseGaussianBelow(tilt);
  for (;;) {
    const x =
      random.uniform() < above / (above + below)
        ? T + exponential(random) / rate
        : truncatedInverseGaussian(random, normal, tilt);
    if (accepted(random, x)) return x / 4;
  }
}

/** Whether the alternating series keeps a proposal: its partial sums close in on the density from both sides. */
function accepted(random: Random, x: number): boolean {
  let sum = term(0, x);
  const height = random.uniform() * sum;
  for (let n = 1; ; n++) {
    if (n % 2 === 1) {
      sum -= term(n, x);
      if (height <= sum) return true;
    } else {
      sum += term(n, x);
      if (height > sum) return false;
    }
  }
}

/** a_n(x), eq. 12 and 13 of section 4. */
function term(n: number, x: number): number {
  const k = n + 0.5;
  if (x > T) return Math.PI * k * Math.exp((-(k ** 2) * Math.PI ** 2 * x) / 2);
  return Math.PI * k * (2 / (Math.PI * x)) ** 1.5 * Math.exp((-2 * k ** 2) / x);
}

/** P(X ≤ 0.64) of the inverse Gaussian distribution of mean 1/tilt and shape 1. */
function inverseGaussianBelow(tilt: number): number {
  const root = Math.sqrt(1 / T);
  return normalCdf(root * (T * tilt - 1)) + Math.exp(2 * tilt) * normalCdf(-root * (T * tilt + 1));
}

/** The same distribution, given that it is at most 0.64. */
function truncatedInverseGaussian(random: Random, normal: () => number, tilt: number): number {
  if (tilt < 1 / T) {
    for (;;) {
      let [e, other] = [exponential(random), exponential(random)];
      while (e ** 2 > (2 * other) / T) [e, other] = [exponential(random), exponential(random)];
      const x = T / (1 + T * e) ** 2;
      if (random.uniform() <= Math.exp((-(tilt ** 2) * x) / 2)) return x;
    }
  }
  for (;;) {
    const x = inverseGaussian(random, normal, 1 / tilt, 1);
    if (x <= T) return x;
  }
}
