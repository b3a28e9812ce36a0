import {
  type AlignBenchCategory,
  type AlignBenchScores,
  alignBenchCategories,
  alignBenchScores,
  readAlignBench,
  readScoredReplies,
  writeTable,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { type BenchmarkSystem, benchmarkPage } from '../../report/benchmarkPage.ts';
import { writeWhole } from '../../run/durable.ts';
import { formatCount } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { missingText, scoreCells, scoreFields, scoreHead, unreadText } from './scores.ts';
import { checkOutputs, withTableOut } from './shared.ts';

interface Options {
  readonly questions: string;
  readonly judgments: readonly string[];
  readonly out?: string;
  readonly report?: string;
}

interface System extends AlignBenchScores {
  readonly system: string;
}

/** `attune eval alignbench`: the benchmark's scores from what a judge said. */
export const alignbenchCommand = (): Command =>
  withTableOut(
    command(
      'alignbench',
      "AlignBench's scores by category and dimension, from a judge's replies",
      'attune eval alignbench --questions alignbench_v1.1.jsonl --judgments judged.jsonl judged.jsonl.failures.jsonl',
    ),
  )
    .requiredOption('--questions <file>', "the benchmark's questions")
    .requiredOption(
      '--judgments <files...>',
      'what attune judge wrote, its failures too; or {"id", "reply"} per line, with "source" of several systems',
    )
    .option('--report <file>', 'also as a page with plots (.html)')
    .addHelpText(
      'after',
      '\nreasoning and language are means of their categories, the total is the mean of both. Replies without a score\n' +
        'are listed and in no mean. attune judge --preset alignbench asks: docs/benchmarks.md.',
    )
    .action(run(alignbench));

async function alignbench(
  { result }: CommandContext,
  { questions: file, judgments, out, report }: Options,
): Promise<void> {
  checkOutputs({ out, report });
  const questions = await readAlignBench(file);
  const replies = await readScoredReplies(judgments, new Set(questions.map(({ id }) => id)));
  const systems: System[] = [...replies].map(([system, own]) => ({ system, ...alignBenchScores(questions, own) }));
  if (out !== undefined) await writeTable(out, systems.flatMap(fileRows));
  if (report !== undefined) writeWhole(report, benchmarkPage('AlignBench', systems.map(shown), judgments));
  const texts = systems.map((system) => systemText(system, questions.length));
  if (systems.length > 1) texts.unshift(sideBySide(systems));
  result({ questions: questions.length, systems }, texts.join('\n\n\n'));
}

const categories = Object.entries(alignBenchCategories) as [
  AlignBenchCategory,
  (typeof alignBenchCategories)[AlignBenchCategory],
][];

const title = (key: AlignBenchCategory): string => `${key.replace('_', ' ')} ${alignBenchCategories[key].name}`;

/** A row for each system, the best first, as the published tables have them. */
const sideBySide = (systems: readonly System[]): string =>
  table(
    ['system', 'total', 'reasoning', 'language', ...categories.map(([key]) => key.replace('_', ' '))],
    systems
      .toSorted((a, b) => (b.total?.mean ?? 0) - (a.total?.mean ?? 0))
      .map(({ system, total, reasoning, language, categories: means }) => [
        system,
        ...[total, reasoning, language, ...categories.map(([key]) => means[key].score)].map(
          (score) => scoreCells(score)[0]!,
        ),
      ]),
  );

function systemText(system: System, questions: number): string {
  const parts = [
    system.system,
    overview(system),
    table(
      ['sub-category', 'of', 'answers', ...scoreHead, 'unread'],
      system.subcategories.map(({ category, name, type, score, failed }) => [
        name,
        alignBenchCategories[category].name,
        type,
        ...scoreCells(score),
        formatCount(failed),
      ]),
    ),
    ...dimensionParts(system),
    unreadText(system.failures.map(aboutFailure)),
    missingText(system.missing, questions),
  ];
  return parts.filter(Boolean).join('\n\n');
}

/** Of replies that score dimensions: a file may hold overall scores alone. */
function dimensionParts({ dimensions, incomplete }: System): (string | false)[] {
  const scored = dimensions.filter(({ score }) => score);
  if (scored.length === 0) return [];
  return [
    table(
      ['dimension', ...scoreHead],
      scored.map(({ name, score }) => [name, ...scoreCells(score)]),
    ),
    incomplete.length > 0 &&
      `${formatCount(incomplete.length)} ${incomplete.length === 1 ? 'reply scores' : 'replies score'} not every dimension of their type: ${incomplete.join(', ')}`,
  ];
}

function overview({ total, failures, categories: means, ...system }: System): string {
  const half = (name: 'reasoning' | 'language') => {
    const own = categories.filter(([, category]) => category.half === name);
    const failed = own.reduce((sum, [key]) => sum + means[key].failed, 0);
    return [
      [`  ${name}`, ...scoreCells(system[name]), formatCount(failed)],
      ...own.map(([key]) => [`    ${title(key)}`, ...scoreCells(means[key].score), formatCount(means[key].failed)]),
    ];
  };
  return table(
    ['', ...scoreHead, 'unread'],
    [['total', ...scoreCells(total), formatCount(failures.length)], ...half('reasoning'), ...half('language')],
  );
}

/** For the page. */
const shown = ({ system, total, reasoning, language, failures, missing, ...scores }: System): BenchmarkSystem => ({
  system,
  total,
  groups: [
    { title: 'Total', rows: Object.entries({ total, reasoning, language }) },
    { title: 'Categories', rows: categories.map(([key]) => [title(key), scores.categories[key].score]) },
    {
      title: 'Sub-categories',
      rows: scores.subcategories.map(({ category, name, score }) => [
        `${name} (${alignBenchCategories[category].name})`,
        score,
      ]),
    },
    { title: 'Dimensions', rows: scores.dimensions.map(({ name, score }) => [name, score]) },
  ],
  unread: failures.map(aboutFailure),
  missing,
});

/** What a failed reply is about, and what it said. */
const aboutFailure = ({ id, subcategory, said }: AlignBenchScores['failures'][number]) => ({
  about: `${id} (${subcategory})`,
  said,
});

const fileRows = ({ system, total, reasoning, language, ...scores }: System) => [
  { system, level: 'total', name: 'total', ...scoreFields(total), failed: scores.failures.length },
  { system, level: 'half', name: 'reasoning', ...scoreFields(reasoning) },
  { system, level: 'half', name: 'language', ...scoreFields(language) },
  ...categories.map(([key, { name }]) => {
    const { score, failed } = scores.categories[key];
    return { system, level: 'category', name, category: key, ...scoreFields(score), failed };
  }),
  ...scores.subcategories.map(({ category, name, score, failed }) => ({
    system,
    level: 'sub-category',
    name,
    category,
    ...scoreFields(score),
    failed,
  })),
  ...scores.dimensions.map(({ name, score }) => ({ system, level: 'dimension', name, ...scoreFields(score) })),
];
