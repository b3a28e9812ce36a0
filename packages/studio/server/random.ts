import { getRandomValues } from 'node:crypto';
import type { Studio } from './studio.ts';

const drawn = new Uint32Array(1024);
let next = drawn.length;

/** Uniform from 0 to 1, from the system's randomness: nobody foresees which item or side comes next. */
function systemRandom(): number {
  if (next === drawn.length) {
    getRandomValues(drawn); // many at once: each call costs far more than a number
    next = 0;
  }
  return drawn[next++]! / 2 ** 32;
}

/** The studio's random numbers. */
export const randomOf = ({ random = systemRandom }: Pick<Studio, 'random'>): (() => number) => random;

/** One of several, each as likely. */
export const oneOf = <T>(items: readonly T[], random: () => number): T => items[Math.floor(random() * items.length)]!;
