/** Reads Parquet files row group by row group, and writes small schemas of our own. */
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { DataError } from '../errors.ts';
import { checkedRow, type ReadRow } from './row.ts';

/** The records of a Parquet file; `line` counts them from 1. */
export async function* parquetRows(path: string): AsyncGenerator<ReadRow> {
  const { file, metadata } = await opened(path);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await readable(path, () => parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors }));
    if (rows.length !== rowEnd - rowStart)
      throw damaged(path, `${rows.length} of ${rowEnd - rowStart} rows can be read`);
    for (const [i, row] of rows.entries()) yield checkedRow(rowStart + i + 1, plain(row));
    rowStart = rowEnd;
  }
}

async function opened(path: string): Promise<{ file: AsyncBuffer; metadata: FileMetaData }> {
  return readable(path, async () => {
    const file = await asyncBufferFromFile(path);
    return { file, metadata: await parquetMetadataAsync(file) };
  });
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error), error);
  }
}

function damaged(path: string, why: string, cause?: unknown): DataError {
  return new DataError(path, `the Parquet file is cut off or damaged (${why}). Fetch or write it again.`, { cause });
}

/** Parquet's values as JSON would have them: whole numbers as numbers, no nulls in objects. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]));
}
