import type { Comparison } from '../data/types.ts';
import { InvalidValueError } from '../errors.ts';
import { type Interval, wilsonInterval } from '../stats/intervals.ts';
import { mean, standardDeviation } from '../stats/summary.ts';

/** How often one side wins. Rates in percent. */
export interface WinRate {
  readonly winRate: number;
  /** 100 · sd(p, n − 1) / √n; undefined for a single comparison. */
  readonly standardError: number | undefined;
  /** 95 %, Wilson's with ties as half wins. */
  readonly interval: Interval;
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  readonly n: number;
}

/**
 * The win rate as AlpacaEval defines it (Dubois et al. 2024, arXiv:2404.04475): 100 · mean of `probabilities`, each the
 * probability that our side is better: 1 a win, 0 a loss, ½ a tie, or anything between from a judge that tells how sure
 * it is. Above ½ counts among the wins, below among the losses.
 */
export function winRate(probabilities: readonly number[]): WinRate {
  const n = probabilities.length;
  if (n === 0) throw new InvalidValueError('The number of comparisons', 'at least 1', 0);
  const outside = probabilities.find((p) => !(p >= 0 && p <= 1));
  if (outside !== undefined) throw new InvalidValueError('A probability of winning', 'from 0 to 1', outside);
  const rate = mean(probabilities);
  const [low, high] = wilsonInterval(rate * n, n);
  return {
    winRate: 100 * rate,
    standardError: n > 1 ? (100 * standardDeviation(probabilities)) / Math.sqrt(n) : undefined,
    interval: [100 * low, 100 * high],
    wins: probabilities.filter((p) => p > 0.5).length,
    losses: probabilities.filter((p) => p < 0.5).length,
    ties: probabilities.filter((p) => p === 0.5).length,
    n,
  };
}

/** The win probabilities of one source, and how many comparisons gave none. */
export interface SourceWins {
  readonly probabilities: number[];
  /** Nobody decided. */
  readonly skips: number;
  /** `source` wrote both responses, or neither. */
  readonly others: number;
}

/** For each comparison of `source` with another: 1 where it was chosen, 0 where the other was, ½ for a tie. */
export function winsOf(source: string, comparisons: Iterable<Comparison>): SourceWins {
  const probabilities: number[] = [];
  let [skips, others] = [0, 0];
  for (const { responses, choice } of comparisons) {
    const [a, b] = responses.map((response) => response.source === source);
    if (a === b) others++;
    else if (choice === 'skip') skips++;
    else if (choice === 'tie') probabilities.push(0.5);
    else probabilities.push((choice === 'a') === a ? 1 : 0);
  }
  return { probabilities, skips, others };
}
