import { type BootstrapOptions, bootstrapInterval, type Interval } from '../stats/intervals.ts';

/** A comparison that was decided, and what it is about. */
export interface Win {
  /** That our side is better. */
  readonly probability: number;
  /** Equal for comparisons about one prompt, which are not independent of each other. */
  readonly prompt: string;
}

/**
 * The 95 % interval of a win rate, in percent, by the bootstrap over prompts: they are drawn anew with all their
 * comparisons, so that several verdicts about one prompt do not pass for several prompts.
 */
export function winRateBootstrap(wins: readonly Win[], options: BootstrapOptions): Interval {
  const byPrompt = Map.groupBy(wins, ({ prompt }) => prompt);
  const sums = [...byPrompt.values()].map((own) => ({
    won: own.reduce((sum, { probability }) => sum + probability, 0),
    n: own.length,
  }));
  const rate = (drawn: typeof sums) => {
    let [won, n] = [0, 0];
    for (const sum of drawn) {
      won += sum.won;
      n += sum.n;
    }
    return (100 * won) / n;
  };
  return bootstrapInterval(sums, (drawn) => rate(drawn as typeof sums), options);
}
