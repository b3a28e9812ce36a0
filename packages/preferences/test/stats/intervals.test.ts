import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bootstrapInterval, mean, quantile, standardDeviation, summary, wilsonInterval } from '../../src/index.ts';

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

test('wilsonInterval gives the published intervals', () => {
  // Newcombe 1998 (Statistics in Medicine 17:857), Table I, method 3, to the four digits printed there
  const published = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const;
  for (const [successes, n, low, high] of published) {
    const interval = wilsonInterval(successes, n);
    near(interval[0], low, 5e-5);
    near(interval[1], high, 5e-5);
  }
});

test('wilsonInterval holds the share, stays within 0 and 1, and mirrors when success and failure are swapped', () => {
  const counts = fc
    .integer({ min: 1, max: 1e6 })
    .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
  fc.assert(
    fc.property(counts, ([successes, n]) => {
      const [low, high] = wilsonInterval(successes, n);
      assert.ok(0 <= low && low <= successes / n + 1e-15 && successes / n <= high + 1e-15 && high <= 1);
      const [mirroredLow, mirroredHigh] = wilsonInterval(n - successes, n);
      near(low, 1 - mirroredHigh, 1e-12);
      near(high, 1 - mirroredLow, 1e-12);
    }),
  );
});

test('wilsonInterval refuses what is no share', () => {
  assert.throws(() => wilsonInterval(0, 0), { code: 'invalid_value' });
  assert.throws(() => wilsonInterval(3, 2), { code: 'invalid_value' });
  assert.throws(() => wilsonInterval(Number.NaN, 2), { code: 'invalid_value' });
});

test('bootstrapInterval of a mean is close to the normal interval, and the same for the same seed', () => {
  const data = Array.from({ length: 400 }, (_, i) => Math.sin(i) * 3 + (i % 7));
  const interval = bootstrapInterval(data, mean, { seed: 5 });
  const half = (1.96 * standardDeviation(data)) / Math.sqrt(data.length);
  // 2,000 resamples put the ends within some 3 % of the interval's width
  near(interval[0], mean(data) - half, 0.06 * half);
  near(interval[1], mean(data) + half, 0.06 * half);
  assert.deepEqual(bootstrapInterval(data, mean, { seed: 5 }), interval);
  assert.notDeepEqual(bootstrapInterval(data, mean, { seed: 6 }), interval);
});

test('bootstrapInterval of equal values is that value', () => {
  assert.deepEqual(bootstrapInterval([4, 4, 4], mean, { seed: 1 }), [4, 4]);
});

test('quantile interpolates by method 7, standardDeviation divides by n − 1', () => {
  // Python 3: statistics.quantiles(x, n=20, method='inclusive'), statistics.median, .mean, .stdev
  const x = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];
  const { mean: average, median, p95, max } = summary(x);
  assert.deepEqual([average, median, p95, max], [4, 4, 7.5, 9]);
  near(standardDeviation(x), 2.3664319132398464, 1e-15);
  const sorted = Float64Array.from(x).sort();
  assert.deepEqual(
    [0.25, 0.5, 0.75].map((p) => quantile(sorted, p)),
    [2.5, 4, 5],
  );
  assert.deepEqual([quantile(sorted, 0), quantile(sorted, 1)], [1, 9]);
});

test('standardDeviation keeps its digits far from zero', () => {
  near(standardDeviation([1e9 + 1, 1e9 + 2, 1e9 + 3]), 1, 1e-9);
});
