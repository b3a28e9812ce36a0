/** Reads data files of any known format, recognised by content. */
import { DataError, type LineUnit, type Problem } from '../errors.ts';
import { openBytes } from './bytes.ts';
import { comparisonFormats } from './formats/comparisons.ts';
import { type Format, mapFormat } from './formats/format.ts';
import { type MaybePair, pairFormats } from './formats/pairs.ts';
import { promptFormats, textFormats, unpairedFormats } from './formats/texts.ts';
import { maybePair } from './pairsFromComparisons.ts';
import { RowError } from './parse.ts';
import type { ReadRow } from './row.ts';
import { openRows } from './rows.ts';
import type { Comparison, Pair, Prompt, Text, Unpaired } from './types.ts';

export interface ReadOptions {
  /** `fail`: lines that cannot be used are collected into one error. `skip`: they are left out and listed. */
  readonly onError?: 'fail' | 'skip';
}

/** What every reader tells about the file beside its records. */
export interface Provenance {
  readonly format: string;
  readonly unit: LineUnit;
  /** The line each record comes from, in the order of the records. */
  readonly lines: readonly number[];
  /** Lines that were left out, and why. */
  readonly skipped: readonly Problem[];
  /** How often a field stood there that this reading has no use for. */
  readonly ignored: Readonly<Record<string, number>>;
}

export type ReadPairs = Provenance & {
  readonly pairs: Pair[];
  /** Rows in which neither response was better, and rows nobody decided: they give no pair. */
  readonly ties: number;
  readonly skips: number;
};

const pairLikeFormats: readonly Format<MaybePair>[] = [
  ...pairFormats,
  ...comparisonFormats.map((format) => mapFormat(format, (comparison) => [maybePair(comparison)])),
];

/** Preference pairs from any pair or comparison format. Throws a {@link DataError} that lists the lines at fault. */
export async function readPairs(path: string, options: ReadOptions = {}): Promise<ReadPairs> {
  const { records, lines, ...rest } = await readRecords(path, pairLikeFormats, options, {
    wanted: 'preference pairs',
    needs: 'Each line needs prompt, chosen and rejected.',
  });
  const isPair = records.map((record) => typeof record !== 'string');
  return {
    ...rest,
    pairs: records.filter((record) => typeof record !== 'string'),
    lines: lines.filter((_, i) => isPair[i]),
    ties: records.filter((record) => record === 'tie').length,
    skips: records.filter((record) => record === 'skip').length,
  };
}

/** Comparisons, ours or another's. */
export async function readComparisons(
  path: string,
  options: ReadOptions = {},
): Promise<Provenance & { readonly comparisons: Comparison[] }> {
  const { records, ...rest } = await readRecords(path, comparisonFormats, options, {
    wanted: 'comparisons',
    needs: 'Each line needs id, prompt, responses, choice and judge.',
  });
  return { ...rest, comparisons: records };
}

const promptLikeFormats: readonly Format<Prompt>[] = [
  ...comparisonFormats.map((format) => mapFormat(format, ({ id, prompt }) => [{ id, prompt }])),
  ...pairFormats.map((format) => mapFormat(format, (pair) => (typeof pair === 'string' ? [] : [promptOf(pair)]))),
  ...promptFormats,
];

/** Prompts: a prompts file, or those of anything that has prompts, one for each record. */
export async function readPrompts(
  path: string,
  options: ReadOptions = {},
): Promise<Provenance & { readonly prompts: Prompt[] }> {
  const { records, ...rest } = await readRecords(path, promptLikeFormats, options, {
    wanted: 'prompts',
    needs: 'Each line needs prompt.',
  });
  return { ...rest, prompts: records };
}

const unpairedLikeFormats: readonly Format<Unpaired>[] = [
  ...unpairedFormats,
  ...pairLikeFormats.map((format) => mapFormat(format, (pair) => (typeof pair === 'string' ? [] : unpaired(pair)))),
];

/** Single labelled responses. A pair gives two: the chosen one is wanted, the rejected one is not. */
export async function readUnpaired(
  path: string,
  options: ReadOptions = {},
): Promise<Provenance & { readonly unpaired: Unpaired[] }> {
  const { records, ...rest } = await readRecords(path, unpairedLikeFormats, options, {
    wanted: 'labelled responses',
    needs: 'Each line needs prompt, completion and label (true or false).',
  });
  return { ...rest, unpaired: records };
}

