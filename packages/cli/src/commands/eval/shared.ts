import type { Interval, Share } from '@attune/preferences';
import type { Command } from 'commander';
import { formatShare } from '../../terminal/format.ts';
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

/** Adds `--out`: the table as a file too, by `writeTable(out, rows)`. Check it with `checkOutFile` before the work. */
export const withTableOut = (command: Command): Command =>
  command.option('--out <file>', 'the rows of the table as a file too, by its ending: .csv, .parquet, .json or .jsonl');

/** Says which comparisons a table is not made of: nothing is dropped silently. */
export function tellOutside(
  say: (line: string) => void,
  file: string,
  { skips, others }: { readonly skips: number; readonly others: number },
): void {
  if (skips > 0) say(`${file}: ${skips} comparisons that nobody decided are not in the table.`);
  if (others > 0) say(`${file}: ${others} comparisons of other systems are not in the table.`);
}

/** Both ends: 57.1 to 63.0. */
export const intervalText = ([low, high]: Interval, text: (value: number) => string): string =>
  `${text(low)} to ${text(high)}`;

/** With one decimal and a true minus sign. */
export const oneDecimal = (value: number): string => value.toFixed(1).replace('-', '−');

/** 92.0 % (90.0 to 93.6). */
export const shareText = ({ share, interval }: Share): string =>
  `${formatShare(share)} (${intervalText(interval, (value) => oneDecimal(100 * value))})`;
