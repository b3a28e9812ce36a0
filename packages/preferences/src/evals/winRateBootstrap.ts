import { type BootstrapOptions, bootstrapInterval, type Interval } from '../stats/intervals.ts';

/** A comparison that was decided, and what it is about. */
export interface Win {
  /** That our side is better. */
  readonly probability: number;
  /** Equal for comparisons about one prompt, which are not independent of each other. */
  readonly prompt: string;
  /** How much it counts: 1 where nothing is said. */
  readonly weight?: number;
}

/**
 * The 95 % interval of a win rate 100·Σ w·p / Σ w, in percent, by the bootstrap over prompts: they are drawn anew with all
 * their comparisons, so that several verdicts about one prompt do not pass for several prompts.
 */
export function winRateBootstrap(wins: readonly Win[], options: BootstrapOptions): Interval {
  const byPrompt = Map.groupBy(wins, ({ prompt }) => prompt);
  return bootstrapInterval([...byPrompt.values()].map(sumsOf), rateOf, options);
}

/** Σ w·p and Σ w. */
interface Sums {
  readonly won: number;
  readonly weight: number;
}

function sumsOf(wins: readonly Win[]): Sums {
  let [won, sum] = [0, 0];
  for (const { probability, weight = 1 } of wins) {
    won += weight * probability;
    sum += weight;
  }
  return { won, weight: sum };
}

function rateOf(drawn: readonly Sums[]): number {
  let [won, sum] = [0, 0];
  for (const one of drawn) {
    won += one.won;
    sum += one.weight;
  }
  return (100 * won) / sum;
}

/** 100·Σ w·p / Σ w. */
export const weightedWinRate = (wins: readonly Win[]): number => rateOf([sumsOf(wins)]);
