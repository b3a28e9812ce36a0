import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { filterByVariance, scoreVariance } from '../../src/trainers/promptFilter.ts';
import { assertClose } from '../assertClose.ts';
import { noShared, readJson, shared } from '../shared.ts';

// Laws: ../shared/specs/chatglm-rlhf.md, C11.

test('scoreVariance gives ChatGLM-RLHF’s golden values: it divides by K', (t) => {
  const path = shared('chatglm-rlhf', 'golden_vectors.json');
  if (!path) return t.skip(noShared);
  for (const { rewards, variance_population } of readJson(path).prompt_filter) {
    assertClose(scoreVariance(rewards), variance_population, { rtol: 1e-15 });
  }
});

test('scoreVariance of 0, 1, 0, 1 is a quarter; of scores that are all alike it is 0 to the last bit', () => {
  assert.equal(scoreVariance([0, 1, 0, 1]), 0.25);
  fc.assert(
    fc.property(fc.double({ min: -50, max: 50, noNaN: true }), fc.integer({ min: 1, max: 9 }), (score, k) => {
      assert.equal(scoreVariance(Array(k).fill(score)), 0);
    }),
    { seed: 20261122 },
  );
});

const scores = fc.array(fc.integer({ min: -64, max: 64 }), { minLength: 2, maxLength: 8 });

test('scoreVariance does not see what is added to all scores of a prompt, and grows with the square of their unit', () => {
  fc.assert(
    fc.property(scores, fc.integer({ min: -1000, max: 1000 }), (own, constant) => {
      assert.equal(scoreVariance(own.map((score) => score + constant)), scoreVariance(own));
      assert.equal(scoreVariance(own.map((score) => 4 * score)), 16 * scoreVariance(own));
    }),
    { seed: 20261122 },
  );
});

test('filterByVariance leaves out the share that varies least, and says where it drew the line', () => {
  // Quantile 0.25 of 1…9 is 3 (by hand: place 0.25·8 = 2, counted from 0).
  const { kept, epsilon } = filterByVariance([9, 1, 5, 3, 7, 2, 8, 4, 6], 0.25);
  assert.equal(epsilon, 3);
  assert.deepEqual(kept, [true, false, true, true, true, false, true, true, true]);
});

test('prompts whose responses all score alike are left out even where that is more than the share, or the share is 0', () => {
  assert.deepEqual(filterByVariance([0, 0, 0, 2], 0.25).kept, [false, false, false, true]);
  assert.deepEqual(filterByVariance([0, 1], 0).kept, [false, true]);
  assert.deepEqual(filterByVariance([0, 0], 0.5).kept, [false, false]);
});

test('variances that are all the same, but not 0, all stay: none teaches less than another', () => {
  assert.deepEqual(filterByVariance([2, 2, 2, 2], 0.5).kept, [true, true, true, true]);
});

test('filterByVariance does not see the unit of the reward model, nor the order of the prompts', () => {
  const variances = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 12 });
  const share = fc.integer({ min: 0, max: 7 }).map((eighths) => eighths / 8);
  fc.assert(
    fc.property(variances, share, (own, of) => {
      const { kept } = filterByVariance(own, of);
      assert.deepEqual(
        filterByVariance(
          own.map((variance) => 16 * variance),
          of,
        ).kept,
        kept,
      );
      assert.deepEqual(filterByVariance(own.toReversed(), of).kept, kept.toReversed());
      const out = kept.filter((stays) => !stays).length;
      assert.ok(out <= Math.ceil(of * (own.length - 1)) + own.filter((variance) => variance === 0).length);
    }),
    { seed: 20261122 },
  );
});
