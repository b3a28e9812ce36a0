import {
  holdsScoredReplies,
  type MtBenchQuestion,
  type MtBenchScores,
  mtBenchRatedPairs,
  mtBenchScores,
  readMtBench,
  readScoredReplies,
  writeTable,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { type BenchmarkSystem, benchmarkPage } from '../../report/benchmarkPage.ts';
import { writeWhole } from '../../run/durable.ts';
import { table } from '../../terminal/table.ts';
import { onError, type Options as ReadOptions } from '../data/common.ts';
import { type Outcome, pairs, winsOf, winTable } from './mtBenchWins.ts';
import { missingText, scoreCells, scoreFields, scoreHead, unreadText } from './scores.ts';
import { checkOutputs, withTableOut } from './shared.ts';

interface Options extends ReadOptions {
  readonly questions: string;
  readonly judgments: readonly string[];
  readonly out?: string;
  readonly report?: string;
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
    .option('--report <file>', 'of ratings: also as a page with plots (.html)')
    .addOption(onError())
    .addHelpText(
      'after',
      '\nIn pairs a response wins only if it wins in both orders. Replies without a verdict are listed and count nowhere.',
    )
    .action(run(mtBench));

async function mtBench(context: CommandContext, options: Options): Promise<void> {
  const { questions: file, judgments, out, report } = options;
  checkOutputs(options);
  const questions = await readMtBench(file);
  const isRated = await holdsScoredReplies(judgments[0]!);
  if (!isRated && report !== undefined) {
    throw new UsageError('--report shows ratings; for comparisons there is attune eval leaderboard --report.');
  }
  const { value, text, rows } = isRated
    ? await ratings(questions, options)
    : await pairs(context, questions, judgments, options);
  if (out !== undefined) await writeTable(out, rows);
  context.result(value, text);
}

async function ratings(questions: readonly MtBenchQuestion[], { judgments, report }: Options): Promise<Outcome> {
  const bySystem = await readScoredReplies(judgments, new Set(questions.map(({ id }) => id)));
  const scored = [...bySystem].map(([system, replies]) => ({ system, ...mtBenchScores(questions, replies) }));
  const systems = scored.map(shown);
  if (report !== undefined) writeWhole(report, benchmarkPage('MT-bench', systems, judgments));
  const pairsByRating = bySystem.size > 1 ? winsOf(mtBenchRatedPairs(questions, bySystem)) : [];
  const paired = pairsByRating.length > 0 && `Pairs by rating, alike within 0.1:\n\n${winTable(pairsByRating)}`;
  return {
    value: {
      questions: questions.length,
      systems: scored.map(({ turns, categories, ...rest }) => ({
        ...rest,
        turns: Object.fromEntries(turns),
        categories: Object.fromEntries(categories),
      })),
      ...(pairsByRating.length > 0 && { pairsByRating }),
    },
    text: [...systems.flatMap((system) => systemText(system, questions.length)), paired].filter(Boolean).join('\n\n'),
    rows: systems.flatMap(({ system, groups }) =>
      groups.flatMap(({ rows }) => rows.map(([name, score]) => ({ system, name, ...scoreFields(score) }))),
    ),
  };
}

/** For the table and the page. */
const shown = ({
  system,
  overall,
  turns,
  categories,
  failures,
  missing,
}: MtBenchScores & { readonly system: string }): BenchmarkSystem => ({
  system,
  total: overall,
  groups: [
    {
      title: 'Turns',
      rows: [['all turns', overall], ...[...turns].map(([turn, score]) => [`turn ${turn}`, score] as const)],
    },
    { title: 'Categories', rows: [...categories] },
  ],
  unread: failures.map(({ id, turn, said }) => ({ about: `${id}, turn ${turn}`, said })),
  missing,
});

const systemText = ({ system, groups, unread, missing }: BenchmarkSystem, questions: number) => [
  table(
    [system, ...scoreHead],
    groups.flatMap(({ rows }) => rows.map(([name, score]) => [name, ...scoreCells(score)])),
  ),
  unreadText(unread),
  missingText(missing, questions),
];
