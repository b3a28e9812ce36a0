import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { nestedRidge } from '../../src/stats/nestedRidge.ts';
import { RidgeRanking } from '../../src/stats/ridgeRanking.ts';

// scikit-learn's, by bench/golden/ridge_ranking.py: its own loops over folds and its own fits.
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/ridgeRanking.json'), 'utf8'));
const folds = Uint8Array.from(golden.folds);
const candidates = golden.differences.map((rows: number[][]) => ({
  values: Float32Array.from(rows.flat()),
  width: rows[0]!.length,
  folds,
}));

const close = (actual: ArrayLike<number>, expected: readonly number[], within = 1e-5) => {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(actual[i]! - value) < within, `${i}: ${actual[i]} ${value}`);
};

test('weights are those of scikit-learn, also from some of the folds, wherever they start', () => {
  const ranking = new RidgeRanking(candidates[1]);
  close(ranking.fit(0.1, [0, 1]), golden.withoutTwoFolds);
  close(ranking.fit(0.1, [0, 1], Float64Array.of(3, -3, 3, -3)), golden.withoutTwoFolds);
});

test('features and ridge are chosen, and the choice is judged, as by scikit-learn in two loops', () => {
  const { margins, choices, chosen, weights } = nestedRidge(candidates, golden.ridges);
  close(
    choices.map(({ loss }) => loss),
    golden.losses,
  );
  assert.equal(choices.indexOf(chosen), golden.chosen);
  close(margins, golden.margins);
  close(weights, golden.weights, 2e-4); // the features' unit is 0.2 to 5
});

test('nothing of a pair’s own answer is in its margin: exchanging the two exchanges the sign, and no more', () => {
  const pair = 7;
  const exchanged = candidates.map(({ values, ...rest }: (typeof candidates)[number]) => ({
    ...rest,
    values: values.map((value: number, i: number) => (Math.floor(i / rest.width) === pair ? -value : value)),
  }));
  const [before, after] = [candidates, exchanged].map((given) => nestedRidge(given, golden.ridges).margins[pair]!);
  assert.ok(Math.abs(before! + after!) < 1e-5, `${before} ${after}`);
});

test('a feature’s unit changes nothing but its weight, and one that never differs has none', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), (unit) => {
      const [{ values, width }] = candidates;
      const other = values.map((value: number, i: number) =>
        i % width === 1 ? value * unit : i % width === 2 ? 0 : value,
      );
      const same = values.map((value: number, i: number) => (i % width === 2 ? 0 : value));
      const [scaled, plain] = [other, same].map((own) => nestedRidge([{ values: own, width, folds }], [0.1]));
      close(scaled!.margins, [...plain!.margins], 1e-4);
      assert.ok(Math.abs(scaled!.weights[1]! * unit - plain!.weights[1]!) < 1e-3 * Math.abs(plain!.weights[1]!) + 1e-4);
      assert.equal(scaled!.weights[2], 0);
    }),
    { numRuns: 20 },
  );
});

test('a fold without pairs is refused', () => {
  const values = Float32Array.of(1, 2);
  assert.throws(() => new RidgeRanking({ values, width: 1, folds: Uint8Array.of(0, 2) }), /none in fold 1/);
});
