/** Reads data files of any known format, recognised by content. */
import { DataError, type LineUnit, type Problem } from '../errors.ts';
import { contentKind, unpackedBytes } from './bytes.ts';
import type { Format, Undecided } from './formats/format.ts';
import { type Kind, type Records, type Source, sources } from './formats/index.ts';
import { judgedPrompts } from './formats/texts.ts';
import { RowError } from './parse.ts';
import type { JudgedPrompt } from './promptQuality.ts';
import { notRecognised, openHead, recognised } from './recognise.ts';
import type { ReadRow } from './row.ts';
import type { Comparison, Pair, Prompt, Text, Unpaired } from './types.ts';

/** What to do about lines that cannot be used. */
export interface ReadOptions {
  /** `fail`: lines that cannot be used are collected into one error. `skip`: they are left out and listed. */
  readonly onError?: 'fail' | 'skip';
}

/** What every reader tells about the file beside its records. */
export interface Provenance {
  readonly format: string;
  /** What `lines` counts. */
  readonly unit: LineUnit;
  /** The line each record comes from, in the order of the records. */
  readonly lines: readonly number[];
  /** Lines that were left out, and why. */
  readonly skipped: readonly Problem[];
  /** Rows that give no record because neither response was better. */
  readonly ties: number;
  /** Rows that give no record because nobody decided. */
  readonly skips: number;
  /** How often a field stood there that this reading has no use for. */
  readonly ignored: Readonly<Record<string, number>>;
}

/** Records of a kind, and what there is to tell about the file. */
export type Read<K extends Kind> = Provenance & { readonly records: Records[K][] };

/**
 * Reads the records of a kind from any format that gives them: pairs also from comparisons, labelled responses also from
 * pairs (the chosen one is wanted, the other not), prompts from anything that has prompts, one for each record. As texts,
 * a file that is not JSON is one plain text, as it stands.
 *
 * @throws DataError for a file that cannot be used, or listing the lines at fault
 */
export async function readRecords<K extends Kind>(kind: K, path: string, options: ReadOptions = {}): Promise<Read<K>> {
  if (kind !== 'texts' || (await contentKind(path)) !== 'other') return recordsIn(path, sources[kind], options);
  const records = [{ text: await plainText(path) }] as Records[K][];
  const nothing = { skipped: [], ties: 0, skips: 0, ignored: {} };
  return { records, format: 'plain text', unit: 'line', lines: [1], ...nothing };
}

/** Preference pairs: `readRecords('pairs', …)` under a name of its own. */
export async function readPairs(path: string, options?: ReadOptions): Promise<Provenance & { readonly pairs: Pair[] }> {
  const { records: pairs, ...provenance } = await readRecords('pairs', path, options);
  return { ...provenance, pairs };
}

/** Comparisons, ours or another's. */
export async function readComparisons(
  path: string,
  options?: ReadOptions,
): Promise<Provenance & { readonly comparisons: Comparison[] }> {
  const { records: comparisons, ...provenance } = await readRecords('comparisons', path, options);
  return { ...provenance, comparisons };
}

/** Prompts. */
export async function readPrompts(
  path: string,
  options?: ReadOptions,
): Promise<Provenance & { readonly prompts: Prompt[] }> {
  const { records: prompts, ...provenance } = await readRecords('prompts', path, options);
  return { ...provenance, prompts };
}

/** Single labelled responses. */
export async function readUnpaired(
  path: string,
  options?: ReadOptions,
): Promise<Provenance & { readonly unpaired: Unpaired[] }> {
  const { records: unpaired, ...provenance } = await readRecords('unpaired', path, options);
  return { ...provenance, unpaired };
}

/** Texts, conversations, or prompts with their responses. */
export async function readTexts(path: string, options?: ReadOptions): Promise<Provenance & { readonly texts: Text[] }> {
  const { records: texts, ...provenance } = await readRecords('texts', path, options);
  return { ...provenance, texts };
}

/** Prompts that somebody has judged: {@link JudgedPrompt}s, one on each line. */
export async function readJudgedPrompts(
  path: string,
  options: ReadOptions = {},
): Promise<Provenance & { readonly judged: JudgedPrompt[] }> {
  const source = { formats: [judgedPrompts], wanted: judgedPrompts.name, needs: judgedPrompts.needs };
  const { records: judged, ...provenance } = await recordsIn(path, source, options);
  return { ...provenance, judged };
}

async function plainText(path: string): Promise<string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const parts: string[] = [];
  try {
    for await (const chunk of unpackedBytes(path)) parts.push(utf8.decode(chunk, { stream: true }));
    parts.push(utf8.decode());
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(path, 'neither JSON nor text in UTF-8.', { cause });
  }
  return parts.join('');
}

async function recordsIn<T extends object>(
  path: string,
  { formats, wanted, needs }: Source<T>,
  { onError = 'fail' }: ReadOptions,
): Promise<Provenance & { readonly records: T[] }> {
  const { unit, head, rest } = await openHead(path);
  const format = recognised(head, formats);
  if (!format) {
    await rest.return?.();
    throw notRecognised(path, head, unit, wanted, needs);
  }
  const [records, lines, skipped]: [T[], number[], Problem[]] = [[], [], []];
  const ignored: Record<string, number> = {};
  const undecided = { tie: 0, skip: 0 };
  const take = (read: ReadRow): void => {
    const result = recordsOf(read, format);
    if (!Array.isArray(result)) return void skipped.push(result);
    for (const record of result) {
      if (typeof record === 'string') undecided[record]++;
      else {
        records.push(record);
        lines.push(read.line);
      }
    }
    for (const field in read.row) if (!format.fields.has(field)) ignored[field] = (ignored[field] ?? 0) + 1;
  };
  head.forEach(take);
  for (let next = await rest.next(); !next.done; next = await rest.next()) take(next.value);
  if (skipped.length > 0 && (onError === 'fail' || records.length + undecided.tie + undecided.skip === 0)) {
    throw new DataError(path, skipped, { needs: format.needs, unit });
  }
  const { tie: ties, skip: skips } = undecided;
  return { records, lines, format: format.name, unit, skipped, ties, skips, ignored };
}

function recordsOf<T extends object>(read: ReadRow, format: Format<T>): (T | Undecided)[] | Problem {
  if (!read.row) return { line: read.line, message: read.message };
  try {
    return format.read(read.row, read.line);
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    return { line: read.line, field: error.field, message: error.message };
  }
}
