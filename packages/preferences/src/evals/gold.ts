import type { Comparison } from '../data/types.ts';
import { InvalidValueError } from '../errors.ts';
import { type Share, shareOf } from '../stats/shares.ts';
import { goldChoices, judgedItem } from './judgedItem.ts';

/** How an annotator did on items whose right choice is known. */
export interface GoldScore {
  /** Gold items the annotator saw, decided or not. */
  readonly items: number;
  /** Of these, comparisons nobody can call right or wrong. */
  readonly skips: number;
  /** Right choices among those decided; undefined without any. A tie is right where gold says tie. */
  readonly accuracy: Share | undefined;
  /** Whether the accuracy is below the threshold: `surely` when its whole interval is. */
  readonly below: 'no' | 'perhaps' | 'surely';
}

/** What is asked of annotators. */
export interface GoldOptions {
  /** The least accuracy that is good enough, from 0 to 1. */
  readonly threshold: number;
}

/**
 * Each annotator's choices on gold items against the right ones, in the order annotators first appear. Who saw none is
 * listed too. An item shown again counts again.
 *
 * @param gold comparisons whose choices are right; those that are skipped are not used
 */
export function goldAccuracy(
  comparisons: Iterable<Comparison>,
  gold: Iterable<Comparison>,
  { threshold }: GoldOptions,
): Map<string, GoldScore> {
  if (!(threshold >= 0 && threshold <= 1)) throw new InvalidValueError('threshold', 'from 0 to 1', threshold);
  const right = goldChoices(gold);
  const tallies = new Map<string, { items: number; skips: number; right: number }>();
  for (const comparison of comparisons) {
    const tally = tallies.get(comparison.judge) ?? { items: 0, skips: 0, right: 0 };
    tallies.set(comparison.judge, tally);
    const { key, choice } = judgedItem(comparison);
    if (!right.has(key)) continue;
    tally.items++;
    if (choice === 'skip') tally.skips++;
    else if (choice === right.get(key)) tally.right++;
  }
  return new Map([...tallies].map(([judge, tally]) => [judge, score(tally, threshold)]));
}

function score(tally: { items: number; skips: number; right: number }, threshold: number): GoldScore {
  const { items, skips } = tally;
  const accuracy = shareOf(tally.right, items - skips);
  if (!accuracy || accuracy.share >= threshold) return { items, skips, accuracy, below: 'no' };
  return { items, skips, accuracy, below: accuracy.interval[1] < threshold ? 'surely' : 'perhaps' };
}
