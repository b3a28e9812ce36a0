/** The score of Arena-Hard-Auto (Li et al. 2024, arXiv:2406.11939). */
import type { PairVerdict } from '../../judges/templates.ts';
import { type BootstrapOptions, bootstrapInterval, type Interval } from '../../stats/intervals.ts';

/** A verdict on one question, `preference` that of the system over the baseline; undefined where it could not be read. */
export interface ArenaHardGame {
  readonly question: string;
  readonly verdict: PairVerdict | undefined;
}

/** How often a system beats the baseline, in percent. */
export interface ArenaHardScore {
  readonly score: number;
  /** 95 %, by the bootstrap over questions. */
  readonly interval: Interval;
  readonly questions: number;
  readonly games: number;
  /** Games without a verdict: they count nowhere. */
  readonly failures: number;
}

/**
 * 100·Σ w·p / Σ w over all games, both orders of a question each a game: p is 1, ½ or 0, and w is 3 for a verdict that
 * one is much better. Undefined where no game has a verdict.
 *
 * The interval draws questions anew. The original draws rows, in which a game stands up to three times and its other order
 * apart from it, as if they were independent; its intervals (of 90 %) are too narrow.
 */
export function arenaHardScore(games: readonly ArenaHardGame[], options: BootstrapOptions): ArenaHardScore | undefined {
  const read = games.flatMap(({ question, verdict }) =>
    verdict ? [{ question, won: (verdict.strength ?? 1) * verdict.preference, weight: verdict.strength ?? 1 }] : [],
  );
  if (read.length === 0) return undefined;
  const questions = [...Map.groupBy(read, ({ question }) => question).values()].map((of) => ({
    won: of.reduce((sum, { won }) => sum + won, 0),
    weight: of.reduce((sum, { weight }) => sum + weight, 0),
  }));
  const score = (sample: readonly { won: number; weight: number }[]) =>
    (100 * sample.reduce((sum, { won }) => sum + won, 0)) / sample.reduce((sum, { weight }) => sum + weight, 0);
  return {
    score: score(questions),
    interval: bootstrapInterval(questions, score, options),
    questions: questions.length,
    games: read.length,
    failures: games.length - read.length,
  };
}
