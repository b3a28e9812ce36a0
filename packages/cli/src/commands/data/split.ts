import { DataError, splitByPrompt, writeRecords } from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, number, run } from '../../command.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { formatCount } from '../../terminal/format.ts';
import { accountOf, nounOf, type Options, onError, promptsOf, readAny, withSeed, withThreshold } from './common.ts';

interface SplitOptions extends Options {
  readonly share: number;
  readonly threshold: number;
  readonly seed: number;
}

/** `attune data split`: what is trained on, and what is held out. */
export const splitCommand = (): Command =>
  withSeed(
    withThreshold(
      command(
        'split',
        'Divide a data file into one to train on and one to hold out, so that they share no prompt',
        'attune data split pairs.jsonl train.jsonl test.jsonl --share 0.1',
      )
        .argument('<in>', 'a file of any known format')
        .argument('<train>', 'where the records to train on go')
        .argument('<test>', 'where the held-out records go')
        .option('--share <share>', 'of the records to hold out, 0 to 1', number(0, 1), 0.1)
        .addOption(onError()),
    ),
    'decides which prompts are held out; their order does not',
  ).action(run(split));

async function split(
  { say, result }: CommandContext,
  from: string,
  trainFile: string,
  testFile: string,
  options: SplitOptions,
): Promise<void> {
  checkOutFile(trainFile, '<train>');
  checkOutFile(testFile, '<test>');
  const read = await readAny(say, from, options);
  const { train, test, groups, largestGroup } = splitByPrompt(promptsOf(read), options);
  if (test.length === 0 || train.length === 0) {
    throw new DataError(
      from,
      `its ${formatCount(read.records.length)} ${nounOf(read.kind)} form ${formatCount(groups)} groups of prompts that ` +
        `belong together, the largest of ${formatCount(largestGroup)}; none is small enough for a share of ` +
        `${options.share}. Choose another share, or a higher threshold.`,
    );
  }
  const records: readonly object[] = read.records;
  await writeRecords(
    trainFile,
    train.map((place) => records[place]!),
  );
  await writeRecords(
    testFile,
    test.map((place) => records[place]!),
  );
  const numbers = { records: records.length, train: train.length, test: test.length, groups, largestGroup };
  result(
    { in: from, trainFile, testFile, kind: read.kind, seed: options.seed, ...numbers, ...accountOf(read) },
    `${formatCount(records.length)} ${nounOf(read.kind)} in ${formatCount(groups)} groups of prompts that are nearly the ` +
      `same, the largest of ${formatCount(largestGroup)}.\n` +
      `Wrote ${formatCount(train.length)} to ${trainFile} and ${formatCount(test.length)} to ${testFile}.`,
  );
}
