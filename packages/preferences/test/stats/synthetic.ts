import type { Random } from '../../src/index.ts';

/** Samples whose labels follow a logistic regression with these weights: features −1, 0 and 1, many of them 0. */
export function samplesOf(weights: readonly number[], n: number, random: Random) {
  const features = Array.from({ length: n }, () =>
    weights.map((_, j) => (random.uniform() < 0.25 + 0.5 * ((j * 0.37) % 1) ? (random.uniform() < 0.5 ? 1 : -1) : 0)),
  );
  const labels = features.map((x) => {
    const logit = x.reduce<number>((sum, value, j) => sum + value * weights[j]!, 0);
    return random.uniform() < 1 / (1 + Math.exp(-logit));
  });
  return { features, labels };
}
