import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Accuracy,
  accuracyByGroup,
  accuracyByLengthDifference,
  lengthBaseline,
  majorityBaseline,
  pairAccuracy,
  type ScoredPair,
  wilsonInterval,
} from '../../src/index.ts';

const pair = (chosen: number, rejected: number, chosenLength = 1, rejectedLength = 1, group?: string): ScoredPair => ({
  chosen,
  rejected,
  chosenLength,
  rejectedLength,
  ...(group !== undefined && { group }),
});

const counts = (accuracy: Accuracy | undefined) =>
  accuracy && [accuracy.right, accuracy.wrong, accuracy.ties, accuracy.n];

const score = fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8); // exact sums, so that a shift makes no ties
const length = fc.integer({ min: 0, max: 600 });
const scoredPairs = fc.array(
  fc.record({ chosen: score, rejected: score, chosenLength: length, rejectedLength: length }),
  { minLength: 1 },
);

test('pairAccuracy counts pairs ranked as labelled, equal scores half', () => {
  const result = pairAccuracy([pair(2, 1), pair(0, -3), pair(1, 1), pair(-2, 5)]);
  assert.deepEqual(counts(result), [2, 1, 1, 4]);
  assert.equal(result.accuracy, 0.625);
  assert.deepEqual(result.interval, wilsonInterval(2.5, 4));
});

test('a shift per prompt and an increasing transform leave the accuracy alone (C10)', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(score, score, score), { minLength: 1 }), (rows) => {
      const plain = pairAccuracy(rows.map(([chosen, rejected]) => ({ chosen, rejected })));
      const shifted = rows.map(([chosen, rejected, by]) => ({ chosen: chosen + by, rejected: rejected + by }));
      const bent = rows.map(([chosen, rejected]) => ({ chosen: 3 * chosen ** 3 - 1, rejected: 3 * rejected ** 3 - 1 }));
      assert.deepEqual(pairAccuracy(shifted), plain);
      assert.deepEqual(pairAccuracy(bent), plain);
    }),
  );
});

test('flipping every label turns the accuracy a into 1 − a (C10)', () => {
  fc.assert(
    fc.property(scoredPairs, (pairs) => {
      const flipped = pairs.map(({ chosen, rejected }) => ({ chosen: rejected, rejected: chosen }));
      const [as, not] = [pairAccuracy(pairs), pairAccuracy(flipped)];
      assert.ok(Math.abs(as.accuracy + not.accuracy - 1) < 1e-12);
      assert.ok(Math.abs(as.interval[0] + not.interval[1] - 1) < 1e-12);
      assert.deepEqual([as.right, as.ties], [not.wrong, not.ties]);
    }),
  );
});

test('no pairs and scores that are not numbers are refused', () => {
  assert.throws(() => pairAccuracy([]), { code: 'invalid_value', message: /number of pairs is 0/ });
  assert.throws(() => pairAccuracy([pair(Number.NaN, 1)]), { code: 'invalid_value', message: /score is NaN/ });
});

test('accuracyByGroup keeps the order in which groups appear and every pair', () => {
  const groups = accuracyByGroup([pair(1, 0, 1, 1, 'maths'), pair(0, 1), pair(0, 1, 1, 1, 'maths')]);
  assert.deepEqual(
    [...groups].map(([name, accuracy]) => [name, counts(accuracy)]),
    [
      ['maths', [1, 1, 0, 2]],
      ['no group', [0, 1, 0, 1]],
    ],
  );
});

test('accuracyByLengthDifference puts an edge into the bucket that starts there, and equal lengths apart', () => {
  const pairs = [
    pair(1, 0, 5, 5), //     equal
    pair(1, 0, 14, 5), //    longer by 9
    pair(1, 0, 15, 5), //    longer by 10
    pair(0, 1, 5, 15), //    shorter by 10
    pair(1, 1, 5, 1005), //  shorter by 1000
  ];
  const { equalLength, buckets } = accuracyByLengthDifference(pairs);
  assert.deepEqual(counts(equalLength), [1, 0, 0, 1]);
  const found = buckets.map(({ from, to, betterLonger, betterShorter }) => [
    from,
    to,
    counts(betterLonger),
    counts(betterShorter),
  ]);
  assert.deepEqual(
    found.filter(([, , longer, shorter]) => longer ?? shorter),
    [
      [0, 10, [1, 0, 0, 1], undefined],
      [10, 25, [1, 0, 0, 1], [0, 1, 0, 1]],
      [400, undefined, undefined, [0, 0, 1, 1]],
    ],
  );
});

test('accuracyByLengthDifference counts every pair once, and is right or wrong throughout for a score that is the length', () => {
  fc.assert(
    fc.property(scoredPairs, (pairs) => {
      const byLength = pairs.map((p) => ({ ...p, chosen: p.chosenLength, rejected: p.rejectedLength }));
      const { equalLength, buckets } = accuracyByLengthDifference(byLength);
      const cells = buckets.flatMap(({ betterLonger, betterShorter }) => [betterLonger, betterShorter]);
      const total = [equalLength, ...cells].reduce((sum, cell) => sum + (cell?.n ?? 0), 0);
      assert.equal(total, pairs.length);
      for (const { betterLonger, betterShorter } of buckets) {
        assert.equal(betterLonger?.accuracy ?? 1, 1);
        assert.equal(betterShorter?.accuracy ?? 0, 0);
      }
    }),
  );
});

test('edges that do not rise from 0 are refused', () => {
  for (const edges of [[], [5, 10], [0, 10, 10]]) {
    assert.throws(() => accuracyByLengthDifference([pair(1, 0)], edges), { code: 'invalid_value' });
  }
});

test('majorityBaseline is half, with the interval of as many tosses', () => {
  const { accuracy, interval } = majorityBaseline(100);
  assert.equal(accuracy, 0.5);
  assert.deepEqual(interval, wilsonInterval(50, 100));
});

test('lengthBaseline takes its direction from the training pairs only', () => {
  const [longer, shorter] = [pair(0, 0, 9, 3), pair(0, 0, 3, 9)];
  const equal = pair(0, 0, 4, 4);
  const test = [longer, longer, longer, shorter, equal];
  const asLonger = lengthBaseline(test, [longer, longer, shorter]);
  const asShorter = lengthBaseline(test, [longer, shorter, shorter]);
  assert.deepEqual([asLonger.prefers, asLonger.accuracy, ...counts(asLonger)!], ['longer', 0.7, 3, 1, 1, 5]);
  assert.deepEqual([asShorter.prefers, ...counts(asShorter)!], ['shorter', 1, 3, 1, 5]);
});
