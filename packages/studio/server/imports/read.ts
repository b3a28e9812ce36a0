/** Reads an uploaded file in any format that is known by its content, or by the names of its columns. */
import { readFile } from 'node:fs/promises';
import {
  type Comparison,
  type Content,
  DataError,
  openRows,
  type Pair,
  type Provenance,
  parseCsv,
  readRecords,
  recogniseKind,
} from '@attune/preferences';
import type { BadRow, ColumnMapping } from '../../shared/items.ts';
import { goldOf, isOwnForm, OWN_FORM, readMapped, readOwnForm, usedColumns, wrong } from './columns.ts';
import { type ImportRow, type KeyedRow, keyed, MOST_TOLD, type ReadFile, unkeepable } from './row.ts';

type Row = Readonly<Record<string, unknown>>;
type AnyRow = { readonly line: number; readonly row?: Row | undefined; readonly message?: string };

const LOOKED_AT = 64; // rows, for the names of columns

/** A file as its reader has it: with all its rows at once. */
export type WholeFile = Omit<ReadFile, 'parts'> & { readonly rows: readonly KeyedRow[] };

/**
 * Reads a file. Rows that cannot be used are told apart, never left out silently.
 *
 * @param mapping what its columns are; without it the format is recognised by content
 * @throws DataError for a file that is no table or list of records at all
 */
export async function readImport(path: string, mapping?: ColumnMapping): Promise<WholeFile> {
  const head = await headOf(path);
  const columns = [...new Set(head.rows.flatMap(({ row = {} }) => Object.keys(row)))];
  const own = head.rows.filter(({ row }) => row && isOwnForm(row)).length > head.rows.length / 2;
  const {
    rows: found,
    bad: unread,
    ...read
  } = await (mapping || own ? byColumns(path, mapping) : byContent(path, head.isTable));
  const unusable = found.map(unkeepable);
  const rows = found.filter((_, i) => !unusable[i]).map(keyed);
  const bad = [...unread, ...unusable.filter((row) => row !== undefined)].sort((a, b) => a.line - b.line);
  return {
    ...{ ...read, columns, unit: head.unit, records: rows.length, rows },
    ...{ bad: bad.length, badRows: bad.slice(0, MOST_TOLD) },
  };
}

type Found = Pick<ReadFile, 'format' | 'undecided' | 'ignored'> & {
  readonly rows: readonly ImportRow[];
  readonly bad: readonly BadRow[];
};

async function headOf(path: string) {
  const { unit, rows, isTable } = await anyRows(path);
  const first: AnyRow[] = [];
  for await (const row of rows) if (first.push(row) === LOOKED_AT) break;
  return { unit, rows: first, isTable };
}

/** The rows of any file with records, tables as CSV among them. */
async function anyRows(path: string): Promise<{ unit: 'line' | 'row'; rows: AsyncIterable<AnyRow>; isTable: boolean }> {
  const kind = await recogniseKind(path).catch((error: unknown) => {
    if (error instanceof DataError) return undefined;
    throw error;
  });
  const opened = await openRows(path);
  if (kind !== 'texts' || opened.unit === 'row') return { ...opened, isTable: false };
  for await (const first of opened.rows) if (first.row) return { ...opened, isTable: false };
  return { unit: 'line', rows: tableRows(path), isTable: true };
}

/** The rows of a CSV file, whose first line has the names of its columns. */
async function* tableRows(path: string): AsyncGenerator<AnyRow> {
  const text = new TextDecoder('utf-8').decode(await readFile(path));
  const [names, ...records] = parseCsv(text);
  if (!names) return;
  for (const { line, cells } of records) {
    if (cells.length === names.cells.length) {
      yield { line, row: Object.fromEntries(names.cells.map((name, i) => [name, cells[i]])) };
    } else {
      yield { line, message: `${cells.length} cells; expected ${names.cells.length}, as the first line has` };
    }
  }
}

