import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { type Options, onError } from '../data/common.ts';

/** What commands that read comparisons of systems are asked. */
export interface ContestOptions extends Options {
  readonly data: string;
  readonly system?: string;
  readonly against?: string;
}

/** Adds these options. */
export const withContest = (command: Command): Command =>
  command
    .requiredOption('--data <file>', 'comparisons in any known format')
    .option('--system <name>', 'whose table: the source of its responses (default: of two, the one that stands second)')
    .option('--against <name>', 'only comparisons with this system (default: with all others)')
    .addOption(onError());

/** Adds `--weighted`. */
export const withWeighted = (command: Command): Command =>
  command.option('--weighted', "count by the judge's own probability, where comparisons tell it, not by its choice");

/** Adds `--out`: the table as a file too, by `writeTable(out, rows)`. Check it with {@link checkOutputs} before the work. */
export const withTableOut = (command: Command): Command =>
  command.option('--out <file>', 'the rows of the table as a file too, by its ending: .csv, .parquet, .json or .jsonl');

const tableEndings = /\.(csv|parquet|jsonl?(\.gz)?)$/;

/**
 * Refuses a table (`--out`) or page (`--report`) that could not be written, before the work that goes there.
 *
 * @throws UsageError
 */
export function checkOutputs({ out, report }: { readonly out?: string; readonly report?: string }): void {
  if (out !== undefined) {
    checkOutFile(out);
    if (!tableEndings.test(out)) {
      throw new UsageError(`--out ${out}: the ending says what is written; expected .csv, .parquet, .json or .jsonl.`);
    }
  }
  if (report !== undefined) checkOutFile(report, '--report');
}

/** Says which comparisons a table is not made of: nothing is dropped silently. */
export function tellOutside(
  say: (line: string) => void,
  file: string,
  { skips, others }: { readonly skips: number; readonly others: number },
): void {
  if (skips > 0) say(`${file}: ${skips} comparisons that nobody decided are not in the table.`);
  if (others > 0) say(`${file}: ${others} comparisons of other systems are not in the table.`);
}
