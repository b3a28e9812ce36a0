import {
  contestOf,
  DataError,
  judgedItem,
  readCategories,
  readComparisons,
  reportedHumanEvaluation,
  type SideBySideRow,
  sideBySide,
  verdictOf,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { formatCount, intervalText, oneDecimal } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { tellLeftOut } from '../data/common.ts';
import { type ContestOptions, tellOutside, withContest } from './shared.ts';

interface Options extends ContestOptions {
  readonly categories?: string;
}

/** Comparisons that the file of categories does not know. */
const noCategory = 'no category';

/** `attune eval human`: win, tie and lose of two systems side by side, per category. */
export const humanCommand = (): Command =>
  withContest(
    command(
      'human',
      'Two systems side by side: win, tie and lose per category and overall',
      'attune eval human --data votes.jsonl --system ppo --against sft --categories categories.jsonl',
    ),
  )
    .option('--categories <file>', 'a category for each prompt: {"prompt", "category"}, or {"id", "category"} per line')
    .action(run(human));

async function human({ say, result }: CommandContext, { data, categories, ...options }: Options): Promise<void> {
  const read = await readComparisons(data, options);
  tellLeftOut(say, data, read);
  const { comparisons, skipped } = read;
  const contest = contestOf(data, options, comparisons.map(verdictOf));
  const categoryOf = categories === undefined ? undefined : await readCategories(categories);
  const found = sideBySide(contest, comparisons, categoryOf && ((comparison) => categoryOf(comparison) ?? noCategory));
  const { overall, skips, others } = found;
  if (!overall) throw new DataError(data, `nobody decided between ${contest.system} and another system.`);
  tellOutside(say, data, { skips, others });
  const uncategorized = found.categories.get(noCategory)?.n ?? 0;
  if (uncategorized > 0) say(`${categories}: has no category for ${uncategorized} comparisons of ${data}.`);
  const items = new Set(comparisons.map((comparison) => judgedItem(comparison).key)).size;
  if (items < comparisons.length) {
    say(
      `${data}: ${comparisons.length} comparisons are of ${items} pairs of responses; the errors take them as independent.`,
    );
  }
  const rows = [...found.categories].map(([category, row]) => ({ category, ...row }));
  const { name, row: reported } = reportedHumanEvaluation;
  result(
    { data, ...contest, categories: rows, overall, reported: { name, ...reported }, skips, others, skipped },
    sideBySideTable([...rows.map((row) => [row.category, row] as const), ['overall', overall], [name, reported]]),
  );
}

const sideBySideTable = (rows: readonly (readonly [name: string, row: SideBySideRow])[]): string =>
  table(
    ['', 'win %', 'tie %', 'lose %', 'net', 's.e.', '95 % interval', 'n'],
    rows.map(([name, { win, tie, lose, net, standardError, interval, n }]) => [
      name,
      ...[win, tie, lose, net, standardError].map(oneDecimal),
      intervalText(interval, oneDecimal),
      formatCount(n),
    ]),
  );
