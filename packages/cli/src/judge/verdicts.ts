import { type LetterLogps, logOddsOf, type PairLetters, selfPreference } from '@attune/align';
import { type Choice, comparedIn, type JudgedComparison, type PairToJudge } from '@attune/preferences';

/** What a judge says of a contest. */
export interface Verdict {
  readonly choice: Exclude<Choice, 'skip'>;
  /** That `a` is better. */
  readonly probability: number;
  /** What each response is worth to a judge that reads them one by one: nats, or a reward model's unit. */
  readonly rewards?: readonly [a: number, b: number];
  /** What a judge that reads both at once would answer, in both orders. */
  readonly letters?: Omit<PairLetters, 'cut'>;
}

/** How rewards become a verdict. */
export interface RewardRule {
  /** What makes log-odds of a difference. */
  readonly beta: number;
  /** Nats that each token of a response costs. */
  readonly lengthPenalty?: number;
}

/** The better one by its reward. Equal responses are even, whatever rounding made of them, and so are equal rewards. */
export function verdictByRewards(
  contest: PairToJudge,
  rewards: readonly [a: number, b: number],
  { lengths, ...rule }: RewardRule & { readonly lengths: readonly number[] },
): Verdict {
  const { chosen, probability, tie } = selfPreference(rewards, { ...rule, lengths });
  if (tie || isEven(contest)) return { choice: 'tie', probability: 0.5, rewards };
  return chosen === 0 ? { choice: 'a', probability, rewards } : { choice: 'b', probability: 1 - probability, rewards };
}

/** The better one by the letters of both orders together. */
export function verdictByLetters(contest: PairToJudge, { ab, ba }: PairLetters): Verdict {
  const odds = isEven(contest) ? 0 : logOddsOf({ ab, ba });
  const choice = odds > 0 ? 'a' : odds < 0 ? 'b' : 'tie';
  return { choice, probability: 1 / (1 + Math.exp(-odds)), letters: { ab, ba } };
}

const isEven = ({ candidates: [a, b] }: PairToJudge): boolean => a.text === b.text;

/** What a local model adds to a comparison: what it was sure of. */
export interface JudgedLine extends JudgedComparison {
  readonly rewards?: readonly [a: number, b: number];
  readonly letters?: { readonly ab: LetterLine; readonly ba: LetterLine };
}

/** Of the letters (A) and (B) as options were shown: `response_a` is the letter of the one shown first. */
interface LetterLine {
  readonly response_a: number;
  readonly response_b: number;
}

/** `shownFirst` is left out: these judges see one response at a time, or both orders. */
export function lineOf(pair: PairToJudge, verdict: Verdict, judge: string, at: string): JudgedLine {
  const { choice, probability, rewards, letters } = verdict;
  const written = ({ a, b }: LetterLogps): LetterLine => ({ response_a: a, response_b: b });
  const sure = letters && { letters: { ab: written(letters.ab), ba: written(letters.ba) } };
  return { ...comparedIn(pair), choice, judge, at, probability, ...(rewards && { rewards }), ...sure };
}

/**
 * Whether the same response is the better one in both orders. Undefined for judges that see no order, or were asked in
 * one.
 */
export function isConsistent(comparisons: readonly JudgedComparison[]): boolean | undefined {
  const [one, other] = comparisons;
  if (one && other) return one.choice === other.choice;
  const { letters } = (one ?? {}) as Partial<JudgedLine>;
  if (!letters) return undefined;
  const lead = ({ response_a, response_b }: LetterLine) => Math.sign(response_a - response_b);
  return lead(letters.ab) === -lead(letters.ba);
}
