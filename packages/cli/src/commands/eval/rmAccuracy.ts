import {
  type Accuracy,
  accuracyByGroup,
  DataError,
  type Estimate,
  lengthBaseline,
  openRows,
  type PairLengths,
  pairAccuracy,
  type RewardEvaluation,
  readAs,
  rewardEvaluation,
  type ScoredPair,
} from '@attune/preferences';
import type { Command } from 'commander';
import { z } from 'zod';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { type ScoringOptions, withScoring } from '../../models/scoringOptions.ts';
import { rewardPage } from '../../report/rewardPage.ts';
import { writeWhole } from '../../run/durable.ts';
import { formatCount, formatNumber, formatShare, intervalText, oneDecimal } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { checkOutputs } from './shared.ts';

interface Options extends ScoringOptions {
  readonly model?: string;
  readonly data?: readonly string[];
  readonly scores?: readonly string[];
  readonly train?: readonly string[];
  readonly groupBy?: string;
  readonly report?: string;
  readonly seed: number;
}

/** `attune eval rm-accuracy`: how often a reward model agrees with preferences, and why. */
export const rmAccuracyCommand = (): Command =>
  withScoring(
    command(
      'rm-accuracy',
      'How often a reward model agrees with preferences, beside what length alone would get',
      'attune eval rm-accuracy --model runs/reward --data held-out.jsonl --train pairs.jsonl --report accuracy.html',
      'attune eval rm-accuracy --model runs/reward --data auto-j.jsonl --group-by scenario --truncation-mode drop',
      'attune eval rm-accuracy --scores scores.jsonl',
    )
      .option('--model <path>', 'reward model: a run, model folder or adapter folder')
      .option('--data <files...>', 'preference pairs or comparisons')
      .option('--scores <files...>', 'what attune score wrote of pairs, in place of --model and --data')
      .option('--train <files...>', 'pairs the model was trained on: they tell the length baseline which way to choose')
      .option('--group-by <field>', 'a table by this field of the lines: a task, a scenario, a source')
      .option('--report <file>', 'also as a page: calibration, and accuracy by length (.html)')
      .option('--seed <n>', 'of the bootstrap that the intervals of correlations are from', wholeNumber(0), 0),
  ).action(run(rmAccuracy));

/** A file's pairs with scores and lengths. */
interface Measured {
  readonly file: string;
  readonly pairs: readonly ScoredPair[];
  /** Comparisons that give no pair: neither response was better, or nobody decided. */
  readonly undecided: { readonly ties: number; readonly skips: number };
  readonly lost?: string;
}

async function rmAccuracy({ say, result }: CommandContext, options: Options): Promise<void> {
  const { report, seed, groupBy } = options;
  checkOutputs({ report });
  const { measured, train } = options.scores ? await fromScores(options, options.scores) : await byModel(options);
  for (const {
    file,
    undecided: { ties, skips },
    lost,
  } of measured) {
    if (ties > 0) say(`${file}: ${ties} ties, of which neither response is to be preferred, are not in the tables.`);
    if (skips > 0) say(`${file}: ${skips} comparisons that nobody decided are not in the tables.`);
    if (lost) say(`${file}: ${lost}.`);
  }
  const pairs = measured.flatMap((one) => one.pairs);
  const evaluation = rewardEvaluation(pairs, { seed, ...(train && { train }) });
  const files = measured.map(({ pairs: own, ...rest }) => ({
    ...rest,
    ...pairAccuracy(own),
    lengthOnly: lengthBaseline(own, train ?? own),
  }));
  const groups =
    groupBy === undefined ? undefined : [...accuracyByGroup(pairs)].map(([name, own]) => ({ name, ...own }));
  if (report !== undefined) writeWhole(report, rewardPage({ files, evaluation, groups: groups ?? [] }));
  const text = [
    fileTable(files),
    baselineText(evaluation),
    ...(groups ? [groupTable(groupBy!, groups)] : []),
    ...details(evaluation),
  ];
  result({ files, ...evaluation, ...(groups && { groups }) }, text.join('\n\n'));
}

async function byModel(options: Options): Promise<{ measured: Measured[]; train?: PairLengths[] }> {
  const { model, data, train: trained, groupBy } = options;
  if (model === undefined || data === undefined) throw new UsageError('Give --model and --data, or --scores.');
  const { openScorer, pairLengths, scorePairFile } = await import('../../models/scoring.ts'); // with libtorch
  using scorer = await openScorer(model, options);
  const measured: Measured[] = [];
  for (const file of data) {
    const groups = groupBy === undefined ? undefined : await groupsOf(file, groupBy);
    const { pairs, lines, ties, skips, lost } = await scorePairFile(scorer, file);
    if (pairs.length === 0) throw new DataError(file, 'gives no pair to score.');
    const scored = pairs.map((pair, i) => scoredPair(pair, groups?.get(lines[i]!)));
    measured.push({ file, pairs: scored, undecided: { ties, skips }, ...(lost && { lost }) });
  }
  if (!trained) return { measured };
  const train: PairLengths[] = [];
  for (const file of trained) train.push(...(await pairLengths(scorer, file)));
  return { measured, train };
}

/** What `attune score` writes of a pair. */
const ScoreLine = z.object({
  chosen: z.number(),
  rejected: z.number(),
  chosenTokens: z.number(),
  rejectedTokens: z.number(),
});

const needs =
  'Each line needs chosen, rejected, chosenTokens and rejectedTokens, as attune score writes them of pairs.';

