import { fewestSystems, writeTable } from '@attune/preferences';
import { type Command, Option } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { lengthPage } from '../../report/lengthPage.ts';
import { writeWhole } from '../../run/durable.ts';
import { onError } from '../data/common.ts';
import { lcRates, type Options } from './lcRates.ts';
import { betweenText, fileRow, systemTable } from './lcShow.ts';
import { checkOutputs, withTableOut, withWeighted } from './shared.ts';

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
    .option('--data <files...>', 'comparisons in any known format: a row of the table for each file')
    .option('--system <name>', 'whose rate: the source of its responses (default: of two, the one that stands second)')
    .option('--against <name>', 'only comparisons with this system (default: with all others)')
    .option('--baseline <file>', "the baseline's outputs, where the comparisons leave them out")
    .option('--difficulty <file>', 'CSV: instruction_difficulty by index (the row, from 0), by id or by prompt')
    .option('--weights <file>', 'CSV: weights fitted before, by model (default: fit them to the comparisons)')
    .option('--gamed <file>', 'CSV: rows of length-manipulated baselines, for the fit; difficulties too')
    .option(
      '--estimate-difficulty',
      `from the systems of all files of --data, at least ${fewestSystems}, judged on the same prompts`,
    )
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
    .option('--report <file>', 'also as a page: both rates, and whether the regression fits (.html)')
    .addOption(onError())
    .addHelpText(
      'after',
      '\nLengths are counted in Unicode code points. What is computed and where it misleads: docs/benchmarks.md.',
    )
    .action(run(lcWinrate));

async function lcWinrate({ say, result }: CommandContext, given: Partial<Options>): Promise<void> {
  const options = { data: [], ...given } as Options;
  checkOptions(options);
  const { systems, curves, between, ...rest } = await lcRates(say, options);
  const { out, report } = options;
  if (out !== undefined) await writeTable(out, systems.map(fileRow));
  if (report !== undefined) writeWhole(report, lengthPage(systems.map((one, i) => ({ ...one, curve: curves[i] }))));
  const texts = [...(systems.length > 0 ? [systemTable(systems)] : []), ...(between ? [betweenText(between)] : [])];
  result(
    { ...(systems.length === 1 ? systems[0] : { systems }), ...rest, ...(between && { between }) },
    texts.join('\n\n'),
  );
}

/** @throws UsageError for options that need or exclude each other */
function checkOptions(options: Options): void {
  const { data, weights, gamed, fit, between, difficulty, estimateDifficulty = false, system, report } = options;
  const faults: readonly (readonly [boolean, string])[] = [
    [between !== undefined && between.length !== 2, '--between takes two systems.'],
    [data.length === 0 && !(between && weights), '--data is missing. Give comparisons, or --between with --weights.'],
    [data.length === 0 && report !== undefined, '--report is about systems with --data.'],
    [data.length > 1 && system !== undefined, '--system is about one file of --data, not several.'],
    [weights !== undefined && fit !== undefined, '--weights and --fit exclude each other: fitted before, or now.'],
    [
      weights !== undefined && difficulty === undefined && gamed === undefined,
      '--weights needs --difficulty: they weigh the difficulty of prompts.',
    ],
    [
      estimateDifficulty && (difficulty !== undefined || gamed !== undefined),
      '--estimate-difficulty excludes --difficulty and --gamed: estimated here, or known.',
    ],
  ];
  const fault = faults.find(([found]) => found);
  if (fault) throw new UsageError(fault[1]);
  checkOutputs(options);
}
