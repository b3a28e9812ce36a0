import {
  type Comparison,
  DataError,
  type MtBenchQuestion,
  type MtBenchWins,
  mtBenchPairs,
  readComparisons,
} from '@attune/preferences';
import type { CommandContext } from '../../command.ts';
import { formatCount, intervalText, oneDecimal } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { type Options as ReadOptions, tellLeftOut } from '../data/common.ts';

/** What came of a file of judgments: for programs, for people, and as the rows of a file. */
export interface Outcome {
  readonly value: object;
  readonly text: string;
  readonly rows: readonly Record<string, string | number | undefined>[];
}

async function comparisonsOf(
  { say }: CommandContext,
  file: string,
  options: ReadOptions,
): Promise<readonly Comparison[]> {
  const read = await readComparisons(file, options);
  tellLeftOut(say, file, read);
  const unnamed = read.comparisons.filter(({ responses }) => responses.some(({ source }) => source === undefined));
  if (unnamed.length > 0) {
    throw new DataError(file, `${unnamed.length} comparisons do not name the source of both responses.`);
  }
  return read.comparisons;
}

/** Who wins, of comparisons in both orders. */
export async function pairs(
  context: CommandContext,
  questions: readonly MtBenchQuestion[],
  files: readonly string[],
  reading: ReadOptions,
): Promise<Outcome> {
  const comparisons: Comparison[] = [];
  for (const file of files) comparisons.push(...(await comparisonsOf(context, file, reading)));
  const { systems: wins, failures, oneOrder, unknown } = mtBenchPairs(questions, comparisons);
  if (wins.size === 0) throw new DataError(files.join(', '), 'no pair was judged in both orders.');
  const systems = winsOf(wins);
  const aside = (ids: readonly string[], what: string) =>
    ids.length > 0 && `${formatCount(ids.length)} ${what}: ${ids.join(', ')}`;
  const texts = [
    winTable(systems),
    aside(failures, 'pairs could not be read in one order or both, and count nowhere'),
    aside(oneOrder, 'pairs were judged in one order only, and count nowhere'),
    aside(unknown, 'pairs are about no question of the file, and count in no category'),
  ];
  return {
    value: { questions: questions.length, systems, failures, oneOrder, unknown },
    text: texts.filter(Boolean).join('\n\n'),
    rows: systems.flatMap(({ system, overall, categories }) =>
      [['overall', overall] as const, ...Object.entries(categories)].map(([name, { interval, ...rate }]) => ({
        system,
        name,
        ...rate,
        low: interval[0],
        high: interval[1],
      })),
    ),
  };
}

/** With categories as an object, in order of the win rate. */
export const winsOf = (wins: ReadonlyMap<string, MtBenchWins>) =>
  [...wins]
    .map(([system, { overall, categories }]) => ({ system, overall, categories: Object.fromEntries(categories) }))
    .sort((a, b) => b.overall.winRate - a.overall.winRate);

export const winTable = (systems: ReturnType<typeof winsOf>): string =>
  table(
    ['system', 'in', 'win rate', '95 % interval', 'wins', 'ties', 'losses', 'n'],
    systems.flatMap(({ system, overall, categories }) =>
      [['all', overall] as const, ...Object.entries(categories)].map(([name, rate], i) => [
        i === 0 ? system : '',
        name,
        `${oneDecimal(rate.winRate)} %`,
        intervalText(rate.interval, oneDecimal),
        ...[rate.wins, rate.ties, rate.losses, rate.n].map(formatCount),
      ]),
    ),
  );
