import {
  cluster,
  commonScenarios,
  type GroupSimilarity,
  groupSimilarity,
  type Matrix,
  type MeanSimilarity,
  type MeasureName,
  measures,
  posteriorSimilarity,
  publishedGroupings,
  publishedJudges,
  readGroupings,
  readWeights,
  similarity,
  standardScenarios,
  type WeightTable,
} from '@attune/preferences';
import { type Command, Option } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { intervalText } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { onlyJudges } from './onlyJudges.ts';

interface Options {
  readonly weights: string;
  readonly groups?: string;
  readonly scenario?: string;
  readonly judges?: readonly string[];
  readonly measure: MeasureName;
  readonly seed: number;
}

/** `attune dissect similarity`: how alike judges are, and whether kinds of judges are. */
export const similarityCommand = (): Command =>
  command(
    'similarity',
    'How alike judges are in what they prefer, and whether judges of a kind are more so',
    'attune dissect similarity --weights fitted_paras_comparison',
    'attune dissect similarity --weights weights.jsonl --groups teams.yaml --scenario Code --json',
  )
    .requiredOption('--weights <path>', 'fitted weights: a folder as published, or what dissect fit wrote')
    .option(
      '--groups <file>',
      'groupings of judges (YAML or JSON): grouping → group → judges; default: by size, family and alignment, of the judges of the study',
    )
    .option('--scenario <name>', 'in one scenario or subset (default: the mean over the scenarios)')
    .option('--judges <names...>', 'only these')
    .addOption(
      new Option('--measure <name>', 'how two vectors of weights are compared')
        .choices(Object.keys(measures))
        .default('pearson'),
    )
    .option('--seed <n>', 'of the bootstrap and the posterior draws', wholeNumber(0), 0)
    .addHelpText(
      'after',
      '\nIntervals of kinds of judges are of 95 %, by drawing judges anew within their kinds.\n' +
        'A file of groupings: {"size": {"small": ["a", "b"], "large": ["c", "d"]}}',
    )
    .action(run(similar));

async function similar({ result }: CommandContext, options: Options): Promise<void> {
  const { measure, seed } = options;
  const weights = onlyJudges(await readWeights(options.weights), options.judges);
  const over = scenariosOf(weights, options.scenario);
  const matrix = similarity(weights, over, measure);
  const { judges } = weights;
  const groupings = options.groups === undefined ? publishedGroupings(judges) : readGroupings(options.groups, judges);
  const groups = groupings.map((one) => groupSimilarity(matrix, judges, one, { seed }));
  const clusters = cluster(matrix);
  const posterior = posteriorSimilarity(weights, over, { seed });
  const aligned = alignedPairs(judges, matrix);
  result(
    {
      judges,
      over,
      measure,
      pearson: similarity(weights, over, 'pearson'),
      [measure]: matrix,
      groups: groups.map(groupLine),
      aligned,
      clusters,
      ...(posterior && { posterior }),
    },
    [
      `Similarity (${measure}) of ${judges.length} judges, mean over ${over.join(', ')}; alike ones side by side:`,
      (judges.length > widest ? nearestText : matrixText)(judges, matrix, clusters.order),
      ...(groups.length > 0 ? [groupText(groups)] : []),
      ...(aligned.length > 0 ? [alignedText(aligned)] : []),
      ...(posterior ? [posteriorText(posterior)] : []),
    ].join('\n\n'),
  );
}

function scenariosOf(weights: WeightTable, name: string | undefined): string[] {
  if (name === undefined) {
    const common = commonScenarios(weights, standardScenarios());
    if (common.length > 0) return common;
    throw new UsageError('No group has weights of all judges. Choose some with --judges, or a group with --scenario.');
  }
  if (weights.groups.includes(name)) return [name];
  throw new UsageError(`--scenario ${name}: there are weights only of ${weights.groups.join(', ')}.`);
}

const value = (one: MeanSimilarity | undefined) => one?.value ?? null;
const interval = (one: MeanSimilarity | undefined) => one?.interval ?? null;

/** As the contract has it, `intra` in the order of the grouping's `groups`; intervals beside. */
const groupLine = ({ name, groups, intra, inter, gap }: GroupSimilarity) => ({
  name,
  groups,
  intra: intra.map(value),
  intraIntervals: intra.map(interval),
  inter: value(inter),
  interInterval: interval(inter),
  gap: value(gap),
  gapInterval: interval(gap),
});

const hundredths = (x: number): string => x.toFixed(2).replace('-', '−');

const widest = 16; // judges whose matrix fits into a terminal; --json has any

/** In hundredths. */
function matrixText(judges: readonly string[], matrix: Matrix, order: readonly number[]): string {
  const cell = (x: number) => String(Math.round(100 * x)).replace('-', '−');
  return table(
    ['', 'judge', ...order.map((_, i) => String(i + 1))],
    order.map((row, i) => [String(i + 1), judges[row]!, ...order.map((column) => cell(matrix[row]![column]!))]),
  );
}

function nearestText(judges: readonly string[], matrix: Matrix, order: readonly number[]): string {
  const rows = order.map((row) => {
    const others = [...judges.keys()].filter((i) => i !== row).sort((a, b) => matrix[row]![b]! - matrix[row]![a]!);
    const shown = (i: number) => `${judges[i]} ${hundredths(matrix[row]![i]!)}`;
    const mean = others.reduce((sum, i) => sum + matrix[row]![i]!, 0) / others.length;
    return [judges[row]!, hundredths(mean), shown(others[0]!), shown(others.at(-1)!)];
  });
  return `${table(['judge', 'mean', 'most alike', 'least alike'], rows)}\n--json has the whole matrix.`;
}

function groupText(groups: readonly GroupSimilarity[]): string {
  const cells = (one: MeanSimilarity | undefined) => [
    one ? hundredths(one.value) : '–',
    one?.interval ? intervalText(one.interval, hundredths) : '',
  ];
  const rows = groups.flatMap(({ name, groups: own, intra, inter, gap }) => [
    ...own.map((group, i) => [name, `within ${group.name}`, String(group.judges.length), ...cells(intra[i])]),
    [name, 'across', '', ...cells(inter)],
    [name, 'within less across', '', ...cells(gap)],
  ]);
  return table(['judges by', 'pairs', 'judges', 'similarity', '95 % interval'], rows);
}

/** Each aligned judge with what it was made from, of those that are known. */
const alignedPairs = (judges: readonly string[], matrix: Matrix) =>
  publishedJudges().flatMap(({ name, base }) => {
    const [row, column] = [judges.indexOf(name), judges.indexOf(base ?? '')];
    return row < 0 || column < 0 ? [] : [{ judge: name, base: base!, similarity: matrix[row]![column]! }];
  });

const alignedText = (pairs: ReturnType<typeof alignedPairs>): string =>
  table(
    ['aligned', 'made from', 'similarity'],
    pairs.map(({ judge, base, similarity: found }) => [judge, base, hundredths(found)]),
  );

function posteriorText(pairs: NonNullable<ReturnType<typeof posteriorSimilarity>>): string {
  const rows = pairs.map(({ judges: [one, other], median, interval: ends }) => [
    one,
    other,
    hundredths(median),
    intervalText(ends, hundredths),
  ]);
  return `With what is uncertain about the weights (Pearson):\n${table(['judge', 'and', 'median', '90 % interval'], rows)}`;
}
