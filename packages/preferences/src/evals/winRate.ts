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
  /** Of wins and half the ties, however sure the judge was. */
  readonly discreteWinRate: number;
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
  const wins = probabilities.filter((p) => p > 0.5).length;
  const losses = probabilities.filter((p) => p < 0.5).length;
  const ties = n - wins - losses;
  return {
    winRate: 100 * rate,
    standardError: n > 1 ? (100 * standardDeviation(probabilities)) / Math.sqrt(n) : undefined,
    interval: [100 * low, 100 * high],
    discreteWinRate: (100 * (wins + ties / 2)) / n,
    wins,
    losses,
    ties,
    n,
  };
}

/** Who answered, and what the judge said. */
export interface Verdict {
  readonly systems: readonly [a: string | undefined, b: string | undefined];
  /** The probability that `b` is better: 0, ½ or 1, or anything between; undefined where nobody decided. */
  readonly secondBetter: number | undefined;
}

/** The verdict of a comparison; a response's `source` names its system. */
export const verdictOf = ({ responses: [a, b], choice }: Comparison): Verdict => ({
  systems: [a.source, b.source],
  secondBetter: { a: 0, b: 1, tie: 0.5, skip: undefined }[choice],
});

/**
 * A system, and the one it is set against: any other where none is named. Against itself it is the second response's
 * contest.
 */
export interface Contest {
  readonly system: string;
  readonly against?: string;
}

/**
 * The probability that the system's response is the better one, on whichever side it stands. `other`: the verdict is not
 * about the contest (the system wrote both responses, or neither, or not against the one named).
 */
export function winProbability({ system, against }: Contest, verdict: Verdict): number | 'skip' | 'other' {
  const [a, b] = verdict.systems;
  const opponent = a === system ? b : a;
  const concerned =
    against === undefined ? (a === system) !== (b === system) : [a, b].includes(system) && opponent === against;
  if (!concerned) return 'other';
  if (verdict.secondBetter === undefined) return 'skip';
  return b === system ? verdict.secondBetter : 1 - verdict.secondBetter;
}

/** The win probabilities of a system, the verdict behind each, and how many verdicts gave none. */
export interface SystemWins<V extends Verdict = Verdict> {
  readonly probabilities: readonly number[];
  readonly verdicts: readonly V[];
  /** Nobody decided. */
  readonly skips: number;
  /** Not about the contest. */
  readonly others: number;
}

/** What the verdicts say of a system: of a comparison 1 where it was chosen, 0 where the other was, ½ for a tie. */
export function winsOf<V extends Verdict>(contest: Contest, all: Iterable<V>): SystemWins<V> {
  const [probabilities, verdicts]: [number[], V[]] = [[], []];
  const left = { skip: 0, other: 0 };
  for (const verdict of all) {
    const probability = winProbability(contest, verdict);
    if (typeof probability === 'number') {
      probabilities.push(probability);
      verdicts.push(verdict);
    } else left[probability]++;
  }
  return { probabilities, verdicts, skips: left.skip, others: left.other };
}
