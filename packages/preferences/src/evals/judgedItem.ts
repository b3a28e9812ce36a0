import { promptKey, responseKey } from '../data/keys.ts';
import type { Choice, Comparison } from '../data/types.ts';
import { InvalidValueError } from '../errors.ts';

/** What was judged, and what was said about it, whichever response was called `a`. */
export interface JudgedItem {
  /** Equal for comparisons of the same two responses to the same prompt, in either order. */
  readonly key: string;
  /** `a` is the response whose key comes first. */
  readonly choice: Comparison['choice'];
}

/** The item of a comparison. Ids are not asked: the same two responses may go by others with another judge. */
export function judgedItem(comparison: Comparison): JudgedItem {
  const { key, turned } = itemOf(comparison, 'content');
  return { key, choice: turned ? exchanged[comparison.choice] : comparison.choice };
}

/** The same choice when the two responses have changed places. */
export const exchanged = { a: 'b', b: 'a', tie: 'tie', skip: 'skip' } as const satisfies Record<Choice, Choice>;

/**
 * What makes two comparisons one item: the same prompt and two responses of the same words (`content`), or of the same
 * ids (`ids`: for texts that were trimmed or shortened on their way to a judge).
 */
export type Match = 'content' | 'ids';

/** The key of what was judged, and whether the response whose name comes first stands second. */
export function itemOf({ prompt, responses }: Comparison, match: Match): { key: string; turned: boolean } {
  const [a, b] = responses.map(({ id, text }) => (match === 'ids' ? id : responseKey(text))) as [string, string];
  return { key: [promptKey(prompt), ...[a, b].sort()].join(' '), turned: a > b };
}

/**
 * The right choice of each gold item. Gold comparisons that nobody decided say nothing.
 *
 * @throws InvalidValueError for an item with two different right choices
 */
export function goldChoices(gold: Iterable<Comparison>): Map<string, Comparison['choice']> {
  const choices = new Map<string, Comparison['choice']>();
  for (const comparison of gold) {
    const { key, choice } = judgedItem(comparison);
    if (choice === 'skip') continue;
    if ((choices.get(key) ?? choice) !== choice) {
      throw new InvalidValueError(
        `The choice of gold comparison ${comparison.id}`,
        'what another gold comparison of the same responses says. Leave one of them out',
        comparison.choice,
      );
    }
    choices.set(key, choice);
  }
  return choices;
}
