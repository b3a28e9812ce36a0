/**
 * One interface for everybody who judges: a chat model behind a server, a local model, a reward model, a written rule, a
 * jury, a person. Pairs go in, comparisons come out, each with the order in which its responses were shown.
 */
import { type Candidate, type Choice, type Comparison, type Content, toMessages } from '../data/types.ts';
import type { Spent } from './runner/tally.ts';

/** Two responses to one prompt, to be judged. */
export interface PairToJudge {
  readonly id: string;
  readonly prompt: Content;
  readonly a: Content; // of a preference pair the chosen one
  readonly b: Content;
  /** As a comparison names them. */
  readonly candidates: readonly [a: Candidate, b: Candidate];
  /** A good answer to compare with. */
  readonly reference?: Content;
  readonly category?: string;
  readonly subcategory?: string;
}

/** A comparison that a judge made, and how sure it was. */
export interface JudgedComparison extends Comparison {
  /** That `a` is the better one. */
  readonly probability: number;
  readonly at: string;
  /** How much it counts, where a judge tells (Arena-Hard: 3 of a verdict for "much better"); else 1. */
  readonly weight?: number;
}

/** Why there is no verdict. */
export interface JudgeFailure {
  /** In a few words that can be counted: `unreadable reply`, `failed call`, `too long`. */
  readonly reason: string;
  /** The reply that could not be read, or what the call failed of. */
  readonly said?: string;
  readonly shownFirst?: 'a' | 'b';
}

/**
 * What came of one pair: a comparison for each order that it was shown in, or the reason why there is none. A pair that
 * should be seen in both orders and was read in one has failed: half of it would tell of its place, not of its worth.
 */
export type Judged = {
  /** From 0, among the pairs. */
  readonly place: number;
  /** What it cost; absent for judges that cost nothing. */
  readonly spent?: Spent;
} & ({ readonly comparisons: readonly JudgedComparison[] } | { readonly failure: JudgeFailure });

/** Whoever says which of two responses is better. */
export interface Judge {
  /** What its comparisons call it. */
  readonly name: string;
  /**
   * Judges each pair and yields what came of it as it comes, in no fixed order. A pair that is not told of was not reached
   * before the work was stopped.
   */
  judge(pairs: readonly PairToJudge[]): AsyncIterable<Judged>;
}

/** Which of the two is chosen by the probability that `a` is better. */
export const choiceBy = (probability: number): Exclude<Choice, 'skip'> =>
  probability > 0.5 ? 'a' : probability < 0.5 ? 'b' : 'tie';

/** What the comparisons of one pair come to: the mean of what was said in each order. */
export function combined(comparisons: readonly JudgedComparison[]): Pick<JudgedComparison, 'choice' | 'probability'> {
  const probability = comparisons.reduce((sum, one) => sum + one.probability, 0) / comparisons.length;
  return { choice: choiceBy(probability), probability };
}

/** The part of a comparison that its pair gives. */
export const comparedIn = ({
  id,
  prompt,
  candidates,
}: PairToJudge): Pick<Comparison, 'id' | 'prompt' | 'responses'> => ({
  id,
  prompt: toMessages(prompt, 'user'),
  responses: [...candidates],
});
