import { InvalidValueError } from '../errors.ts';
import { normalQuantile } from './normal.ts';
import { mean, standardDeviation } from './summary.ts';

/** How one prompt's outcome varies, where a win counts 1, a tie ½ and a loss 0. */
export interface Spread {
  /** Where there is no difference. */
  readonly variance: number;
  /** By how much less it varies at a difference d: by d² (a coin that is not fair) or by nothing. */
  readonly narrows: boolean;
  /** The greatest difference there can be. */
  readonly most: number;
}

/** How often a difference that is there is to be found, and one that is not. */
export interface PowerOptions {
  /** 0.8 where nothing is said. */
  readonly power?: number;
  /** Of the two-sided test: 0.05 where nothing is said. */
  readonly level?: number;
}

/**
 * A system against another: p is its win rate, τ the share of ties, and p(1 − p) − τ/4 the variance of an outcome, which is
 * (1 − τ)/4 − d² at p = ½ + d.
 */
export function winSpread(ties = 0): Spread {
  if (!(ties >= 0 && ties < 1)) throw new InvalidValueError('The share of ties', 'from 0 to less than 1', ties);
  return { variance: (1 - ties) / 4, narrows: true, most: (1 - ties) / 2 };
}

/**
 * Two systems against one baseline on the same prompts, whose outcomes correlate by r: their difference varies by
 * 2·(1 − r)·(1 − τ)/4.
 */
export function pairedSpread(correlation: number, ties = 0): Spread {
  if (!(correlation >= -1 && correlation < 1)) {
    throw new InvalidValueError('The correlation', 'from −1 to less than 1', correlation);
  }
  return { variance: 2 * (1 - correlation) * winSpread(ties).variance, narrows: false, most: 1 };
}

/**
 * What a pilot showed: outcomes, or differences of two systems' outcomes, one for each prompt (the mean where a prompt was
 * judged more than once, as in both orders).
 */
export function pilotSpread(perPrompt: readonly number[]): Spread {
  if (perPrompt.length < 2)
    throw new InvalidValueError('The number of prompts of a pilot', 'at least 2', perPrompt.length);
  const deviation = standardDeviation(perPrompt);
  if (!(deviation > 0)) throw new InvalidValueError('The standard deviation of a pilot', 'more than 0', deviation);
  return { variance: deviation ** 2, narrows: false, most: 1 };
}

/** The mean of each prompt's values, in the order in which the prompts come. */
export function perPrompt(values: readonly { readonly prompt: string; readonly value: number }[]): Map<string, number> {
  const byPrompt = Map.groupBy(values, ({ prompt }) => prompt);
  return new Map([...byPrompt].map(([prompt, own]) => [prompt, mean(own.map(({ value }) => value))]));
}

/**
 * The least difference that n prompts show with the power asked for; undefined where even the greatest would not be.
 * It solves d = (z_level·σ(0) + z_power·σ(d))/√n (Lachin 1981, Controlled Clinical Trials 2:93, eq. 4).
 */
export function detectableDifference(n: number, spread: Spread, options: PowerOptions = {}): number | undefined {
  if (!(n > 0)) throw new InvalidValueError('n', 'more than 0', n);
  const [z, w] = quantiles(options);
  const { variance, narrows, most } = spread;
  const narrowing = narrows ? 1 : 0;
  const root = n - narrowing * (z * z - w * w);
  if (root < 0) return undefined;
  const difference = (Math.sqrt(variance) * (z * Math.sqrt(n) + w * Math.sqrt(root))) / (n + narrowing * w * w);
  return difference <= most ? difference : undefined;
}

/** How many prompts show a difference with the power asked for: ((z_level·σ(0) + z_power·σ(d))/d)², rounded up. */
export function promptsNeeded(difference: number, spread: Spread, options: PowerOptions = {}): number {
  const { variance, narrows, most } = spread;
  if (!(difference > 0 && difference <= most)) {
    throw new InvalidValueError('The difference', `more than 0 and at most ${most}`, difference);
  }
  const [z, w] = quantiles(options);
  const there = Math.max(0, variance - (narrows ? difference ** 2 : 0));
  return Math.ceil(((z * Math.sqrt(variance) + w * Math.sqrt(there)) / difference) ** 2);
}

/** z of the level, both sides, and of the power. */
function quantiles({ power = 0.8, level = 0.05 }: PowerOptions): [number, number] {
  if (!(level > 0 && level < 1)) throw new InvalidValueError('The level', 'between 0 and 1', level);
  if (!(power >= 0.5 && power < 1)) throw new InvalidValueError('The power', 'from 0.5 to less than 1', power);
  return [normalQuantile(1 - level / 2), normalQuantile(power)];
}
