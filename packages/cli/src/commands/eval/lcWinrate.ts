import { basename } from 'node:path';
import {
  DataError,
  type Difficulties,
  type GamedRow,
  type Interval,
  type LengthFitKind,
  type LengthWeights,
  lengthControlledWinRate,
  type Outputs,
  rateBetween,
  readDifficulties,
  readGamedRows,
  readLengthComparisons,
  readLengthWeights,
  readOutputs,
  type SandwichError,
  sandwichBetween,
  writeTable,
} from '@attune/preferences';
import { type Command, Option } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { formatCount } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { onError, type Options as ReadOptions } from '../data/common.ts';
import { intervalText, oneDecimal, tellOutside, withTableOut, withWeighted } from './shared.ts';

interface Options extends ReadOptions {
  readonly data: readonly string[];
  readonly system?: string;
  readonly against?: string;
  readonly baseline?: string;
  readonly difficulty?: string;
  readonly weights?: string;
  readonly gamed?: string;
  readonly fit?: LengthFitKind;
  readonly between?: readonly string[];
  readonly weighted?: boolean;
  readonly seed: number;
  readonly resamples: number;
  readonly out?: string;
}

/** `attune eval lc-winrate`: the win rate if responses were as long as their opponents. */
export const lcWinrateCommand = (): Command =>
  withWeighted(
    withTableOut(
      command(
        'lc-winrate',
        "The win rate if responses were as long as their opponents': AlpacaEval 2's regression",
        'attune eval lc-winrate --data comparisons.jsonl',
        'attune eval lc-winrate --data annotations.jsonl.gz --baseline outputs.jsonl.gz --difficulty difficulty.csv --weights weights.csv',
        'attune eval lc-winrate --difficulty difficulty.csv --weights weights.csv --between claude-2 Qwen-14B-Chat',
      ),
    ),
  )
    .option('--data <files...>', 'comparisons in any known format: a row of the table for each file', [])
    .option('--system <name>', 'whose rate: the source of its responses (default: of two, the one that stands second)')
    .option('--against <name>', 'only comparisons with this system (default: with all others)')
    .option('--baseline <file>', "the baseline's outputs, where the comparisons leave them out")
    .option('--difficulty <file>', 'CSV: instruction_difficulty by index (the row, from 0), by id or by prompt')
    .option('--weights <file>', 'CSV: weights fitted before, by model (default: fit them to the comparisons)')
    .option('--gamed <file>', 'CSV: rows of length-manipulated baselines, for the fit; difficulties too')
    .addOption(
      new Option(
        '--fit <kind>',
        "maximum likelihood, or AlpacaEval's L1 penalty (default: l1-cv with difficulties, else mle)",
      ).choices(['mle', 'l1-cv']),
    )
    .option(
      '--between <systems...>',
      'two systems, fitted against one baseline: what the first would win of the second',
    )
    .option('--seed <n>', 'of the bootstrap', wholeNumber(0), 0)
    .option('--resamples <n>', 'of the bootstrap', wholeNumber(1), 1000)
    .addOption(onError())
    .addHelpText(
      'after',
      '\nLengths are counted in Unicode code points. What is computed and where it misleads: docs/judging.md.',
    )
    .action(run(lcWinrate));

async function lcWinrate(context: CommandContext, options: Options): Promise<void> {
  checkOptions(options);
  const given = await readGiven(options);
  const rows: Row[] = [];
  for (const file of options.data) rows.push(await systemRow(context, file, options, given));
  const between = options.between && betweenSystems(options.between, rows, given);
  if (options.out !== undefined) await writeTable(options.out, rows.map(fileRow));
  const systems = rows.map(({ result }) => result);
  const texts = [...(rows.length > 0 ? [systemTable(rows)] : []), ...(between ? [betweenText(between)] : [])];
  context.result(
    { ...(systems.length === 1 ? systems[0] : { systems }), ...(between && { between }) },
    texts.join('\n\n'),
  );
}

