import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCategories } from '../../src/index.ts';
import { fileWriter, temporaryFolder } from '../files.ts';
import { compared } from './comparison.ts';

const write = fileWriter(temporaryFolder());

test('readCategories finds a comparison by its prompt, as text or messages, or by its id', async () => {
  const categoryOf = await readCategories(
    write('categories.jsonl', [
      { prompt: 'Sky?', category: 'science', id: 'other' },
      { prompt: [{ role: 'user', content: 'Sea?' }], category: 'poetry' },
      { id: 7, category: 'maths' },
    ]),
  );
  const found = [compared('Sky?', 'a'), compared('Sea?', 'b'), compared('7', 'a'), compared('other', 'a')].map(
    categoryOf,
  );
  assert.deepEqual(found, ['science', 'poetry', 'maths', undefined]);
});

test('two categories of one prompt are refused, the same one twice is not', async () => {
  const twice = [
    { prompt: 'Sky?', category: 'science' },
    { prompt: 'Sky? ', category: 'science' },
  ];
  await readCategories(write('same.jsonl', twice));
  const file = write('two.jsonl', [...twice, { prompt: 'Sky?', category: 'poetry' }]);
  await assert.rejects(readCategories(file), {
    code: 'invalid_value',
    message: /the prompt "Sky\?" is poetry; expected science/,
  });
});

test('lines without a category, or without anything to find it by, are listed', async () => {
  const file = write('bad.jsonl', [{ id: '1', category: 'maths' }, { id: '2' }, { category: 'maths' }]);
  await assert.rejects(readCategories(file), { code: 'bad_data', message: /2 lines cannot be used/ });
});
