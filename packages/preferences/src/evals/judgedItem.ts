import { promptKey, responseKey } from '../data/keys.ts';
import type { Comparison } from '../data/types.ts';
import { InvalidValueError } from '../errors.ts';

/** What was judged, and what was said about it, whichever response was called `a`. */
export interface JudgedItem {
  /** Equal for comparisons of the same two responses to the same prompt, in either order. */
  readonly key: string;
  /** `a` is the response whose key comes first. */
  readonly choice: Comparison['choice'];
}

/** The item of a comparison. Ids are not asked: the same two responses may go by others with another judge. */
export function judgedItem({ prompt, responses, choice }: Comparison): JudgedItem {
  const [a, b] = responses.map(({ text }) => responseKey(text)) as [string, string];
  const other = { a: 'b', b: 'a', tie: 'tie', skip: 'skip' } as const;
  return { key: [promptKey(prompt), ...[a, b].sort()].join(' '), choice: a <= b ? choice : other[choice] };
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
