import { InvalidValueError } from '../errors.ts';

/**
 * How many standard errors hold 95 %, with as many degrees of freedom: Student's t quantile at 0.975. Degrees of freedom
 * are rounded down, which makes it a little larger.
 */
export function t95(degreesOfFreedom: number): number {
  const df = Math.floor(degreesOfFreedom);
  if (!(df >= 1)) throw new InvalidValueError('degrees of freedom', 'at least 1', degreesOfFreedom);
  let [low, high] = [1.9, 12.8]; // between the quantiles of infinitely many and of one
  while (high - low > 1e-13 * high) {
    const middle = (low + high) / 2;
    if (within(middle, df) < 0.95) low = middle;
    else high = middle;
  }
  return low;
}

const mostTerms = 1000;

/**
 * P(|T| ≤ t) for whole degrees of freedom ν, as a finite series (Abramowitz and Stegun, 26.7.3 and 26.7.4):
 *
 *   θ = atan(t/√ν);  ν even: sin θ·(1 + ½cos²θ + (1·3)/(2·4)cos⁴θ + …)      ν = 1: 2θ/π
 *   ν odd: 2/π·(θ + sin θ·(cos θ + ⅔cos³θ + (2·4)/(3·5)cos⁵θ + …)),           both up to the power ν − 2
 */
function within(t: number, df: number): number {
  const v = Math.min(df, mostTerms); // beyond, the quantile changes by less than 0.003
  const theta = Math.atan(t / Math.sqrt(v));
  const [sine, cosine] = [Math.sin(theta), Math.cos(theta)];
  const odd = v % 2;
  let [sum, term] = [0, odd ? cosine : 1];
  for (let power = odd; power <= v - 2; power += 2) {
    sum += term;
    term *= ((power + 1) / (power + 2)) * cosine ** 2;
  }
  return odd ? (2 / Math.PI) * (theta + sine * sum) : sine * sum;
}
