import { writeAtomically } from './atomic.ts';
import { type Cell, csvText } from './csv.ts';
import { writeRecords } from './write.ts';

/**
 * Writes the rows of a table as CSV (`.csv`), or as what {@link writeRecords} writes: Parquet (`.parquet`), one JSON array
 * (`.json`), JSONL. An undefined cell is empty in CSV and absent elsewhere.
 */
export async function writeTable(path: string, rows: readonly Readonly<Record<string, Cell>>[]): Promise<void> {
  if (path.endsWith('.csv')) return writeAtomically(path, [csvText(rows)]);
  return writeRecords(path, rows);
}
