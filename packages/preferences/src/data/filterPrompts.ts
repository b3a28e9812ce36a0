/** Sorts prompts into those worth an answer and those that are not, each with its reason. */
import {
  type BalancedIntents,
  balanceIntents,
  type IntentOptions,
  type Quality,
  type QualityClass,
  qualityClass,
  type Ruled,
} from './promptQuality.ts';
import type { Prompt } from './types.ts';

/** Why a prompt is not kept. */
export type DropReason = Ruled['reason'] | Exclude<QualityClass, 'kept'> | 'not judged' | 'category full';

/** A prompt that is not kept; places count from 0. */
export interface DroppedPrompt {
  readonly place: number;
  readonly reason: DropReason;
  /** Where the prompt stands that a near-duplicate repeats. */
  readonly of?: number;
}

/** Every prompt is kept or dropped for one reason. */
export interface FilteredPrompts {
  /** Places, rising. */
  readonly kept: number[];
  /** In the order of the prompts. */
  readonly dropped: DroppedPrompt[];
  /** Absent where intents were not to be balanced. */
  readonly intents?: BalancedIntents;
}

/**
 * The prompt filter of Hou et al. 2024, ChatGLM-RLHF (arXiv:2404.00934): what the rules drop goes first, then what was
 * judged not clear or not answerable, or not judged at all, and last what is too much of one category.
 *
 * @param ruled what `ruledOut` says of these prompts
 * @param verdicts by place; prompts without one are not kept
 * @param intents how to balance categories; left out, they are not balanced
 */
export function filterPrompts(
  prompts: readonly Prompt[],
  ruled: readonly Ruled[],
  verdicts: ReadonlyMap<number, Quality>,
  intents?: IntentOptions,
): FilteredPrompts {
  const dropped = new Map<number, DroppedPrompt>(ruled.map((each) => [each.place, each]));
  for (const place of prompts.keys()) {
    if (dropped.has(place)) continue;
    const verdict = verdicts.get(place);
    const reason = verdict ? qualityClass(verdict) : 'not judged';
    if (reason !== 'kept') dropped.set(place, { place, reason });
  }
  const good = [...prompts.keys()].filter((place) => !dropped.has(place));
  const balanced =
    intents &&
    balanceIntents(
      good.map((place) => ({ id: '', ...prompts[place]!, category: verdicts.get(place)!.category })),
      intents,
    );
  const kept = balanced ? balanced.kept.map((i) => good[i]!) : good;
  const staying = new Set(kept);
  for (const place of good) if (!staying.has(place)) dropped.set(place, { place, reason: 'category full' });
  const inOrder = [...dropped.values()].sort((a, b) => a.place - b.place);
  return { kept, dropped: inOrder, ...(balanced && { intents: balanced }) };
}
