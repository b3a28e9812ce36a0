import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { costOf, formatCost, readPrice } from '../../../src/judges/runner/prices.ts';

test('a price stands in a file by the name of its model', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'prices.yaml');
  writeFileSync(file, 'large: {input: 2.5, output: 10}\nsmall: {input: 0.15, output: 0.6}\n');
  assert.deepEqual(readPrice('small', file), { input: 0.15, output: 0.6 });
  assert.throws(() => readPrice('medium', file), /prices\.yaml: no price for medium\. It has: large, small\./);
  writeFileSync(file, 'large: {input: 2.5}\n');
  assert.throws(() => readPrice('large', file), /line 1: "large\.output" is missing/);
});

test('cost is tokens times price per million', () => {
  assert.equal(costOf({ input: 1_000_000, output: 500_000 }, { input: 2.5, output: 10 }), 7.5);
  assert.deepEqual([0, 0.00123, 0.5, 1234.5].map(formatCost), ['0.00', '0.0012', '0.50', '1,234.50']);
});
