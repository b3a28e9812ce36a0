import { type BalanceReport, balanceLengths, bucketEdges, writeRecords } from '@attune/preferences';
import { type Command, InvalidArgumentError } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { counted, formatCount, formatShare } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { accountOf, counterOf, type Options, onError, readAllPairs, withSeed, withTokenizer } from './common.ts';

interface BalanceOptions extends Options {
  readonly tokenizer?: string;
  readonly edges: readonly number[];
  readonly seed: number;
}

/** `attune data balance`: takes the length of a response out of what pairs teach. */
export const balanceCommand = (): Command =>
  withSeed(
    withTokenizer(
      command(
        'balance',
        'Drop pairs until the better response is as often the shorter one, at every difference in length',
        'attune data balance pairs.jsonl balanced.jsonl --tokenizer models/SmolLM2-135M-Instruct',
      )
        .argument('<in>', 'pairs, or comparisons to make them of')
        .argument('<out>', 'where the pairs that stay go')
        .option('--edges <lengths>', 'where buckets begin, in tokens of difference', edgesOf, bucketEdges)
        .addOption(onError()),
    ),
    'decides which pairs of the larger side are dropped',
  ).action(run(balance));

function edgesOf(text: string): number[] {
  const edges = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (edges.every(Number.isInteger)) return edges;
  throw new InvalidArgumentError(`Expected whole numbers rising from 0, such as ${bucketEdges.join(',')}.`);
}

async function balance(
  { say, result }: CommandContext,
  from: string,
  to: string,
  options: BalanceOptions,
): Promise<void> {
  checkOutFile(to, '<out>');
  const { count, unit } = await counterOf(options.tokenizer);
  const read = await readAllPairs(say, from, options);
  const { pairs, report } = balanceLengths(read.records, count, options);
  await writeRecords(to, pairs);
  result({ in: from, out: to, unit, seed: options.seed, ...report, ...accountOf(read) }, describe(to, report, unit));
}

function describe(to: string, report: BalanceReport, unit: string): string {
  const range = ({ from, to }: { from: number; to?: number }) =>
    to === undefined ? `${from} and more` : `${Math.max(1, from)} to ${to - 1}`;
  const rows = report.buckets.map((bucket) => [
    range(bucket),
    ...[bucket.before, bucket.after].flatMap(({ betterLonger, betterShorter }) => [
      formatCount(betterLonger),
      formatCount(betterShorter),
    ]),
    formatCount(bucket.dropped),
  ]);
  const head = [`${unit} apart`, 'better is longer', 'shorter', 'kept longer', 'kept shorter', 'dropped'];
  return [
    table(head, rows),
    `${formatCount(report.equal)} pairs of equal length stay. Of ${formatCount(report.pairs)} pairs ` +
      `${formatCount(report.kept)} stay and ${formatCount(report.dropped)} are dropped ` +
      `(${formatShare(report.lostShare)} of those of unequal length).`,
    `Wrote ${counted(report.kept, 'pair')} to ${to}.`,
  ].join('\n\n');
}
