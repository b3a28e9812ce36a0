import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { priceOf } from '../../src/judge/priceOptions.ts';
import { workshop } from '../train/fixture.ts';

test('a price is given on the command line or by the model’s name in a file', () => {
  const file = join(workshop(), 'prices.yaml');
  writeFileSync(file, 'small: {input: 0.15, output: 0.6}\n');
  assert.deepEqual(priceOf('small', { prices: file }), { input: 0.15, output: 0.6 });
  assert.deepEqual(priceOf('any', { priceInput: 1, priceOutput: 2 }), { input: 1, output: 2 });
  assert.equal(priceOf('any', {}), undefined);
  assert.throws(() => priceOf('any', { priceInput: 1 }), /belong together/);
});
