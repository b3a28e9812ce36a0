import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { explainLogOdds, explainProbability } from '../../src/index.ts';
import { sigmoid } from '../../src/stats/logistic.ts';

const close = (a: number, b: number, tolerance = 1e-12) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

const sign = fc.constantFrom(-1, 0, 1);
const weight = fc.double({ min: -3, max: 3, noNaN: true });
const sample = fc.array(fc.tuple(sign, weight), { minLength: 1, maxLength: 9 });
const parts = (pairs: readonly (readonly [number, number])[]) =>
  [pairs.map(([x]) => x), pairs.map(([, w]) => w)] as const;

test('on the scale of log-odds each share is weight times feature', () => {
  const { values, base, prediction } = explainLogOdds([1, 0, -1], [0.5, 2, 0.25]);
  assert.deepEqual([values, base, prediction], [[0.5, 0, -0.25], 0, 0.25]);
});

test('shares sum to the prediction less its base, and features that are 0 have none', () => {
  fc.assert(
    fc.property(sample, (pairs) => {
      const [x, w] = parts(pairs);
      for (const { values, base, prediction } of [explainLogOdds(x, w), explainProbability(x, w)]) {
        close(sum(values), prediction - base);
        assert.ok(values.every((value, i) => x[i] !== 0 || value === 0));
      }
      close(explainProbability(x, w).prediction, sigmoid(sum(x.map((one, i) => one * w[i]!))));
    }),
  );
});

test('on the scale of probability: Shapley’s value as its definition over all orders', () => {
  fc.assert(
    fc.property(fc.array(weight, { minLength: 1, maxLength: 5 }), (w) => {
      const x = w.map(() => 1);
      const orders = permutations([...w.keys()]);
      const expected = w.map(() => 0);
      for (const order of orders) {
        let lead = 0;
        for (const i of order) {
          expected[i]! += (sigmoid(lead + w[i]!) - sigmoid(lead)) / orders.length;
          lead += w[i]!;
        }
      }
      explainProbability(x, w).values.forEach((value, i) => {
        close(value, expected[i]!);
      });
    }),
    { numRuns: 30 },
  );
});

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

test('features that do the same have the same share, and exchanging the responses negates all shares', () => {
  fc.assert(
    fc.property(sample, weight, (pairs, w0) => {
      const [x, w] = parts([...pairs, [1, w0], [1, w0]]);
      const { values } = explainProbability(x, w);
      close(values.at(-1)!, values.at(-2)!);
      const back = explainProbability(
        x.map((one) => -one),
        w,
      );
      back.values.forEach((value, i) => {
        close(value, -values[i]!);
      });
    }),
    { numRuns: 50 },
  );
});

test('a share has the sign of its term: a liked property that A has more of speaks for A', () => {
  fc.assert(
    fc.property(sample, (pairs) => {
      const [x, w] = parts(pairs);
      explainProbability(x, w).values.forEach((value, i) => {
        assert.ok(value * x[i]! * w[i]! >= 0);
      });
    }),
  );
});

test('with many features the estimate sums exactly, and agrees with the subsets within its error', () => {
  const w = Array.from({ length: 15 }, (_, i) => Math.sin(i) * 0.8);
  const x = w.map((_, i) => (i % 3 ? 1 : -1));
  const exact = explainProbability(x, w);
  assert.equal(exact.standardErrors, undefined);
  // a sixteenth feature of weight 0 changes nobody's share, but makes it an estimate
  const estimate = explainProbability([...x, 1], [...w, 0], { seed: 1, pairs: 500 });
  close(sum(estimate.values), estimate.prediction - estimate.base);
  estimate.values.slice(0, 15).forEach((value, i) => {
    assert.ok(Math.abs(value - exact.values[i]!) <= 5 * estimate.standardErrors![i]! + 1e-12);
    assert.ok(estimate.standardErrors![i]! < 0.01); // of shares up to 0.1
  });
  assert.equal(estimate.values[15], 0);
});

test('far out the shares stay numbers', () => {
  const { values, prediction } = explainProbability([1, 1, -1], [900, 800, 5]);
  assert.equal(prediction, 1);
  assert.ok(values.every(Number.isFinite));
  close(sum(values), 0.5);
});

test('weights of another number than features are refused', () => {
  assert.throws(() => explainLogOdds([1, 0], [1]), /The number of weights is 1; expected that of features, 2/);
});
