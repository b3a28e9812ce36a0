/** Numbers in [0, 1). */
export type Random = () => number;

export const chance = (probability: number, random: Random): boolean => random() < probability;

export function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)]!;
}

/** One of the keys, each as likely as its weight says; the weights sum to 1. */
export function pickWeighted<Key extends string>(weights: Readonly<Record<Key, number>>, random: Random): Key {
  const keys = Object.keys(weights) as Key[];
  let left = random();
  return keys.find((key) => (left -= weights[key]) < 0) ?? keys.at(-1)!;
}
