import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearest } from '../src/nearest.ts';

test('edit distance is a metric, and counts a known case right', () => {
  assert.equal(editDistance('kitten', 'sitting'), 3); // Levenshtein's textbook example
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      assert.equal(editDistance(a, b), editDistance(b, a));
      assert.equal(editDistance(a, b) === 0, a === b);
      assert.ok(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c));
    }),
  );
});

test('the nearest name is the one with the fewest changes', () => {
  assert.equal(nearest('bata', ['data', 'beta', 'seed']), 'data');
  assert.equal(nearest('max_len', ['max_steps', 'max_length']), 'max_length');
});
