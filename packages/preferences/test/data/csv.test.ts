import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvText, openRows, parseCsv, writeTable } from '../../src/index.ts';
import { temporaryFolder } from '../files.ts';

const folder = temporaryFolder();

test('csvText quotes what RFC 4180 has quoted, and leaves empty what is not there', () => {
  const rows = [
    { model: 'a "b", c', rate: 50.25 },
    { model: 'two\nlines', rate: null, open: true },
  ];
  assert.equal(csvText(rows), 'model,rate,open\n"a ""b"", c",50.25,\n"two\nlines",,true\n');
});

test('parseCsv reads back any cells that csvText wrote', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(fc.array(fc.record({ first: text, second: text }), { minLength: 1 }), (rows) => {
      const [head, ...records] = parseCsv(csvText(rows));
      assert.deepEqual(head!.cells, ['first', 'second']);
      assert.deepEqual(
        records.map(({ cells }) => cells),
        rows.map(({ first, second }) => [first, second]),
      );
    }),
  );
});

test('writeTable writes the same rows as CSV and as Parquet', async () => {
  const rows = [
    { model: 'new', rate: 51.5, n: 3 },
    { model: 'old', rate: undefined, n: 4 },
  ];
  await writeTable(join(folder, 'table.csv'), rows);
  assert.equal(readFileSync(join(folder, 'table.csv'), 'utf8'), 'model,rate,n\nnew,51.5,3\nold,,4\n');
  await writeTable(join(folder, 'table.parquet'), rows);
  const read = await Array.fromAsync((await openRows(join(folder, 'table.parquet'))).rows);
  assert.deepEqual(
    read.map(({ row }) => [row?.model, row?.rate ?? undefined, row?.n]),
    rows.map(({ model, rate, n }) => [model, rate, n]),
  );
});
