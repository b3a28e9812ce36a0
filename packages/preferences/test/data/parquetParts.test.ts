import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { parquetParts } from '../../src/data/parquetWrite.ts';
import { openRows, writeParquet } from '../../src/index.ts';
import { temporaryFolder } from '../files.ts';

const folder = temporaryFolder();

/** Some have fields that others lack, in the first row group and in none but the last. */
const record = (i: number) => ({
  ...{ id: `r${i}`, prompt: [{ role: 'user', content: `Q ${i} 🙂` }], margin: i / 4 },
  ...(i % 3 === 0 && { note: `n${i}` }),
  ...(i > 2400 && { late: { deep: [i, i + 1] } }),
});

async function rowsOf(path: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const { row } of (await openRows(path)).rows) rows.push(row);
  return rows;
}

async function groupSizes(path: string): Promise<number[]> {
  const { row_groups } = await parquetMetadataAsync(await asyncBufferFromFile(path));
  return row_groups.map(({ num_rows }) => Number(num_rows));
}

test('a Parquet file is written a thousand rows at a time, and read back the same', async () => {
  const records = Array.from({ length: 2500 }, (_, i) => record(i));
  const path = join(folder, 'many.parquet');
  await writeParquet(path, () => records);
  assert.deepEqual(await rowsOf(path), records);
  assert.deepEqual(await groupSizes(path), [1000, 1000, 500]);
});

test('no more records are held than make a row group, however many there are', async () => {
  let [asked, held, most] = [0, 0, 0];
  async function* records(): AsyncGenerator<object> {
    asked++;
    for (let i = 0; i < 4321; i++) {
      if (asked === 2) most = Math.max(most, ++held); // the first time they are only looked at
      yield record(i);
    }
  }
  for await (const part of parquetParts(records)) {
    assert.ok(part.length < 200_000, 'a part holds one row group');
    held = 0;
  }
  assert.deepEqual([asked, most], [2, 1000]);
});

test('of long texts fewer rows make a row group', async () => {
  const long = 'x'.repeat(6 << 20);
  const path = join(folder, 'long.parquet');
  await writeParquet(path, () => Array.from({ length: 7 }, (_, i) => ({ id: `${i}`, responses: [{ text: long }] })));
  assert.deepEqual(await groupSizes(path), [3, 3, 1]);
});
