import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeRecords } from '@attune/preferences';

const folder = mkdtempSync(join(tmpdir(), 'attune-parquet-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** The bytes of a Parquet file with these records. */
export const parquetBytesOf = async (records: readonly object[]): Promise<Uint8Array<ArrayBuffer>> => {
  const path = join(folder, 'records.parquet');
  await writeRecords(path, records);
  return new Uint8Array(readFileSync(path));
};