/** @throws UsageError for options that need or exclude each other */
function checkOptions({ data, weights, gamed, fit, between, difficulty, system, out }: Options): void {
  const faults: readonly (readonly [boolean, string])[] = [
    [between !== undefined && between.length !== 2, '--between takes two systems.'],
    [data.length === 0 && !(between && weights), '--data is missing. Give comparisons, or --between with --weights.'],
    [data.length > 1 && system !== undefined, '--system is about one file of --data, not several.'],
    [weights !== undefined && fit !== undefined, '--weights and --fit exclude each other: fitted before, or now.'],
    [
      weights !== undefined && difficulty === undefined && gamed === undefined,
      '--weights needs --difficulty: they weigh the difficulty of prompts.',
    ],
  ];
  const fault = faults.find(([found]) => found);
  if (fault) throw new UsageError(fault[1]);
  if (out !== undefined) checkOutFile(out);
}

/** The files beside the comparisons. */
interface Given {
  readonly baseline?: Outputs;
  readonly difficulties?: Difficulties;
  readonly weights?: ReadonlyMap<string, LengthWeights>;
  readonly gamed: readonly GamedRow[];
}

async function readGiven({ baseline, difficulty, weights, gamed }: Options): Promise<Given> {
  const difficultyFile = difficulty ?? gamed;
  return {
    ...(baseline !== undefined && { baseline: await readOutputs(baseline) }),
    ...(difficultyFile !== undefined && { difficulties: await readDifficulties(difficultyFile) }),
    ...(weights !== undefined && { weights: await readLengthWeights(weights) }),
    gamed: gamed === undefined ? [] : await readGamedRows(gamed),
  };
}

/** A row of the table; the comparisons stay for what is asked between two of them. */
type Row = Awaited<ReturnType<typeof systemRow>>;

async function systemRow({ say }: CommandContext, file: string, options: Options, given: Given) {
  const { weights: fitted, gamed, ...beside } = given;
  const { system: asked, against: opponent, weighted = false, onError } = options;
  const read = await readLengthComparisons(file, {
    ...{ onError, weighted },
    ...(asked !== undefined && { system: asked }),
    ...(opponent !== undefined && { against: opponent }),
    lengthsOptional: fitted !== undefined,
    ...beside,
  });
  const { system, against, comparisons, meanLengths, skips, others, skipped, unit } = read;
  if (skipped.length > 0) say(new DataError(file, skipped, { unit }).message);
  tellOutside(say, file, { skips, others });
  const fit = options.fit ?? (given.difficulties ? 'l1-cv' : 'mle');
  const weightsFrom = fitted ? { weights: weightsOf(say, file, system, options, fitted) } : fit;
  const { seed, resamples } = options;
  const { raw, bootstrap, sandwich, ...rate } = lengthControlledWinRate(comparisons, {
    ...{ weightsFrom, gamed, seed, resamples },
  });
  if (rate.extremeChange) say(warning(system, raw.winRate, rate.lcWinRate));
  const result = {
    ...{ data: file, system, against, meanLengths, ...rate, fit: fitted ? 'given' : fit },
    lcInterval: bootstrap?.interval ?? sandwich?.interval,
    lcBootstrap: bootstrap,
    lcSandwich: sandwich,
    ...raw,
    ...{ skips, others, skipped },
  };
  return { comparisons, result };
}

/**
 * By the file's name, as AlpacaEval's annotations do not always name the model as its weights do, else by the system's.
 *
 * @throws UsageError where there are weights of neither
 */
function weightsOf(
  say: (line: string) => void,
  file: string,
  system: string,
  { weights: from }: Options,
  weights: ReadonlyMap<string, LengthWeights>,
): LengthWeights {
  const stem = basename(file).replace(/(\.annotations)?\.(jsonl|json|parquet)(\.gz)?$/, '');
  const byFile = weights.get(stem);
  if (byFile && stem !== system)
    say(`${file}: it compares ${system}; the weights of ${stem}, as it is called, are taken.`);
  const found = byFile ?? weights.get(system);
  if (!found) throw new UsageError(`${from} has no weights of ${system}${stem === system ? '' : `, nor of ${stem}`}.`);
  return found;
}

const warning = (system: string, raw: number, controlled: number): string =>
  `${system}: the length-controlled rate (${oneDecimal(controlled)} %) is far from the raw one (${oneDecimal(raw)} %). ` +
  'Lengths may explain it, or the regression may have failed: look at a few long and a few short responses.';

