import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bootstrapEstimate, levels, mean, pearson, ranks, ranksOfLevels, spearman } from '../../src/index.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(actual! - expected) <= tolerance, `${actual} is not ${expected}`);

test('pearson and spearman of Anscombe’s first data set', () => {
  // Anscombe 1973 (The American Statistician 27:17): r = 0.816; more digits, and Spearman's, from scipy.stats
  const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
  const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
  near(pearson(x, y), 0.81642051634484);
  near(spearman(x, y), 0.8181818181818182);
});

test('ranks start at 1 and equal values share the mean of theirs', () => {
  assert.deepEqual([...ranks([30, 10, 20, 10])], [4, 1.5, 3, 1.5]);
  assert.deepEqual([...ranks([])], []);
});

test('correlations stay within −1 and 1, are symmetric, and change sign with one side', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })), {
    minLength: 1,
  });
  fc.assert(
    fc.property(points, (rows) => {
      const [x, y] = [rows.map(([a]) => a), rows.map(([, b]) => b)];
      for (const correlation of [pearson, spearman]) {
        const r = correlation(x, y);
        const flipped = correlation(
          x,
          y.map((value) => -value),
        );
        if (r === undefined) return assert.equal(flipped, undefined);
        assert.ok(r >= -1 && r <= 1);
        near(correlation(y, x), r);
        near(flipped, -r);
      }
    }),
  );
});

test('what does not vary has no correlation, and lists of different length are refused', () => {
  assert.equal(pearson([1, 1, 1], [1, 2, 3]), undefined);
  assert.equal(spearman([1, 2, 3], [0, 0, 0]), undefined);
  assert.throws(() => pearson([1, 2], [1]), { code: 'invalid_value' });
});

test('bootstrapEstimate leaves out resamples that do not define the statistic, and says how many there were', () => {
  const values = [0, 0, 0, 1];
  const varied = (sample: readonly number[]) => (new Set(sample).size > 1 ? mean(sample) : undefined);
  const { value, resamples } = bootstrapEstimate(values, varied, { seed: 1, resamples: 1000 })!;
  assert.equal(value, 0.25);
  // without the 1: (3/4)⁴ = 0.316; with nothing else: (1/4)⁴; four standard errors of 1,000 draws are 0.06
  near(resamples / 1000, 1 - 0.75 ** 4 - 0.25 ** 4, 0.06);
  assert.equal(bootstrapEstimate([1, 1], varied, { seed: 1 }), undefined);
  assert.equal(bootstrapEstimate([], varied, { seed: 1 }), undefined);
});

test('ranks of some levels are the ranks of their values', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true }), { minLength: 1 }),
      fc.infiniteStream(fc.nat()),
      (values, draws) => {
        const places = [...draws.take(values.length)].map((draw) => draw % values.length);
        const some = levels(values);
        assert.deepEqual(ranksOfLevels(places.map((i) => some[i]!)), ranks(places.map((i) => values[i]!)));
      },
    ),
  );
});
