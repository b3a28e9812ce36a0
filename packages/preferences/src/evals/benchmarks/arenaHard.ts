/** The score of Arena-Hard-Auto (Li et al. 2024, arXiv:2406.11939). */
import { z } from 'zod';
import { promptKey } from '../../data/keys.ts';
import { readAs } from '../../data/readAs.ts';
import { Comparison } from '../../data/types.ts';
import type { BootstrapOptions, Interval } from '../../stats/intervals.ts';
import { type Contest, verdictOf, winProbability } from '../winRate.ts';
import { type Win, weightedWinRate, winRateBootstrap } from '../winRateBootstrap.ts';

/** A comparison, and how often it counts: `attune judge --preset arena-hard` writes 3 where one is much better. */
const Game = Comparison.extend({ weight: z.number().min(0).default(1) });
export type ArenaHardGame = z.infer<typeof Game>;

/** Reads comparisons with their weight. */
export const readArenaHard = async (path: string): Promise<ArenaHardGame[]> =>
  (await readAs(Game, path, 'Each line needs a comparison, as attune judge --preset arena-hard writes it.')).records;

/** How often a system beats the baseline, in percent. */
export interface ArenaHardScore {
  readonly score: number;
  /** 95 %, by the bootstrap over questions. */
  readonly interval: Interval;
  readonly questions: number;
  readonly games: number;
  /** Questions with a game that nobody decided: they count nowhere, as in the original. */
  readonly failures: number;
}

/**
 * 100·Σ w·p / Σ w over all games, both orders of a question each a game: p is 1, ½ or 0 for the contest's system, and w is
 * 3 where one is much better. Undefined where no question has all its games.
 *
 * The interval draws questions anew. The original draws rows, in which a game stands up to three times and apart from the
 * other order of its question, as if they were independent: its intervals (of 90 %) are too narrow.
 */
export function arenaHardScore(
  contest: Contest,
  games: readonly ArenaHardGame[],
  options: BootstrapOptions,
): ArenaHardScore | undefined {
  const own = games.flatMap(({ weight, ...comparison }) => {
    const probability = winProbability(contest, verdictOf(comparison));
    return probability === 'other' ? [] : [{ prompt: promptKey(comparison.prompt), probability, weight }];
  });
  const questions = [...Map.groupBy(own, ({ prompt }) => prompt).values()];
  const read = questions.map(decided).filter((wins) => wins !== undefined);
  if (read.length === 0) return undefined;
  const wins = read.flat();
  return {
    score: weightedWinRate(wins),
    interval: winRateBootstrap(wins, options),
    questions: read.length,
    games: wins.length,
    failures: questions.length - read.length,
  };
}

/** The games of a question; undefined where one has no verdict. */
function decided(games: readonly (Omit<Win, 'probability'> & { readonly probability: number | 'skip' })[]) {
  const wins = games.flatMap(({ probability, ...rest }): Win[] =>
    probability === 'skip' ? [] : [{ probability, ...rest }],
  );
  return wins.length < games.length ? undefined : wins;
}