interface Between {
  readonly systems: readonly string[];
  /** What the first would win of the second. */
  readonly lcWinRate: number;
  /** Undefined where weights were given and comparisons not. */
  readonly lcSandwich?: SandwichError | undefined;
}

/** @throws UsageError for a system without weights, and for two that were judged against different ones */
function betweenSystems(systems: readonly string[], rows: readonly Row[], given: Given): Between {
  const [one, other] = systems.map((name) => rows.find(({ result }) => result.system === name));
  if (one && other) return fittedBetween(one, other, given);
  const { weights = new Map<string, LengthWeights>(), difficulties } = given;
  const [first, second] = systems.map((name) => {
    const found = weights.get(name);
    if (found) return found;
    const known = [...weights.keys(), ...rows.map(({ result }) => result.system)];
    throw new UsageError(`--between ${name}: there are weights of ${known.join(', ')}.`);
  });
  return { systems, lcWinRate: rateBetween(first!, second!, difficulties!.values) };
}

function fittedBetween(
  { result: one, comparisons }: Row,
  { result: other, ...second }: Row,
  { gamed }: Given,
): Between {
  const systems = [one.system, other.system];
  const against = [one, other].map((row) => row.against.join(', '));
  if (against[0] !== against[1]) {
    throw new UsageError(`--between ${systems.join(' ')}: they were judged against ${against.join(' and ')}, not one.`);
  }
  const difficulties = comparisons.map(({ difficulty }) => difficulty);
  const lcSandwich = [one, other].every((row) => row.lcSandwich)
    ? sandwichBetween({ ...one, comparisons }, { ...other, ...second }, gamed)
    : undefined;
  return { systems, lcWinRate: rateBetween(one.weights, other.weights, difficulties), lcSandwich };
}

const betweenText = ({ systems: [one, other], lcWinRate, lcSandwich }: Between): string => {
  const interval = lcSandwich ? ` (${percentInterval(lcSandwich.interval)})` : '';
  return `${one} against ${other}, responses of equal length: ${oneDecimal(lcWinRate)} %${interval}`;
};

const percentInterval = (interval: Interval | undefined): string =>
  interval === undefined ? '' : intervalText(interval, oneDecimal);

const systemTable = (rows: readonly Row[]): string =>
  table(
    [
      ...['system', 'against', 'length', 'of others', 'win rate', '95 % interval'],
      ...['length-controlled', '95 % bootstrap', '95 % sandwich', 'n'],
    ],
    rows.map(({ result: { meanLengths, winRate, bootstrap, lcWinRate, lcBootstrap, lcSandwich, n, ...result } }) => [
      result.system,
      result.against.join(', '),
      ...(meanLengths?.map(formatCount) ?? ['', '']),
      `${oneDecimal(winRate)} %`,
      percentInterval(bootstrap),
      `${oneDecimal(lcWinRate)} %`,
      percentInterval(lcBootstrap?.interval),
      percentInterval(lcSandwich?.interval),
      formatCount(n),
    ]),
  );

/** A row of `--out`. */
function fileRow({ result }: Row): Record<string, string | number | boolean | undefined> {
  const { system, against, meanLengths, winRate, standardError, bootstrap, weights, ...rest } = result;
  const { lcWinRate, lcBootstrap, lcSandwich, fit, extremeChange, n } = rest;
  return {
    ...{ system, against: against.join(', '), length: meanLengths?.[0], lengthOfOthers: meanLengths?.[1] },
    ...{ winRate, standardError, low: bootstrap[0], high: bootstrap[1], lcWinRate },
    ...{ lcLow: lcBootstrap?.interval[0], lcHigh: lcBootstrap?.interval[1] },
    lcSandwichError: lcSandwich?.standardError,
    ...{ lcSandwichLow: lcSandwich?.interval[0], lcSandwichHigh: lcSandwich?.interval[1] },
    ...{ lengthWeight: weights.length, difficultyWeight: weights.difficulty, systemWeight: weights.system },
    ...{ fit, extremeChange, n },
  };
}
