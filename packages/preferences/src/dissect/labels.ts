/** A judge's binary labels, and how they come about from log-probabilities of the letters A and B. */
import { type Share, shareOf } from '../stats/shares.ts';
import type { GroupIndex } from './groups.ts';

/** Which response is preferred; undefined where the judge said nothing that counts. */
export type BinaryLabel = 'A' | 'B' | undefined;

/** Log-probabilities of the two letters as the first token of an answer, in nats. */
export interface LetterLogps {
  readonly a: number;
  readonly b: number;
}

/** One judge's answers in both orders, by sample; undefined is a missing value. In `ba` the letter A is the *second* response. */
export interface LetterAnswers {
  readonly ab: readonly (LetterLogps | undefined)[];
  readonly ba: readonly (LetterLogps | undefined)[];
}

/** How a label came about, for the account. */
export type LabelOrigin = 'both orders' | 'one order' | 'tie' | 'missing';

/** Labels, and how each came about. */
export interface LetterLabels {
  readonly labels: BinaryLabel[];
  readonly origins: LabelOrigin[];
}

/**
 * Labels from log-probabilities, position bias cancelled (Li et al. 2024, arXiv:2402.11296, section 3.3).
 *
 *   score(A) = log p_AB(A) + log p_BA(B)      score(B) = log p_AB(B) + log p_BA(A)      A where score(A) > score(B)
 *
 * A tie becomes B, as in the study. Where one order is missing the other decides; where both are, there is no label
 * (the study has a B there).
 */
export function labelsFromLetters({ ab, ba }: LetterAnswers): LetterLabels {
  const labels: BinaryLabel[] = [];
  const origins: LabelOrigin[] = [];
  for (let i = 0; i < ab.length; i++) {
    const [given, exchanged] = [ab[i], ba[i]];
    const lead = (given ? given.a - given.b : 0) + (exchanged ? exchanged.b - exchanged.a : 0);
    const missing = !given && !exchanged;
    labels.push(missing ? undefined : lead > 0 ? 'A' : 'B');
    origins.push(missing ? 'missing' : lead === 0 ? 'tie' : given && exchanged ? 'both orders' : 'one order');
  }
  return { labels, origins };
}

/** How strongly a judge prefers, and how far the order of presentation sways it. */
export interface LetterStrength {
  /** Mean of |log p(A) − log p(B)| over the answers of both orders that are there, in nats; undefined of none. */
  readonly strength: number | undefined;
  /** How often what is shown first wins; answers that do not tell the letters apart are left out. ½ is no bias. */
  readonly first: Share | undefined;
  /** How often both orders prefer the same response, of the samples that have both and where neither is a tie. */
  readonly consistent: Share | undefined;
}

/** {@link LetterStrength} of one judge. */
export function letterStrength({ ab, ba }: LetterAnswers): LetterStrength {
  const answers = [...ab, ...ba].filter((answer) => answer !== undefined);
  const decided = answers.filter(({ a, b }) => a !== b);
  const both = ab.flatMap((given, i) => {
    const exchanged = ba[i];
    const leads = [given ? given.a - given.b : 0, exchanged ? exchanged.b - exchanged.a : 0];
    return leads.includes(0) ? [] : [leads[0]! > 0 === leads[1]! > 0];
  });
  return {
    strength:
      answers.length === 0 ? undefined : answers.reduce((sum, { a, b }) => sum + Math.abs(a - b), 0) / answers.length,
    first: shareOf(decided.filter(({ a, b }) => a > b).length, decided.length),
    consistent: shareOf(both.filter(Boolean).length, both.length),
  };
}

/** How often two judges say the same, of the samples (at these positions, or all) that both labelled. */
export function labelAgreement(
  one: readonly BinaryLabel[],
  other: readonly BinaryLabel[],
  positions: Iterable<number> = one.keys(),
): Share | undefined {
  let [same, n] = [0, 0];
  for (const i of positions) {
    if (one[i] === undefined || other[i] === undefined) continue;
    n++;
    if (one[i] === other[i]) same++;
  }
  return shareOf(same, n);
}

/** {@link labelAgreement} in every group. */
export const agreementByGroup = (
  one: readonly BinaryLabel[],
  other: readonly BinaryLabel[],
  groups: GroupIndex,
): Map<string, Share | undefined> =>
  new Map([...groups].map(([group, positions]) => [group, labelAgreement(one, other, positions)]));
