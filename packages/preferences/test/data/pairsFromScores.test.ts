import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pairsFromScores, type ScoredPrompt } from '../../src/index.ts';

const scored = (id: string, ...scores: number[]): ScoredPrompt => ({
  id,
  prompt: `prompt ${id}`,
  responses: scores.map((score, i) => ({ response: `${id} ${i}`, score })),
});

test('the best and the worst response make a pair; prompts without two different scores, or too close, are counted', () => {
  const prompts = [
    scored('a', 1, 3, -2, 0),
    scored('b', 1, 1),
    scored('c', 0, 0.5),
    scored('d', 4),
    scored('e', 0, 0.51),
  ];
  const { pairs, equal, close } = pairsFromScores(prompts, { minGap: 0.5 });
  assert.deepEqual(pairs, [
    { id: 'a', prompt: 'prompt a', chosen: 'a 1', rejected: 'a 2' },
    { id: 'e', prompt: 'prompt e', chosen: 'e 1', rejected: 'e 0' },
  ]);
  assert.deepEqual([equal, close], [2, 1]);
});

test('one text with two scores, which only rounding can make, gives no pair', () => {
  const responses = [1, 1 + 1e-7].map((score) => ({ response: 'the same', score }));
  assert.deepEqual(pairsFromScores([{ prompt: 'p', responses }], { minGap: 0 }), { pairs: [], equal: 1, close: 0 });
});

// Spec C25: labels depend on the order of a prompt's scores only, so subtracting a reference reward changes no label.
test('a constant added to all scores of a prompt changes nothing, nor does the order in which prompts come', () => {
  const scores = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 5 });
  const prompts = fc.array(fc.tuple(scores, fc.integer({ min: -1000, max: 1000 })), { maxLength: 6 });
  fc.assert(
    fc.property(prompts, fc.integer({ min: 0, max: 20 }), (all, minGap) => {
      const made = all.map(([own], i) => scored(String(i), ...own));
      const shifted = all.map(([own, shift], i) => scored(String(i), ...own.map((score) => score + shift)));
      const expected = pairsFromScores(made, { minGap });
      assert.deepEqual(pairsFromScores(shifted, { minGap }), expected);
      assert.equal(expected.pairs.length + expected.equal + expected.close, all.length);
      const reversed = pairsFromScores(made.toReversed(), { minGap });
      assert.deepEqual(reversed.pairs.reverse(), expected.pairs);
    }),
    { seed: 20261122 },
  );
});
