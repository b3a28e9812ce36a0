import { hash } from 'node:crypto';
import type { EncodedPair } from '@attune/align';
import { microBatches } from '@attune/align';
import { type BalanceReport, balancedPlaces, type Pair, promptKey, responseKey, toText } from '@attune/preferences';
import type { CommandContext } from '../command.ts';
import { SettingError } from '../errors.ts';
import type { RewardSettings } from '../settings/reward.ts';
import { formatCount, formatShare } from '../terminal/format.ts';
import { table } from '../terminal/table.ts';
import { withHeldOut } from './heldOut.ts';
import { type Places, pairs, tiedPairs } from './records.ts';

type Context = Pick<CommandContext, 'say'>;

/** Pairs to train on and pairs to evaluate on, no prompt among both. */
export interface RewardData {
  readonly train: Pair[];
  readonly heldOut: Pair[];
}

/**
 * Reads the data of a reward model's training: ties and pairs with two equal responses as the settings say, held-out
 * prompts with all of their pairs. Ties are only trained on.
 *
 * @throws SettingError for a prompt on both sides, and for two equal responses
 */
export async function rewardData(context: Context, settings: RewardSettings, places: Places): Promise<RewardData> {
  const read = async (files: string | readonly string[]) =>
    differing(context, await pairs(context, files, places), settings.equal_responses, places);
  const { train, heldOut } = await withHeldOut(settings, read, ({ prompt }) => promptKey(prompt));
  if (settings.eval_data !== undefined) refuseLeaks(train, heldOut, places);
  if (settings.ties === 'drop') return { train, heldOut };
  const tied = await tiedPairs(context, settings.data, places);
  if (settings.eval_data !== undefined) refuseLeaks(tied, heldOut, places);
  const held = new Set(heldOut.map(({ prompt }) => promptKey(prompt)));
  return { train: [...train, ...tied.filter(({ prompt }) => !held.has(promptKey(prompt)))], heldOut };
}

/** Pairs without those that have the same response twice, from which nothing can be learned. */
function differing(context: Context, all: Pair[], what: RewardSettings['equal_responses'], places: Places): Pair[] {
  const isEqual = ({ chosen, rejected }: Pair) => responseKey(chosen) === responseKey(rejected);
  const equal = all.filter(isEqual);
  if (equal.length === 0) return all;
  if (what === 'drop') {
    context.say(`${formatCount(equal.length)} pairs with two equal responses, left out`);
    return all.filter((pair) => !isEqual(pair));
  }
  throw new SettingError(
    `${listed(equal, places)}: chosen and rejected are the same response, which says nothing of which is better. ` +
      'Take such pairs out, or leave them out and count them with equal_responses: drop.',
  );
}

/** Prompts that say nothing are no prompts: data without prompts has them everywhere. */
function refuseLeaks(train: readonly Pair[], heldOut: readonly Pair[], places: Places): void {
  const trained = new Map(train.map((pair) => [promptKey(pair.prompt), pair]));
  const leaks = heldOut.filter(({ prompt }) => trained.has(promptKey(prompt)) && toText(prompt).trim() !== '');
  const [first] = leaks;
  if (!first) return;
  const other = places.get(trained.get(promptKey(first.prompt))!);
  throw new SettingError(
    `eval_data: the prompt at ${places.get(first)} also stands at ${other}, among the data to train on` +
      `${leaks.length > 1 ? `; so do those of ${leaks.length - 1} more pairs` : ''}. What was trained on says nothing ` +
      'about what was learned: take it out of one of the two, or leave eval_data out for eval_share, which holds prompts ' +
      'out whole. attune data check lists them all.',
  );
}

const shown = 3;

/** "pairs.jsonl, line 5; pairs.jsonl, line 9; and 12 more" */
function listed(pairs: readonly Pair[], places: Places): string {
  const named = pairs.slice(0, shown).map((pair) => places.get(pair));
  return [...named, ...(pairs.length > shown ? [`and ${pairs.length - shown} more`] : [])].join('; ');
}

/** Pairs balanced by the lengths of their responses in tokens, and the report of each bucket. */
export function balanced(
  examples: readonly EncodedPair[],
  seed: number,
): { examples: EncodedPair[]; report: BalanceReport } {
  const { kept, report } = balancedPlaces(examples.map(keyedLengths), { seed });
  return { examples: kept.map((place) => examples[place]!), report };
}

const keyedLengths = ({ id, prompt, chosen, rejected }: EncodedPair) => ({
  key: `${id ?? ''} ${hash('sha1', JSON.stringify([prompt, chosen, rejected]), 'base64')}`,
  chosen: chosen.length,
  rejected: rejected.length,
});

/** What balancing did, bucket by bucket. */
export function balanceText({ buckets, pairs, kept, dropped, equal, lostShare }: BalanceReport): string {
  const rows = buckets
    .filter(({ before }) => before.betterLonger + before.betterShorter > 0)
    .map(({ from, to, before, after, dropped: lost }) => [
      to === undefined ? `${from} and more` : `${from} to ${to - 1}`,
      ...[before.betterLonger, before.betterShorter, after.betterLonger, after.betterShorter, lost].map(formatCount),
    ]);
  const columns = ['longer chosen', 'shorter chosen', 'after: longer', 'after: shorter', 'left out'];
  return [
    'Length balancing',
    table(['tokens longer', ...columns], rows),
    `${formatCount(kept)} of ${formatCount(pairs)} pairs kept, ${formatCount(equal)} of them with two responses of one ` +
      `length; ${formatCount(dropped)} left out, ${formatShare(lostShare)} of those of unequal length`,
  ].join('\n');
}

/**
 * Pairs by prompt, in the order prompts first appear: what is drawn together, so that all comparisons of a prompt come in
 * one step. A prompt with more than `most` pairs comes in parts.
 */
export function byPrompt(examples: readonly EncodedPair[], most: number): EncodedPair[][] {
  const groups = Map.groupBy(examples, ({ prompt }) => prompt.join());
  return [...groups.values()].flatMap((group) => [...microBatches(group, most)].map((part) => [...part]));
}

/** Steps of whole prompts as micro-batches of at most `size` pairs. */
export function* pairWindows(
  windows: Iterable<readonly (readonly (readonly EncodedPair[])[])[]>,
  size: number,
): Generator<readonly (readonly EncodedPair[])[]> {
  for (const window of windows) yield [...microBatches(window.flat(2), size)];
}
