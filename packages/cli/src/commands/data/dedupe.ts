import { type Duplicate, nearDuplicates, pairKey, promptKey, responseKey, writeRecords } from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { formatCount, formatShare } from '../../terminal/format.ts';
import {
  type AnyRead,
  accountOf,
  firstFew,
  nounOf,
  type Options,
  onError,
  promptsOf,
  readAny,
  withSeed,
  withThreshold,
} from './common.ts';

interface DedupeOptions extends Options {
  readonly threshold: number;
  readonly seed: number;
}

/** A record that was dropped, and the one that stays in its place. */
interface Dropped {
  readonly line: number;
  readonly of: number;
  readonly similarity: number;
  readonly reason: 'repeated' | 'near-duplicate prompt';
}

/** `attune data dedupe`: each prompt once, also where it is only nearly the same. */
export const dedupeCommand = (): Command =>
  withSeed(
    withThreshold(
      command(
        'dedupe',
        'Drop records that repeat an earlier one, and those whose prompt is nearly an earlier one',
        'attune data dedupe prompts.jsonl distinct.jsonl',
      )
        .argument('<in>', 'a file of any known format')
        .argument('<out>', 'where the records that stay go')
        .addOption(onError())
        .addHelpText(
          'after',
          '\nDifferent pairs on the same prompt all stay, and so do all comparisons: several judges may say the same.',
        ),
    ),
    'of the hash functions: decides which of the barely alike are overlooked',
  ).action(run(dedupe));

async function dedupe(
  { say, result }: CommandContext,
  from: string,
  to: string,
  options: DedupeOptions,
): Promise<void> {
  checkOutFile(to, '<out>');
  const read = await readAny(say, from, options);
  const dropped = droppedIn(read, options);
  const gone = new Set(dropped.map(({ place }) => place));
  const kept = (read.records as readonly object[]).filter((_, place) => !gone.has(place));
  await writeRecords(to, kept);
  const lines: Dropped[] = dropped.map(({ place, of, similarity, exact }) => ({
    line: read.lines[place]!,
    of: read.lines[of]!,
    similarity,
    reason: exact ? 'repeated' : 'near-duplicate prompt',
  }));
  const repeated = lines.filter(({ reason }) => reason === 'repeated').length;
  const numbers = { records: read.records.length, kept: kept.length, repeated, near: lines.length - repeated };
  result(
    { in: from, out: to, kind: read.kind, ...numbers, dropped: lines, ...accountOf(read) },
    describe(to, read, numbers, lines),
  );
}

function droppedIn(read: AnyRead, options: { threshold: number; seed: number }): Duplicate[] {
  const near = nearDuplicates(promptsOf(read), options).filter(({ exact }) => !exact);
  const found = new Map(near.map((duplicate) => [duplicate.place, duplicate]));
  for (const duplicate of repeatedIn(read)) if (!found.has(duplicate.place)) found.set(duplicate.place, duplicate);
  return [...found.values()].sort((a, b) => a.place - b.place);
}

/** Records that are the same as an earlier one. */
function repeatedIn(read: AnyRead): Duplicate[] {
  const first = new Map<string, number>();
  return keysOf(read).flatMap((key, place) => {
    const of = first.get(key);
    if (of !== undefined) return [{ place, of, similarity: 1, exact: true }];
    first.set(key, place);
    return [];
  });
}

function keysOf(read: AnyRead): string[] {
  switch (read.kind) {
    case 'pairs':
      return read.records.map(pairKey);
    case 'comparisons':
      return read.records.map((_, place) => String(place)); // several judges may say the same
    case 'unpaired':
      return read.records.map((row) => `${promptKey(row.prompt)} ${responseKey(row.completion)} ${row.label}`);
    case 'prompts':
      return promptsOf(read).map(promptKey);
    case 'texts':
      return read.records.map((text) => JSON.stringify(text));
  }
}

function describe(
  to: string,
  read: AnyRead,
  numbers: { records: number; kept: number; repeated: number; near: number },
  dropped: readonly Dropped[],
): string {
  const lines = dropped.map(({ line, of, similarity, reason }) => {
    const how = reason === 'repeated' ? 'repeats' : `has ${formatShare(similarity)} of the word trigrams of`;
    return `  ${read.unit} ${line} ${how} ${read.unit} ${of}`;
  });
  const counts =
    `Of ${formatCount(numbers.records)} ${nounOf(read.kind)} ${formatCount(numbers.repeated)} repeat an earlier one and ` +
    `${formatCount(numbers.near)} have nearly the prompt of an earlier one.`;
  const written = `Wrote ${formatCount(numbers.kept)} ${nounOf(read.kind)} to ${to}.`;
  return [counts, ...firstFew(lines), written].join('\n');
}
