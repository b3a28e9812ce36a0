import type { VoteChoice } from '../../../../shared/queue.ts';

/** What one key says. */
export interface Choice {
  readonly choice: Exclude<VoteChoice, 'skip'>;
  readonly strength?: 1 | 2 | 3;
  /** The key as it is printed on it. */
  readonly key: string;
  /** The places of the keys that say it. */
  readonly codes: readonly string[];
}

/**
 * Every choice in the order of the scale, from the first response to the second. 1 and 2 say which is better; with Shift,
 * far better; the key right below, slightly better.
 */
export const scale: readonly Choice[] = [
  { choice: 'first', strength: 3, key: '⇧1', codes: ['Shift+Digit1', 'Shift+Numpad1', 'Shift+ArrowLeft'] },
  { choice: 'first', strength: 2, key: '1', codes: ['Digit1', 'Numpad1', 'ArrowLeft'] },
  { choice: 'first', strength: 1, key: 'Q', codes: ['KeyQ'] },
  { choice: 'tie', key: '3', codes: ['Digit3', 'Numpad3', 'KeyT'] },
  { choice: 'bothBad', key: '0', codes: ['Digit0', 'Numpad0', 'KeyB'] },
  { choice: 'second', strength: 1, key: 'W', codes: ['KeyW'] },
  { choice: 'second', strength: 2, key: '2', codes: ['Digit2', 'Numpad2', 'ArrowRight'] },
  { choice: 'second', strength: 3, key: '⇧2', codes: ['Shift+Digit2', 'Shift+Numpad2', 'Shift+ArrowRight'] },
];

/** The words of a choice: `judge.choices.…` */
export const nameOf = ({ choice, strength }: Pick<Choice, 'choice' | 'strength'>) =>
  strength === undefined ? (choice as 'tie' | 'bothBad') : (`${choice as 'first' | 'second'}${strength}` as const);
