import {
  type Content,
  type Count,
  countPieces,
  DataError,
  type Kind,
  nearThreshold,
  type Pair,
  type Provenance,
  type Records,
  readRecords,
  recogniseKind,
  type Text,
} from '@attune/preferences';
import { type Command, Option } from 'commander';
import { number, wholeNumber } from '../../command.ts';
import { formatCount } from '../../terminal/format.ts';

/** What every reading of data can be told. */
export interface Options {
  readonly onError: 'fail' | 'skip';
}

export const onError = (): Option =>
  new Option('--on-error <what>', 'lines that cannot be used: stop and list them, or go on without them')
    .choices(['fail', 'skip'])
    .default('fail');

/** Adds `--seed`. */
export const withSeed = (command: Command, decides: string): Command =>
  command.option('--seed <n>', decides, wholeNumber(0), 42);

/** Adds `--threshold`. */
export const withThreshold = (command: Command): Command =>
  command.option(
    '--threshold <share>',
    'prompts count as nearly the same from this Jaccard similarity of word trigrams',
    number(0.05, 1),
    nearThreshold,
  );

/** Adds `--tokenizer`. */
export const withTokenizer = (command: Command): Command =>
  command.option(
    '--tokenizer <folder>',
    'count its tokens (default: words, Chinese and Japanese characters, and signs)',
  );

/** How lengths are counted, and what in. */
export interface Counter {
  readonly count: Count;
  readonly unit: 'tokens' | 'pieces';
}

/** Counts by the tokenizer of a folder, without one by pieces. */
export async function counterOf(folder: string | undefined): Promise<Counter> {
  if (folder === undefined) return { count: countPieces, unit: 'pieces' };
  const { Tokenizer } = await import('@attune/align'); // which nothing else here needs
  const tokenizer = await Tokenizer.load(folder);
  return { count: (text) => tokenizer.encode(text, { addSpecialTokens: false }).length, unit: 'tokens' };
}

/** The records of a file, of whatever kind it holds. */
export type AnyRead = { [K in Kind]: Provenance & { readonly kind: K; readonly records: Records[K][] } }[Kind];

/** Reads a file as the kind of records it was written to hold, and says what was left out. */
export async function readAny(say: (line: string) => void, file: string, options: Options): Promise<AnyRead> {
  const kind = await recogniseKind(file);
  const read = await readRecords(kind, file, options);
  tellLeftOut(say, file, read);
  return { kind, ...read } as AnyRead;
}

/** The pairs of a file, also of one with comparisons; says what was left out. */
export async function readAllPairs(
  say: (line: string) => void,
  file: string,
  options: Options,
): Promise<Provenance & { readonly records: Pair[] }> {
  const read = await readRecords('pairs', file, options);
  tellLeftOut(say, file, read);
  return read;
}

/** The prompt of each record; of a text without one, all of it. */
export function promptsOf(read: AnyRead): Content[] {
  return read.kind === 'texts' ? read.records.map(promptOfText) : read.records.map(({ prompt }) => prompt);
}

function promptOfText(text: Text): Content {
  if ('text' in text) return text.text;
  return 'messages' in text ? text.messages : text.prompt;
}

export const nounOf = (kind: Kind): string => (kind === 'unpaired' ? 'labelled responses' : kind);

/** What did not come along, for programs. */
export const accountOf = ({ format, skipped, ties, skips, ignored }: Provenance) => ({
  format,
  skipped,
  ties,
  skips,
  ignored,
});

/** Lists the lines of a file that could not be used and were left out. */
export function tellSkipped(
  say: (line: string) => void,
  file: string,
  { skipped, unit }: Pick<Provenance, 'skipped' | 'unit'>,
): void {
  if (skipped.length > 0) say(new DataError(file, skipped, { unit }).message);
}

/** What did not come along, for people: nothing is dropped silently. */
export function tellLeftOut(say: (line: string) => void, file: string, read: Provenance): void {
  tellSkipped(say, file, read);
  if (read.ties > 0) say(`${file}: ${read.ties} ties give no record here.`);
  if (read.skips > 0) say(`${file}: ${read.skips} rows that nobody decided give no record here.`);
  const ignored = Object.entries(read.ignored).map(([field, count]) => `${field} (${count})`);
  if (ignored.length > 0) say(`${file}: fields not used: ${ignored.join(', ')}.`);
}

const LISTED = 10;

/** The first few lines of a list, and how many more there are. */
export function firstFew(lines: readonly string[]): string[] {
  const more = lines.length - LISTED;
  return more > 0 ? [...lines.slice(0, LISTED), `  and ${formatCount(more)} more; --json has them all`] : [...lines];
}

/** One decimal where there are any. */
export const shown = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1));
