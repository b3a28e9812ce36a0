import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lengthCorrelation, type ScoredPair } from '../../src/index.ts';

const pairs: readonly ScoredPair[] = [
  { chosen: 1.5, rejected: 0.25, chosenLength: 120, rejectedLength: 80 },
  { chosen: -0.5, rejected: 0.75, chosenLength: 40, rejectedLength: 95 },
  { chosen: 2, rejected: 1, chosenLength: 60, rejectedLength: 66 },
  { chosen: 0, rejected: -1.25, chosenLength: 200, rejectedLength: 10 },
  { chosen: 0.5, rejected: 0.5, chosenLength: 31, rejectedLength: 90 },
];

const few = { seed: 1, resamples: 50 };

test('lengthCorrelation is Pearson’s and Spearman’s, within pairs and over responses', () => {
  const { difference, response } = lengthCorrelation(pairs, few);
  // scipy 1.12: pearsonr and spearmanr of [d, −d] with [l, −l], and of all scores with all lengths
  const expected = [0.6982325060331924, 0.7230256722732069, 0.2409981665335657, 0.3039527718400323];
  const found = [difference.pearson, difference.spearman, response.pearson, response.spearman];
  for (const [i, value] of expected.entries()) assert.ok(Math.abs(found[i]!.value - value) < 1e-12, `${i}`);
  for (const estimate of found) {
    assert.ok(estimate!.interval[0] <= estimate!.value && estimate!.value <= estimate!.interval[1]);
  }
});

test('exchanging chosen and rejected changes nothing: it is about the model, not about the labels', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: pairs.length, maxLength: pairs.length }), (flips) => {
      const flipped = pairs.map((pair, i) =>
        flips[i]
          ? {
              chosen: pair.rejected,
              rejected: pair.chosen,
              chosenLength: pair.rejectedLength,
              rejectedLength: pair.chosenLength,
            }
          : pair,
      );
      const [as, not] = [lengthCorrelation(pairs, few), lengthCorrelation(flipped, few)];
      const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12);
      close(as.difference.pearson!.value, not.difference.pearson!.value);
      close(as.difference.spearman!.interval[0], not.difference.spearman!.interval[0]);
      close(as.response.pearson!.interval[1], not.response.pearson!.interval[1]);
    }),
    { numRuns: 20 },
  );
});

test('a score that is the length correlates 1, one that is its opposite −1, a constant one not at all', () => {
  const scored = (score: (length: number) => number) =>
    lengthCorrelation(
      pairs.map((pair) => ({ ...pair, chosen: score(pair.chosenLength), rejected: score(pair.rejectedLength) })),
      few,
    );
  const as = scored((length) => length / 10);
  assert.ok(Math.abs(as.difference.pearson!.value - 1) < 1e-12);
  assert.equal(as.response.spearman!.value, 1);
  assert.equal(scored((length) => -(length ** 3)).response.spearman!.value, -1);
  assert.deepEqual(
    scored(() => 3),
    { difference: { pearson: undefined, spearman: undefined }, response: { pearson: undefined, spearman: undefined } },
  );
});

test('a constant added to both scores of a pair moves the correlation over responses only', () => {
  const shifted = pairs.map((pair, i) => ({ ...pair, chosen: pair.chosen + 8 * i, rejected: pair.rejected + 8 * i }));
  const [as, moved] = [lengthCorrelation(pairs, few), lengthCorrelation(shifted, few)];
  assert.ok(Math.abs(moved.difference.pearson!.value - as.difference.pearson!.value) < 1e-12);
  assert.ok(Math.abs(moved.response.pearson!.value - as.response.pearson!.value) > 0.1);
});