async function byColumns(path: string, mapping: ColumnMapping | undefined): Promise<Found> {
  const used = usedColumns(mapping);
  const rows: ImportRow[] = [];
  const bad: BadRow[] = [];
  const ignored: Record<string, number> = {};
  for await (const { line, row, message } of (await anyRows(path)).rows) {
    if (!row) {
      bad.push({ line, message: message! });
      continue;
    }
    const read = mapping ? readMapped(row, line, mapping) : readOwnForm(row, line);
    if ('prompt' in read) rows.push(read);
    else bad.push(read);
    for (const field in row) if (!used.has(field)) ignored[field] = (ignored[field] ?? 0) + 1;
  }
  return { format: mapping ? 'columns as mapped' : OWN_FORM, rows, bad, ignored, undecided: 0 };
}

const unknown: Found = { format: null, rows: [], bad: [], ignored: {}, undecided: 0 };

async function byContent(path: string, isTable: boolean): Promise<Found> {
  if (isTable) return unknown;
  try {
    const kind = await recogniseKind(path);
    if (kind === 'comparisons') return withGold(path, await recordsOf(path, kind, fromComparison));
    if (kind === 'pairs') return withGold(path, await recordsOf(path, kind, fromPair));
    if (kind === 'prompts') return recordsOf(path, kind, ({ id, prompt }) => ({ id, prompt: messagesOf(prompt) }));
    return unknown;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    if (error.problems.length === 0) return unknown;
    return { ...unknown, format: 'recognised, but without a usable row', bad: error.problems };
  }
}

type Kind = 'comparisons' | 'pairs' | 'prompts';
type RecordOf<K extends Kind> = Awaited<ReturnType<typeof readRecords<K>>>['records'][number];

async function recordsOf<K extends Kind>(
  path: string,
  kind: K,
  rowOf: (record: RecordOf<K>) => Omit<ImportRow, 'line'> | Omit<BadRow, 'line'>,
): Promise<Found> {
  const { records, lines, format, skipped, ties, skips, ignored }: Provenance & { records: RecordOf<K>[] } =
    await readRecords(kind, path, { onError: 'skip' });
  const rows: ImportRow[] = [];
  const bad: BadRow[] = [...skipped];
  for (const [i, record] of records.entries()) {
    const row = { line: lines[i]!, ...rowOf(record) };
    if ('prompt' in row) rows.push(row);
    else bad.push(row as BadRow);
  }
  return { format, rows, bad, ignored, undecided: ties + skips };
}

function fromComparison({ prompt, responses, ...said }: Comparison): Omit<ImportRow, 'line'> {
  return { id: said.id, prompt, responses, said };
}

/** The chosen response is `a`; which is shown first is drawn anew for each annotator. */
function fromPair({ id, prompt, chosen, rejected }: Pair): Omit<ImportRow, 'line'> | Omit<BadRow, 'line'> {
  const [a, b] = [answerOf(chosen), answerOf(rejected)];
  if (a === undefined || b === undefined) {
    const field = a === undefined ? 'chosen' : 'rejected';
    return { field, message: `"${field}" is a conversation; expected one answer of the assistant` };
  }
  const said = { id: id ?? '', choice: 'a' as const, judge: 'pairs' };
  return { id, prompt: messagesOf(prompt), responses: [{ text: a }, { text: b }], said };
}

const messagesOf = (content: Content) => (typeof content === 'string' ? [{ role: 'user' as const, content }] : content);

function answerOf(content: Content): string | undefined {
  if (typeof content === 'string') return content;
  return content.length === 1 && content[0]!.role === 'assistant' ? content[0]!.content : undefined;
}

/** The field `gold`, which no format of comparisons has, by the lines it stands in. */
async function withGold(path: string, found: Found): Promise<Found> {
  if (!found.ignored.gold) return found;
  const { gold: _, ...ignored } = found.ignored;
  const byLine = new Map<number, Row>();
  for await (const { line, row } of (await openRows(path)).rows) if (row && 'gold' in row) byLine.set(line, row);
  const rows: ImportRow[] = [];
  const bad = [...found.bad];
  for (const row of found.rows) {
    const source = byLine.get(row.line);
    const gold = goldOf(source?.gold);
    if (gold === null) bad.push(wrong(row.line, 'gold', source!, 'a, b or tie'));
    else rows.push({ ...row, gold });
  }
  return { ...found, rows, bad, ignored };
}
