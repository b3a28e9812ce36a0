import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { calibration, type PairScores, seededRandom, wilsonInterval } from '../../src/index.ts';

/** A pair about which the model is sure with probability `p`; negative where it is wrong. */
const sure = (p: number, right = true): PairScores => {
  const logit = Math.log(p / (1 - p));
  return right ? { chosen: logit, rejected: 0 } : { chosen: 0, rejected: logit };
};

test('calibration sets what was said beside what came', () => {
  const { bins, expectedError } = calibration([sure(0.72), sure(0.72), sure(0.72, false), sure(0.96)]);
  assert.deepEqual(
    bins.map(({ n }) => n),
    [0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
  );
  const { from, below, predicted, observed, interval } = bins[4]!;
  assert.ok(Math.abs(from - 0.7) < 1e-12 && Math.abs(below - 0.75) < 1e-12);
  assert.ok(Math.abs(predicted! - 0.72) < 1e-12);
  assert.equal(observed, 2 / 3);
  assert.deepEqual(interval, wilsonInterval(2, 3));
  assert.deepEqual(bins[0]!.observed, undefined);
  // by hand: 3/4 · (0.72 − 2/3) + 1/4 · (1 − 0.96)
  assert.ok(Math.abs(expectedError - 0.05) < 1e-12);
});

test('pairs drawn as the model says have a small error, pairs drawn at random the error of its confidence', () => {
  const random = seededRandom(3);
  const said = Array.from({ length: 20_000 }, () => 0.5 + random.uniform() / 2);
  assert.ok(calibration(said.map((p) => sure(p, random.uniform() < p))).expectedError < 0.02);
  const { expectedError } = calibration(said.map((p) => sure(p, random.uniform() < 0.5)));
  assert.ok(Math.abs(expectedError - 0.25) < 0.02); // the mean of said is 0.75, of what comes 0.5
});

test('every pair is in one bin, however far its scores are apart', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true })), { minLength: 1 }),
      (rows) => {
        const pairs = rows
          .map(([chosen, rejected]) => ({ chosen, rejected }))
          .filter(({ chosen, rejected }) => !Number.isNaN(chosen - rejected));
        fc.pre(pairs.length > 0);
        const { bins, expectedError } = calibration(pairs);
        assert.equal(
          bins.reduce((sum, { n }) => sum + n, 0),
          pairs.length,
        );
        assert.ok(expectedError >= 0 && expectedError <= 1);
      },
    ),
  );
});

test('a tie is said with ½ and comes half right', () => {
  const { bins, expectedError } = calibration([{ chosen: 1, rejected: 1 }]);
  assert.deepEqual([bins[0]!.predicted, bins[0]!.observed, expectedError], [0.5, 0.5, 0]);
});

test('no pairs and scores that are not numbers are refused', () => {
  assert.throws(() => calibration([]), { code: 'invalid_value' });
  assert.throws(() => calibration([{ chosen: Number.NaN, rejected: 0 }]), { code: 'invalid_value' });
});
