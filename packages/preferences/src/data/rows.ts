import { DataError, type LineUnit } from '../errors.ts';
import { contentKind, unpackedBytes } from './bytes.ts';
import { type Piece, splitArray, splitLines } from './lines.ts';
import { checkedRow, type ReadRow } from './row.ts';

/** The records of a file as they stand there, in no format yet. */
export interface Rows {
  /** What `line` counts. */
  readonly unit: LineUnit;
  readonly rows: AsyncIterable<ReadRow>;
}

/**
 * The records of a JSONL file, a JSON array (both also gzipped) or a Parquet file, told apart by content, one at a time.
 * Damage to one record is a message in its place; damage to the file throws a {@link DataError}.
 */
export async function openRows(path: string): Promise<Rows> {
  const kind = await contentKind(path);
  if (kind === 'parquet') {
    const { parquetRows } = await import('./parquet.ts'); // whose packages every start would pay for
    return { unit: 'row', rows: parquetRows(path) };
  }
  return { unit: 'line', rows: kind === 'array' ? arrayRows(path) : lineRows(path) };
}

async function* lineRows(path: string): AsyncGenerator<ReadRow> {
  for await (const pieces of splitLines(unpackedBytes(path))) for (const piece of pieces) yield parsed(piece);
}

async function* arrayRows(path: string): AsyncGenerator<ReadRow> {
  const pieces = splitArray(unpackedBytes(path));
  try {
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) yield parsed(next.value);
    if (next.value === 'closed') return;
    const what =
      next.value === 'cut off' ? 'the JSON array is cut off: its closing ] is missing' : 'text follows the ]';
    throw new DataError(path, `${what}. A file holds one JSON array, or one JSON object per line.`);
  } finally {
    await pieces.return('closed'); // a reader that leaves early closes the file
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parsed({ line, bytes }: Piece): ReadRow {
  if (!bytes) return { line, message: 'longer than 256 MiB' };
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return {
      line,
      message: `not valid UTF-8${bytes[0] === 0xff || bytes[0] === 0xfe ? ' (it looks like UTF-16)' : ''}`,
    };
  }
  try {
    return checkedRow(line, JSON.parse(text));
  } catch (error) {
    return { line, message: `not valid JSON (${(error as Error).message})` };
  }
}