/** Texts, conversations, or prompts with their responses. A file that is not JSON is one plain text, as it stands. */
export async function readTexts(
  path: string,
  options: ReadOptions = {},
): Promise<Provenance & { readonly texts: Text[] }> {
  const opened = await openBytes(path);
  if (opened.kind === 'other') {
    const text = await plainText(path, opened.chunks);
    return { texts: [{ text }], format: 'plain text', unit: 'line', lines: [1], skipped: [], ignored: {} };
  }
  const { records, ...rest } = await readRecords(path, textFormats, options, {
    wanted: 'texts',
    needs: 'Each line needs text, or messages, or prompt and completion.',
  });
  return { ...rest, texts: records };
}

const promptOf = ({ id, prompt }: Pair): Prompt => (id === undefined ? { prompt } : { id, prompt });

const unpaired = ({ prompt, chosen, rejected }: Pair): Unpaired[] => [
  { prompt, completion: chosen, label: true },
  { prompt, completion: rejected, label: false },
];

async function plainText(path: string, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  try {
    for await (const chunk of chunks) text += utf8.decode(chunk, { stream: true });
    return text + utf8.decode();
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(path, 'neither JSON nor text in UTF-8.', { cause });
  }
}

const LOOKED_AT = 64; // rows that decide on the format; one bad line at the top must not

interface Wanted {
  readonly wanted: string;
  readonly needs: string;
}

async function readRecords<T>(
  path: string,
  formats: readonly Format<T>[],
  { onError = 'fail' }: ReadOptions,
  { wanted, needs }: Wanted,
): Promise<Provenance & { readonly records: T[] }> {
  const { unit, rows } = await openRows(path);
  const iterator = rows[Symbol.asyncIterator]();
  const head: ReadRow[] = [];
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    if (head.push(next.value) === LOOKED_AT) break;
  }
  if (head.length === 0) throw new DataError(path, `the file is empty. ${needs}`);
  const format = recognised(head, formats);
  if (!format) {
    const fields = head.find(({ row }) => row)?.row;
    if (!fields) throw new DataError(path, noRecords(head, unit));
    throw new DataError(path, `no ${wanted} here; the fields are ${Object.keys(fields).join(', ')}. ${needs}`);
  }

  const [records, lines, skipped]: [T[], number[], Problem[]] = [[], [], []];
  const ignored: Record<string, number> = {};
  const take = (read: ReadRow): void => {
    const result = recordsOf(read, format);
    if (!Array.isArray(result)) return void skipped.push(result);
    for (const record of result) {
      records.push(record);
      lines.push(read.line);
    }
    for (const field in read.row) if (!format.fields.has(field)) ignored[field] = (ignored[field] ?? 0) + 1;
  };
  head.forEach(take);
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) take(next.value);
  if (skipped.length > 0 && (onError === 'fail' || records.length === 0)) {
    throw new DataError(path, skipped, { needs: format.needs, unit });
  }
  return { records, lines, format: format.name, unit, skipped, ignored };
}

/** The format that most of the rows look like; of several, the first. */
function recognised<T>(rows: readonly ReadRow[], formats: readonly Format<T>[]): Format<T> | undefined {
  let [best, most]: [Format<T> | undefined, number] = [undefined, 0];
  for (const format of formats) {
    const fitting = rows.filter(({ row }) => row && format.fits(row)).length;
    if (fitting > most) [best, most] = [format, fitting];
  }
  return best;
}

function recordsOf<T>(read: ReadRow, format: Format<T>): T[] | Problem {
  if (!read.row) return { line: read.line, message: read.message };
  try {
    return format.read(read.row, read.line);
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    return { line: read.line, field: error.field, message: error.message };
  }
}

function noRecords(rows: readonly ReadRow[], unit: LineUnit): string {
  const first = rows[0];
  const why = first && !first.row ? ` (${unit} ${first.line}: ${first.message})` : '';
  return `no records here${why}. A data file holds one JSON object per line, or one JSON array, or is Parquet.`;
}
