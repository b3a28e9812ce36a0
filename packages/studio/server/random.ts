import { randomBytes } from 'node:crypto';
import type { Studio } from './studio.ts';

/** Uniform from 0 to 1, from the system's randomness: nobody foresees which item or side comes next. */
const systemRandom = (): number => randomBytes(6).readUIntBE(0, 6) / 2 ** 48;

/** The studio's random numbers. */
export const randomOf = ({ random = systemRandom }: Pick<Studio, 'random'>): (() => number) => random;

/** One of several, each as likely. */
export const oneOf = <T>(items: readonly T[], random: () => number): T => items[Math.floor(random() * items.length)]!;
