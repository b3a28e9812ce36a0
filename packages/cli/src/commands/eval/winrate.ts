import {
  type Interval,
  type ReadWins,
  readCategories,
  readWins,
  verdictPrompt,
  type WinRate,
  winRate,
  winRateBootstrap,
  writeTable,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { formatCount, intervalText, oneDecimal } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { tellSkipped } from '../data/common.ts';
import { type ContestOptions, checkOutputs, tellOutside, withContest, withTableOut, withWeighted } from './shared.ts';

interface Options extends ContestOptions {
  readonly categories?: string;
  readonly weighted?: boolean;
  readonly seed: number;
  readonly out?: string;
}

/** `attune eval winrate`: how often one system's responses are preferred to another's. */
export const winrateCommand = (): Command =>
  withWeighted(
    withTableOut(
      withContest(
        command(
          'winrate',
          "How often a system's responses are preferred",
          'attune eval winrate --data comparisons.jsonl',
          'attune eval winrate --data comparisons.jsonl --system ppo --against sft --categories categories.jsonl',
        ),
      ),
    ),
  )
    .option(
      '--categories <file>',
      'a category for each prompt: {"prompt", "category"}, or {"id", "category"} per line (default: AlpacaEval\'s dataset)',
    )
    .option('--seed <n>', 'of the bootstrap', wholeNumber(0), 0)
    .addHelpText('after', "\nAlpacaEval's annotations count by how sure the judge was. Ties are half wins.")
    .action(run(winrate));

async function winrate({ say, result }: CommandContext, { data, seed, ...options }: Options): Promise<void> {
  checkOutputs(options);
  const read = await readWins(data, options);
  const { system, against, skips, others, skipped } = read;
  tellSkipped(say, data, read);
  tellOutside(say, data, { skips, others });
  const places = [...read.verdicts.keys()];
  const prompts = new Set(read.verdicts.map(verdictPrompt)).size;
  if (prompts < places.length) say(clustered(data, places.length, prompts));
  const overall = rowOf(read, places, seed);
  const categories = (await categorized(say, read, places, options.categories)).map(([category, own]) => ({
    category,
    ...rowOf(read, own, seed),
  }));
  const rows = [...categories, { category: 'overall', ...overall }];
  if (options.out !== undefined)
    await writeTable(
      options.out,
      rows.map(({ interval, bootstrap, ...row }) => ({
        ...{ system, against: against.join(', '), ...row, wilsonLow: interval[0], wilsonHigh: interval[1] },
        ...{ bootstrapLow: bootstrap[0], bootstrapHigh: bootstrap[1] },
      })),
    );
  result({ data, system, against, ...overall, categories, skips, others, skipped }, winRateTable(read, rows));
}

const clustered = (file: string, comparisons: number, prompts: number): string =>
  `${file}: ${comparisons} comparisons are of ${prompts} prompts; the bootstrap draws prompts, Wilson's interval takes ` +
  'comparisons as independent.';

type Row = WinRate & { readonly bootstrap: Interval };

function rowOf({ probabilities, verdicts }: ReadWins, places: readonly number[], seed: number): Row {
  const wins = places.map((i) => ({ probability: probabilities[i]!, prompt: verdictPrompt(verdicts[i]!) }));
  return { ...winRate(wins.map(({ probability }) => probability)), bootstrap: winRateBootstrap(wins, { seed }) };
}

/** Places of the verdicts in each category, in the order the categories first appear; none where nothing has one. */
async function categorized(
  say: (line: string) => void,
  { verdicts }: ReadWins,
  places: readonly number[],
  file: string | undefined,
): Promise<[category: string, places: number[]][]> {
  const categoryOf = file === undefined ? undefined : await readCategories(file);
  const noCategory = 'no category';
  const groups = Map.groupBy(places, (i) => {
    const verdict = verdicts[i]!;
    return (categoryOf ? categoryOf(verdict) : verdict.category) ?? noCategory;
  });
  const without = groups.get(noCategory)?.length ?? 0;
  if (categoryOf && without > 0) say(`${file}: has no category for ${without} comparisons.`);
  return without === places.length && !categoryOf ? [] : [...groups];
}

const winRateTable = ({ system, against }: ReadWins, rows: readonly (Row & { readonly category: string })[]): string =>
  table(
    [
      ...['system', 'against', ...(rows.length > 1 ? ['category'] : []), 'win rate', '95 % interval'],
      ...['95 % bootstrap', 's.e.', 'wins', 'ties', 'losses', 'n'],
    ],
    rows.map((row, i) => [
      ...(i === 0 ? [system, against.join(', ')] : ['', '']),
      ...(rows.length > 1 ? [row.category] : []),
      `${oneDecimal(row.winRate)} %`,
      intervalText(row.interval, oneDecimal),
      intervalText(row.bootstrap, oneDecimal),
      row.standardError === undefined ? '' : oneDecimal(row.standardError),
      ...[row.wins, row.ties, row.losses, row.n].map(formatCount),
    ]),
  );
