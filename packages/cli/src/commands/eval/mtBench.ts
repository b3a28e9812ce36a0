import {
  type Comparison,
  DataError,
  holdsScoredReplies,
  type MeanScore,
  type MtBenchQuestion,
  type MtBenchWins,
  mtBenchPairs,
  mtBenchRatedPairs,
  mtBenchScores,
  readComparisons,
  readMtBench,
  readScoredReplies,
  writeTable,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { formatCount } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { onError, type Options as ReadOptions, tellLeftOut } from '../data/common.ts';
import { missingText, scoreCells, scoreFields, scoreHead, unreadText } from './scores.ts';
import { intervalText, oneDecimal, withTableOut } from './shared.ts';

interface Options extends ReadOptions {
  readonly questions: string;
  readonly judgments: readonly string[];
  readonly out?: string;
}

/** `attune eval mt-bench`: the benchmark's scores, or wins, from what a judge said. */
export const mtBenchCommand = (): Command =>
  withTableOut(
    command(
      'mt-bench',
      "MT-bench's ratings by turn and category, or its wins in pairs, from a judge's replies",
      'attune eval mt-bench --questions question.jsonl --judgments gpt-4_single.jsonl',
      'attune eval mt-bench --questions question.jsonl --judgments comparisons.jsonl',
    ),
  )
    .requiredOption('--questions <file>', "the benchmark's questions: question_id, category and turns")
    .requiredOption(
      '--judgments <files...>',
      "ratings that attune judge wrote, its failures too; or comparisons in both orders; or FastChat's of either",
    )
    .addOption(onError())
    .addHelpText(
      'after',
      '\nIn pairs a response wins only if it wins in both orders. Replies without a verdict are listed and count nowhere.',
    )
    .action(run(mtBench));

async function mtBench(
  context: CommandContext,
  { questions: file, judgments, out, ...reading }: Options,
): Promise<void> {
  if (out !== undefined) checkOutFile(out);
  const questions = await readMtBench(file);
  const { value, text, rows } = (await holdsScoredReplies(judgments[0]!))
    ? await ratings(questions, judgments)
    : await pairs(context, questions, judgments, reading);
  if (out !== undefined) await writeTable(out, rows);
  context.result(value, text);
}

/** What came of a file: for programs, for people, and as the rows of a file. */
interface Outcome {
  readonly value: object;
  readonly text: string;
  readonly rows: readonly Record<string, string | number | undefined>[];
}

async function ratings(questions: readonly MtBenchQuestion[], files: readonly string[]): Promise<Outcome> {
  const bySystem = await readScoredReplies(files, new Set(questions.map(({ id }) => id)));
  const systems = [...bySystem].map(([system, replies]) => {
    const { turns, categories, ...rest } = mtBenchScores(questions, replies);
    return { system, ...rest, turns: Object.fromEntries(turns), categories: Object.fromEntries(categories) };
  });
  const pairsByRating = bySystem.size > 1 ? winsOf(mtBenchRatedPairs(questions, bySystem)) : [];
  const lines = systems.map(({ system, overall, turns, categories, failures, missing }) => ({
    system,
    lines: [
      ['all turns', overall],
      ...Object.entries(turns).map(([turn, score]) => [`turn ${turn}`, score]),
      ...Object.entries(categories),
    ] as [string, MeanScore | undefined][],
    unread: unreadText(failures.map(({ id, turn, said }) => ({ about: `${id}, turn ${turn}`, said }))),
    missing: missingText(missing, questions.length),
  }));
  const texts = lines.map(({ system, lines, unread, missing }) => [
    table(
      [system, ...scoreHead],
      lines.map(([name, score]) => [name, ...scoreCells(score)]),
    ),
    unread,
    missing,
  ]);
  const paired = pairsByRating.length > 0 && `Pairs by rating, alike within 0.1:\n\n${winTable(pairsByRating)}`;
  return {
    value: { questions: questions.length, systems, ...(pairsByRating.length > 0 && { pairsByRating }) },
    text: [...texts.flat(), paired].filter(Boolean).join('\n\n'),
    rows: lines.flatMap(({ system, lines }) => lines.map(([name, score]) => ({ system, name, ...scoreFields(score) }))),
  };
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

async function pairs(
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
const winsOf = (wins: ReadonlyMap<string, MtBenchWins>) =>
  [...wins]
    .map(([system, { overall, categories }]) => ({ system, overall, categories: Object.fromEntries(categories) }))
    .sort((a, b) => b.overall.winRate - a.overall.winRate);

const winTable = (systems: ReturnType<typeof winsOf>): string =>
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
