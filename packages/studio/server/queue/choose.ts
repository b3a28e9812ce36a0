/** Which item to ask next: the one that tells the most, most of the time, and any of them some of the time. */
import { oneOf } from '../random.ts';

/** An item that may be asked, and what has been said about it. */
export interface Candidate {
  readonly id: string;
  /** Somebody has voted on it, or is about to. */
  readonly begun: boolean;
  readonly a: number;
  readonly b: number;
  readonly ties: number;
}

/** With this probability the queue chooses blindly, so that every candidate has a chance that is known and not too small. */
export const EXPLORATION = 0.2;

/**
 * By how much one more vote is expected to lower the variance of what we believe of p, the share of people who prefer `a`:
 * preposterior analysis (Raiffa and Schlaifer 1961) with p ~ Beta(α, β), α and β from 1 and a tie half a vote for each.
 *
 *   Var(E[p | next vote]) = αβ / (n·(n + 1))²,   n = α + β
 */
export function expectedInformation({ a, b, ties }: Pick<Candidate, 'a' | 'b' | 'ties'>): number {
  const [alpha, beta] = [1 + a + ties / 2, 1 + b + ties / 2];
  const n = alpha + beta;
  return (alpha * beta) / (n * (n + 1)) ** 2;
}

/**
 * Chooses a candidate: with probability ε any of them, else one of the best. The best are those of most information among
 * the begun, so that items get their votes together and agreement is known early; among all, where none is begun.
 *
 *   propensity_i = ε/n + (1 − ε)·[i is among the best]/m,   n candidates, m of them best
 *
 * @returns undefined without candidates
 */
export function chooseNext(
  candidates: readonly Candidate[],
  random: () => number,
): { readonly candidate: Candidate; readonly propensity: number } | undefined {
  if (candidates.length === 0) return undefined;
  const best = bestOf(candidates);
  const candidate = oneOf(random() < EXPLORATION ? candidates : best, random);
  const greedy = best.includes(candidate) ? (1 - EXPLORATION) / best.length : 0;
  return { candidate, propensity: EXPLORATION / candidates.length + greedy };
}

function bestOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const begun = candidates.filter((candidate) => candidate.begun);
  const among = begun.length > 0 ? begun : candidates;
  const information = among.map(expectedInformation);
  const most = Math.max(...information);
  return among.filter((_, i) => information[i] === most);
}
