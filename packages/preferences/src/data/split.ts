/** Divides a data set into what is trained on and what is held out. */
import { InvalidValueError } from '../errors.ts';
import { type NearOptions, nearGroups } from './dedupe.ts';
import { promptKey } from './keys.ts';
import { randomOrder } from './ranks.ts';
import type { Content } from './types.ts';

/** How to split. */
export interface SplitOptions extends NearOptions {
  /** Share (0 to 1) of the records to hold out. */
  readonly share: number;
  readonly seed: number;
}

/** The places (from 0, rising) of the records on either side; each is on exactly one. */
export interface Split {
  readonly train: number[];
  readonly test: number[];
  /** Groups of prompts that had to stay together. */
  readonly groups: number;
  /** Records in the largest of them. */
  readonly largestGroup: number;
}

/**
 * Splits records by their prompts, so that no prompt, and none that nearly repeats it, is on both sides. Groups of
 * prompts are taken in random order and held out as long as they fit into the share; which ones depends on what the
 * prompts are and on the seed, never on their order. A group larger than the share is trained on.
 */
export function splitByPrompt(prompts: readonly Content[], { share, seed, ...near }: SplitOptions): Split {
  if (!(share > 0 && share < 1)) throw new InvalidValueError('share', 'between 0 and 1', share);
  const groups = membersOf(nearGroups(prompts, { seed, ...near }));
  const keys = prompts.map(promptKey);
  const names = groups.map((members) => members.map((place) => keys[place]!).sort()[0]!);
  const wanted = Math.max(1, Math.round(share * prompts.length));
  const test: number[] = [];
  for (const group of randomOrder(names, seed)) {
    if (test.length + groups[group]!.length <= wanted) test.push(...groups[group]!);
  }
  const held = new Set(test);
  return {
    train: prompts.map((_, place) => place).filter((place) => !held.has(place)),
    test: test.sort((a, b) => a - b),
    groups: groups.length,
    largestGroup: groups.reduce((most, { length }) => Math.max(most, length), 0),
  };
}

function membersOf(groupOf: readonly number[]): number[][] {
  const groups: number[][] = [];
  for (const [place, group] of groupOf.entries()) (groups[group] ??= []).push(place);
  return groups;
}
