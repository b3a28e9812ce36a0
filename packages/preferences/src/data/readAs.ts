/** Reads files whose rows are no preference data but have a schema: a program's own output, read back. */
import type { z } from 'zod';
import { DataError, type LineUnit, type Problem } from '../errors.ts';
import { parseRow, RowError } from './parse.ts';
import type { Row } from './row.ts';
import { openRows } from './rows.ts';

/** Rows as the schema has them; `lines` has the line of each, `rows` each as it stands in the file. */
export interface ReadAs<T> {
  readonly records: T[];
  readonly rows: Row[];
  readonly lines: number[];
  readonly unit: LineUnit;
}

/**
 * Reads every row of a file by a schema: JSONL, one JSON array, either with gzip, or Parquet.
 *
 * @param needs what each line must have, as a sentence
 * @throws DataError listing all lines that have not
 */
export async function readAs<T>(schema: z.ZodType<T>, path: string, needs: string): Promise<ReadAs<T>> {
  const { rows: all, unit } = await openRows(path);
  const read: ReadAs<T> = { records: [], rows: [], lines: [], unit };
  const problems: Problem[] = [];
  for await (const next of all) {
    if (!next.row) {
      problems.push({ line: next.line, message: next.message });
      continue;
    }
    try {
      read.records.push(parseRow(schema, next.row));
      read.rows.push(next.row);
      read.lines.push(next.line);
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      problems.push({ line: next.line, field: error.field, message: error.message });
    }
  }
  if (problems.length > 0) throw new DataError(path, problems, { needs, unit });
  if (read.records.length === 0) throw new DataError(path, `the file is empty. ${needs}`);
  return read;
}
