import {
  type Anchor,
  type Battle,
  type Controls,
  DataError,
  type Leaderboard,
  leaderboard,
  readBattles,
  styleControls,
  styleCounts,
  writeTable,
} from '@attune/preferences';
import { type Command, Option } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { leaderboardPage } from '../../report/leaderboardPage.ts';
import { writeWhole } from '../../run/durable.ts';
import { progress } from '../../terminal/progress.ts';
import { standardError } from '../../terminal/screen.ts';
import { counterOf, onError, type Options as ReadOptions, tellSkipped } from '../data/common.ts';
import { boardRows, boardText } from './leaderboardText.ts';
import { checkOutputs, withTableOut, withWeighted } from './shared.ts';

interface Options extends ReadOptions {
  readonly data: readonly string[];
  readonly weighted?: boolean;
  readonly method?: Leaderboard['method'];
  readonly styleControl?: boolean;
  readonly tokenizer?: string;
  readonly anchor?: string;
  readonly seed: number;
  readonly resamples: number;
  readonly out?: string;
  readonly report?: string;
}

/** `attune eval leaderboard`: many systems by rating, from comparisons of two at a time. */
export const leaderboardCommand = (): Command =>
  withWeighted(
    withTableOut(
      command(
        'leaderboard',
        'Many systems by rating, from comparisons of two at a time: Bradley-Terry, and Davidson where there are ties',
        'attune eval leaderboard --data comparisons.jsonl --report leaderboard.html',
        'attune eval leaderboard --data runs/*/comparisons.jsonl --style-control --anchor sft=1000 --out leaderboard.csv',
      ),
    ),
  )
    .requiredOption(
      '--data <files...>',
      "comparisons in any known format; a system's name is the source of its responses",
    )
    .addOption(
      new Option(
        '--method <name>',
        'how ties count: by a parameter, or as half wins (default: davidson where there are ties)',
      ).choices(['davidson', 'bradley-terry']),
    )
    .option('--style-control', 'also the ratings if both responses had the same length and Markdown')
    .option(
      '--tokenizer <folder>',
      'the length is in its tokens (default: words, Chinese and Japanese characters, signs)',
    )
    .option('--anchor <system[=points]>', 'what ratings are measured from (default: the mean system, 1000)')
    .option('--seed <n>', 'of the bootstrap', wholeNumber(0), 0)
    .option('--resamples <n>', 'of the bootstrap', wholeNumber(1), 1000)
    .option('--report <file>', 'also as a page: intervals, and the probability that each is better than each (.html)')
    .addOption(onError())
    .addHelpText('after', '\nWhat is computed and where it misleads: docs/benchmarks.md.')
    .action(run(rank));

async function rank({ say, result }: CommandContext, options: Options): Promise<void> {
  const { out, report, method, seed, resamples } = options;
  checkOutputs(options);
  const read = await readAll(say, options);
  const anchor = options.anchor === undefined ? undefined : anchorOf(options.anchor, read.battles);
  const controls = options.styleControl ? await controlsOf(read, options.tokenizer) : undefined;
  const shown = drawing(read.battles.length, resamples * (controls ? 2 : 1));
  const board = leaderboard(read.battles, {
    ...{ seed, resamples },
    ...(method && { method }),
    ...(anchor && { anchor }),
    ...(controls && { controls }),
    ...(shown && { onDraw: shown.next }),
  });
  shown?.end();
  tellDoubts(say, board);
  if (out !== undefined) await writeTable(out, boardRows(board));
  if (report !== undefined) writeWhole(report, leaderboardPage(board, { anchor, files: options.data }));
  const { plain, controlled, ...rest } = board;
  result({ data: options.data, ...rest, ...plain, controlled, ...read.left }, boardText(board));
}

/** Shows how far the bootstrap is, where it takes a while. */
function drawing(battles: number, total: number): { next(): void; end(): void } | undefined {
  if (battles * total < 1e7) return undefined;
  const shown = progress(standardError(), { label: 'bootstrap', total, unit: 'draws' });
  let done = 0;
  return { next: () => shown.update(++done), end: () => shown.end() };
}

/** The battles of all files. */
interface AllBattles {
  readonly battles: readonly Battle[];
  readonly texts: readonly (readonly [string, string] | undefined)[];
  readonly left: { readonly skips: number; readonly unnamed: number; readonly alone: number };
}

async function readAll(say: (line: string) => void, { data, onError, weighted = false }: Options): Promise<AllBattles> {
  const battles: Battle[] = [];
  const texts: (readonly [string, string] | undefined)[] = [];
  const left = { skips: 0, unnamed: 0, alone: 0 };
  for (const file of data) {
    const read = await readBattles(file, { onError, weighted });
    tellSkipped(say, file, read);
    const told = [
      [read.skips, 'that nobody decided'],
      [read.unnamed, 'whose responses do not name their system'],
      [read.alone, 'of a system with itself'],
    ] as const;
    for (const [n, which] of told) if (n > 0) say(`${file}: ${n} comparisons ${which} are not in the table.`);
    for (const name of ['skips', 'unnamed', 'alone'] as const) left[name] += read[name];
    for (const battle of read.battles) battles.push(battle);
    for (const own of read.texts) texts.push(own);
  }
  if (battles.length === 0) {
    throw new DataError(
      data.join(', '),
      'no comparison of two named systems was decided. A name is the source of a response.',
    );
  }
  return { battles, texts, left };
}

/** `name`, at 1000 points, or `name=points`. */
function anchorOf(given: string, battles: readonly Battle[]): Anchor {
  const models = new Set(battles.flatMap(({ a, b }) => [a, b]));
  if (models.has(given)) return { model: given, rating: 1000 };
  const at = given.lastIndexOf('=');
  const [model, points] = [given.slice(0, at), given.slice(at + 1)];
  if (at > 0 && models.has(model) && points.trim() !== '' && Number.isFinite(Number(points))) {
    return { model, rating: Number(points) };
  }
  throw new UsageError(`--anchor ${given}: expected one of ${[...models].join(', ')}, with =points or without.`);
}

async function controlsOf({ texts, battles }: AllBattles, tokenizer: string | undefined): Promise<Controls> {
  const known = texts.filter((own) => own !== undefined);
  if (known.length < texts.length) {
    throw new UsageError(
      `--style-control needs the texts of both responses; ${texts.length - known.length} of ${battles.length} comparisons leave one out.`,
    );
  }
  const { count } = await counterOf(tokenizer);
  return styleControls(known, styleCounts(count));
}

function tellDoubts(say: (line: string) => void, { components, caution, plain, prompts }: Leaderboard): void {
  if (components.length > 1) {
    say(
      `The comparisons fall into ${components.length} parts that nothing joins; ratings of different parts cannot be compared:`,
    );
    for (const own of components) say(`  ${own.join(', ')}`);
  }
  if (caution === 'undecided') {
    say('Some systems won, or lost, everything against the others: how far apart these are is the weak prior’s guess.');
  }
  if (caution === 'few prompts') say(`The comparisons are of ${prompts} prompts only: the intervals are rough.`);
  const few = plain.models.filter(({ hasFewBattles }) => hasFewBattles);
  if (few.length > 0) {
    say(`Fewer than 30 comparisons: ${few.map(({ model, battles }) => `${model} (${battles})`).join(', ')}.`);
  }
}