async function fromScores(
  { model, data, train: trained, groupBy }: Options,
  files: readonly string[],
): Promise<{ measured: Measured[]; train?: PairLengths[] }> {
  if (model !== undefined || data !== undefined)
    throw new UsageError('--scores stands in place of --model and --data.');
  const read = async (file: string): Promise<Measured> => {
    const { records, rows } = await readAs(ScoreLine, file, needs);
    if (groupBy !== undefined && !rows.some((row) => groupBy in row)) throw noSuchField(file, groupBy, rows[0]!);
    const pairs = records.map((record, i) => scoredPair(record, groupIn(rows[i], groupBy)));
    return { file, pairs, undecided: { ties: 0, skips: 0 } };
  };
  const measured = await Promise.all(files.map(read));
  if (!trained) return { measured };
  return { measured, train: (await Promise.all(trained.map(read))).flatMap(({ pairs }) => pairs) };
}

const scoredPair = (
  { chosen, rejected, chosenTokens, rejectedTokens }: z.infer<typeof ScoreLine>,
  group: string | undefined,
): ScoredPair => ({
  ...{ chosen, rejected, chosenLength: chosenTokens, rejectedLength: rejectedTokens },
  ...(group !== undefined && { group }),
});

const groupIn = (row: Readonly<Record<string, unknown>> | undefined, field: string | undefined): string | undefined =>
  field !== undefined && row?.[field] !== undefined ? String(row[field]) : undefined;

/** A field's value on each line of a file that has it. */
async function groupsOf(file: string, field: string): Promise<Map<number, string>> {
  const groups = new Map<number, string>();
  let last: Readonly<Record<string, unknown>> = {};
  for await (const { line, row } of (await openRows(file)).rows) {
    const group = groupIn(row, field);
    if (group !== undefined) groups.set(line, group);
    last = row ?? last;
  }
  if (groups.size === 0) throw noSuchField(file, field, last);
  return groups;
}

const noSuchField = (file: string, field: string, row: Readonly<Record<string, unknown>>) =>
  new UsageError(`--group-by ${field}: ${file} has no such field. It has ${Object.keys(row).join(', ')}.`);

/** 62.4 % · 60.1 to 64.6 */
const accuracyCells = ({ accuracy, interval }: Accuracy): [string, string] => [
  formatShare(accuracy),
  intervalText(interval, (share) => oneDecimal(100 * share)),
];

type FileRow = Accuracy & { readonly file: string; readonly lengthOnly: Accuracy };

const fileTable = (files: readonly FileRow[]): string =>
  table(
    ['file', 'accuracy', '95 % interval', 'right', 'wrong', 'equal', 'pairs', 'by length'],
    files.map(({ file, lengthOnly, ...own }) => [
      file,
      ...accuracyCells(own),
      ...[own.right, own.wrong, own.ties, own.n].map(formatCount),
      formatShare(lengthOnly.accuracy),
    ]),
  );

/** The model beside a coin and beside length, and whether its interval is clear of theirs. */
export function baselineText({
  accuracy,
  majority,
  lengthOnly,
}: Pick<RewardEvaluation, 'accuracy' | 'majority' | 'lengthOnly'>): string {
  const name = `the ${lengthOnly.prefers} response${lengthOnly.hindsight ? ', better of both ways in hindsight' : ''}`;
  const row = (label: string, own: Accuracy) => [label, ...accuracyCells(own), formatCount(own.n)];
  const clear = [majority, lengthOnly].every(({ interval }) => accuracy.interval[0] > interval[1]);
  return [
    table(
      ['all pairs', 'accuracy', '95 % interval', 'pairs'],
      [row('reward model', accuracy), row('either response at random', majority), row(name, lengthOnly)],
    ),
    clear ? 'Its interval lies above both of theirs.' : 'Its interval does not lie above both of theirs.',
  ].join('\n');
}

const groupTable = (field: string, groups: readonly (Accuracy & { readonly name: string })[]): string =>
  table(
    [field, 'accuracy', '95 % interval', 'pairs'],
    groups.map(({ name, ...own }) => [name, ...accuracyCells(own), formatCount(own.n)]),
  );

function details({ buckets, equalLength, calibration, lengthCorrelation }: RewardEvaluation): string[] {
  const cell = (own: Accuracy | undefined) => (own ? accuracyCells(own)[0] : '–');
  const count = (own: Accuracy | undefined) => formatCount(own?.n ?? 0);
  const lengths = buckets
    .filter(({ betterLonger, betterShorter }) => betterLonger ?? betterShorter)
    .map(({ from, to, betterLonger, betterShorter }) => [
      to === undefined ? `${from} and more` : `${from} to ${to - 1}`,
      ...[cell(betterLonger), count(betterLonger), cell(betterShorter), count(betterShorter)],
    ]);
  const equal = equalLength ? `\nOf one length: ${accuracyCells(equalLength).join(', ')}, n = ${equalLength.n}.` : '';
  const bins = calibration.bins
    .filter(({ n }) => n > 0)
    .map(({ predicted, observed, n }) => [formatShare(predicted!), formatShare(observed!), formatCount(n)]);
  const { difference, response } = lengthCorrelation;
  return [
    table(['tokens longer', 'longer chosen', 'pairs', 'shorter chosen', 'pairs'], lengths) + equal,
    `${table(['sure by', 'right in', 'pairs'], bins)}\nExpected calibration error: ${formatShare(calibration.expectedError)}.`,
    `Correlation of score and length (Pearson): ${correlationText(difference.pearson)} for differences within pairs, ` +
      `${correlationText(response.pearson)} over all responses.`,
  ];
}

const correlationText = (estimate: Estimate | undefined): string =>
  estimate
    ? `${formatNumber(estimate.value, 2)} (${intervalText(estimate.interval, (value) => formatNumber(value, 2))})`
    : 'none';
