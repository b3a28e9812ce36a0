/** The score of Arena-Hard-Auto (Li et al. 2024, arXiv:2406.11939). */
import { z } from 'zod';
import { promptKey } from '../../data/keys.ts';
import { readAs } from '../../data/readAs.ts';
import { Comparison } from '../../data/types.ts';
import { type BootstrapOptions, bootstrapInterval, type Interval } from '../../stats/intervals.ts';
import { type Contest, verdictOf, winProbability } from '../winRate.ts';

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

/** What the games of a question come to: Σ w·p and Σ w. */
interface Question {
  readonly won: number;
  readonly weight: number;
  readonly games: number;
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
    const won = winProbability(contest, verdictOf(comparison));
    return won === 'other' ? [] : [{ question: promptKey(comparison.prompt), won, weight }];
  });
  const byQuestion = [...Map.groupBy(own, ({ question }) => question).values()];
  const read = byQuestion.map(questionOf).filter((question) => question !== undefined);
  if (read.length === 0) return undefined;
  return {
    score: scoreOf(read),
    interval: bootstrapInterval(read, scoreOf, options),
    questions: read.length,
    games: read.reduce((sum, question) => sum + question.games, 0),
    failures: byQuestion.length - read.length,
  };
}

/** Undefined where a game has no verdict. */
function questionOf(
  games: readonly { readonly won: number | 'skip'; readonly weight: number }[],
): Question | undefined {
  let [points, sum] = [0, 0];
  for (const { won, weight } of games) {
    if (won === 'skip') return undefined;
    points += weight * won;
    sum += weight;
  }
  return { won: points, weight: sum, games: games.length };
}

const scoreOf = (questions: readonly Question[]): number =>
  (100 * questions.reduce((sum, { won }) => sum + won, 0)) / questions.reduce((sum, { weight }) => sum + weight, 0);
