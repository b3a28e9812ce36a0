import {
  DataError,
  detectableDifference,
  type PowerOptions,
  pairedSpread,
  perPrompt,
  pilotSpread,
  promptsNeeded,
  type ReadWins,
  readWins,
  type Spread,
  verdictPrompt,
  winSpread,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, collect, command, number, run } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { formatCount, formatNumber, formatShare } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { onError, type Options as ReadOptions } from '../data/common.ts';
import { withWeighted } from './shared.ts';

interface Options extends ReadOptions {
  readonly n?: readonly string[];
  readonly difference?: readonly string[];
  readonly ties?: number;
  readonly correlation?: number;
  readonly data?: string;
  readonly system?: string;
  readonly against?: string;
  readonly beside?: string;
  readonly weighted?: boolean;
  readonly power: number;
  readonly level: number;
}

/** `attune eval power`: how many comparisons an evaluation takes, before they are paid for. */
export const powerCommand = (): Command =>
  withWeighted(
    command(
      'power',
      'How small a difference so many prompts show, or how many prompts a difference takes',
      'attune eval power --n 805',
      'attune eval power --difference 3 --ties 0.2',
      'attune eval power --n 805 --data pilot.jsonl --system dpo --beside ppo --against sft',
    ),
  )
    .option('--n <prompts>', 'this many prompts; as often as needed (default: some usual numbers)', collect)
    .option('--difference <points>', 'this difference of win rates in percentage points; as often as needed', collect)
    .option('--ties <share>', 'how many comparisons will be ties', number(0, 0.99))
    .option(
      '--correlation <r>',
      'two systems are to be told apart by their win rates against one baseline; so alike are their outcomes on a prompt',
      number(-1, 0.99),
    )
    .option(
      '--data <file>',
      'comparisons of a pilot, which tell how outcomes vary, in place of --ties and --correlation',
    )
    .option('--system <name>', "the pilot's system (default: of two, the one that stands second)")
    .option('--against <name>', 'only comparisons with this system (default: with all others)')
    .option('--beside <name>', 'the other of two systems that were compared with the same baseline')
    .option('--power <share>', 'how often a difference that is there is to be found', number(0.5, 0.999), 0.8)
    .option('--level <share>', 'how often one that is not there may be', number(0.0001, 0.5), 0.05)
    .addOption(onError())
    .addHelpText('after', '\nThe formulas are in docs/evaluation.md.')
    .action(run(power));

/** As many prompts as people have: 805 is AlpacaEval's number, 500 Arena-Hard's, 80 MT-bench's. */
const usual = [80, 200, 500, 805, 1000, 2000, 5000, 10_000];

async function power({ result }: CommandContext, options: Options): Promise<void> {
  const { spread, design } = await spreadOf(options);
  const chance = { power: options.power, level: options.level };
  const differences = (options.difference ?? []).map((text) => positive('--difference', text) / 100);
  const ns = options.n?.map((text) => positive('--n', text)) ?? (differences.length > 0 ? [] : usual);
  const rows = [
    ...ns.map((n) => ({ n, difference: detectableDifference(n, spread, chance) })),
    ...needed(differences, spread, chance),
  ];
  const points = rows.map(({ n, difference }) => ({
    n,
    difference: difference === undefined ? null : 100 * difference,
  }));
  result(
    { design, standardDeviation: 100 * Math.sqrt(spread.variance), ...chance, rows: points },
    `${powerTable(points)}\n\n${design}. An outcome's standard deviation is ${formatNumber(100 * Math.sqrt(spread.variance), 3)} points; ${formatShare(options.power)} power, two-sided test at ${formatShare(options.level)}.`,
  );
}

const needed = (differences: readonly number[], spread: Spread, chance: PowerOptions) =>
  differences.map((difference) => {
    if (difference > spread.most) {
      throw new UsageError(
        `--difference ${100 * difference}: with these ties it is at most ${formatNumber(100 * spread.most)} points.`,
      );
    }
    return { n: promptsNeeded(difference, spread, chance), difference };
  });

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < Infinity) return value;
  throw new UsageError(`${flag} ${text}: expected a number above 0.`);
}

const powerTable = (rows: readonly { readonly n: number; readonly difference: number | null }[]): string =>
  table(
    ['prompts', 'detectable difference'],
    rows.map(({ n, difference }) => [
      formatCount(n),
      difference === null
        ? 'none: not even a system that always wins'
        : `${difference.toFixed(difference < 1 ? 2 : 1)} points`,
    ]),
  );

/** How outcomes vary: as a pilot shows, or as ties and a correlation make them. */
async function spreadOf(options: Options): Promise<{ spread: Spread; design: string }> {
  const { data, ties, correlation, system, against, beside } = options;
  if (data !== undefined) {
    if (ties !== undefined || correlation !== undefined) {
      throw new UsageError('--data tells how outcomes vary: leave out --ties and --correlation.');
    }
    return pilot(data, options);
  }
  if (system !== undefined || against !== undefined || beside !== undefined) {
    throw new UsageError('--system, --against and --beside name systems of a pilot: say which with --data.');
  }
  if (correlation !== undefined) {
    const design = 'Two systems by their win rates against one baseline, on the same prompts';
    return { spread: pairedSpread(correlation, ties), design };
  }
  return { spread: winSpread(ties), design: "A system's win rate against an even chance" };
}

async function pilot(data: string, options: Options): Promise<{ spread: Spread; design: string }> {
  const { beside, onError, against, system, weighted = false } = options;
  const contest = {
    onError,
    weighted,
    ...(against !== undefined && { against }),
    ...(system !== undefined && { system }),
  };
  const wins = await readWins(data, contest);
  const own = outcomes(wins);
  if (beside === undefined) {
    const design = `${wins.system}'s win rate, as in ${formatCount(own.size)} prompts of ${data}`;
    return { spread: spreadIn(data, [...own.values()]), design };
  }
  const other = outcomes(await readWins(data, { ...contest, system: beside }));
  const differences = [...own].flatMap(([prompt, value]) => (other.has(prompt) ? [value - other.get(prompt)!] : []));
  const design = `${wins.system} and ${beside} by their win rates on the same prompts, as in ${formatCount(differences.length)} of ${data}`;
  return { spread: spreadIn(data, differences), design };
}

const outcomes = ({ probabilities, verdicts }: ReadWins): Map<string, number> =>
  perPrompt(probabilities.map((value, i) => ({ prompt: verdictPrompt(verdicts[i]!), value })));

function spreadIn(data: string, values: readonly number[]): Spread {
  if (new Set(values).size > 1) return pilotSpread(values);
  throw new DataError(data, `its ${values.length} prompts in question do not vary: they cannot tell how outcomes do.`);
}
