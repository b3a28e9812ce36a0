import {
  type AnnotatorQuality,
  type AnnotatorReport,
  annotatorReport,
  type Comparison,
  type Estimate,
  type Gold,
  readComparisons,
  type Share,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, number, run, wholeNumber } from '../../command.ts';
import { formatCount, formatShare, intervalText, shareText } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { onError, type Options as ReadOptions, tellLeftOut } from './common.ts';

interface Options extends ReadOptions {
  readonly gold?: string;
  readonly threshold: number;
  readonly seed: number;
}

/** `attune data agreement`: how far annotators agree, and how good each of them is. */
export const agreementCommand = (): Command =>
  command(
    'agreement',
    'How far annotators agree, how reliable each is, and whether the order on screen sways them',
    'attune data agreement votes.jsonl',
    'attune data agreement votes.jsonl --gold gold.jsonl --threshold 0.8',
  )
    .argument('<file>', 'comparisons; who made them stands in judge')
    .option('--gold <file>', 'comparisons whose choices are right, of some of the same responses')
    .option('--threshold <share>', 'the least accuracy on gold items that is good enough', number(0, 1), 0.7)
    .option('--seed <n>', 'of the bootstrap that the intervals are from', wholeNumber(0), 0)
    .addOption(onError())
    .action(run(agreement));

async function agreement({ say, result }: CommandContext, file: string, options: Options): Promise<void> {
  const read = async (path: string): Promise<Comparison[]> => {
    const { comparisons, ...provenance } = await readComparisons(path, options);
    tellLeftOut(say, path, provenance);
    return comparisons;
  };
  const comparisons = await read(file);
  const gold: Gold | undefined =
    options.gold === undefined ? undefined : { comparisons: await read(options.gold), threshold: options.threshold };
  const report = annotatorReport(comparisons, { seed: options.seed }, gold);
  result({ data: file, gold: options.gold, threshold: gold?.threshold, ...report }, text(file, report));
}

function text(data: string, report: AnnotatorReport): string {
  const { comparisons, items, agreement, annotators, firstShown } = report;
  return [
    `${data}: ${formatCount(comparisons)} comparisons of ${formatCount(items)} pairs of responses by ${annotators.length} annotators; ` +
      `several annotators decided ${formatCount(agreement.items)} of the pairs.`,
    ...(agreement.items > 0 ? [coefficientTable(report)] : []),
    annotatorTable(annotators),
    ...(report.pairs.length > 0 ? [pairTable(report)] : []),
    ...(firstShown ? [`What was shown first was chosen in ${shareText(firstShown)} (50 % without order bias).`] : []),
  ].join('\n\n');
}

function coefficientTable({ agreement }: AnnotatorReport): string {
  const row = (name: string, estimate: Estimate | undefined) => [
    name,
    estimate ? coefficient(estimate.value) : 'undefined',
    estimate ? intervalText(estimate.interval, coefficient) : '',
  ];
  return table(
    ['agreement', 'value', '95 % interval'],
    [
      row('of two annotators', agreement.percent),
      row('with the majority of the others', agreement.majority),
      row("Krippendorff's alpha", agreement.krippendorffAlpha),
      row("Fleiss' kappa", agreement.fleissKappa),
      row("Gwet's AC1", agreement.gwetAc1),
    ],
  );
}

function annotatorTable(annotators: readonly AnnotatorQuality[]): string {
  const hasGold = annotators.some(({ gold }) => gold !== undefined);
  const below = { no: '', perhaps: ' low?', surely: ' low' };
  return table(
    [
      'annotator',
      'comparisons',
      'ties',
      'skips',
      'agrees',
      'reliable',
      'consistent',
      'takes the first',
      'median s',
      ...(hasGold ? ['right on gold', 'gold seen'] : []),
    ],
    annotators.map(({ judge, gold, ...quality }) => [
      judge,
      ...[quality.comparisons, quality.ties, quality.skips].map(formatCount),
      maybeShare(quality.agreement),
      quality.reliability === undefined ? '' : formatShare(quality.reliability),
      maybeShare(quality.consistency),
      maybeShare(quality.firstShown),
      quality.seconds === undefined ? '' : quality.seconds.toFixed(1),
      ...(gold ? [maybeShare(gold.accuracy) + below[gold.below], formatCount(gold.items)] : []),
    ]),
  );
}

const shownPairs = 12; // as fit under the other tables; --json has all

function pairTable({ pairs }: AnnotatorReport): string {
  const most = [...pairs].sort((a, b) => b.same.n - a.same.n).slice(0, shownPairs);
  const rows = most.map(({ judges, same, kappa }) => [
    judges.join(', '),
    shareText(same),
    kappa === undefined ? 'undefined' : coefficient(kappa),
    formatCount(same.n),
  ]);
  const more = pairs.length - rows.length;
  return table(['pair', 'say the same', "Cohen's kappa", 'both judged'], rows) + (more > 0 ? `\nand ${more} more` : '');
}

const maybeShare = (share: Share | undefined): string => (share ? shareText(share) : '');

const coefficient = (value: number): string => value.toFixed(3).replace('-', '−');
