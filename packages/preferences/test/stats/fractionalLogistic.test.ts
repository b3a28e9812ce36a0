import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FractionalLikelihood, type FractionalRows, maximumLikelihood } from '../../src/stats/fractionalLogistic.ts';
import { LogisticLikelihood } from '../../src/stats/logistic.ts';
import { seededRandom } from '../../src/stats/random.ts';

const drawn = (n: number, columns: number, seed = 1): FractionalRows => {
  const random = seededRandom(seed);
  return {
    columns,
    x: Float64Array.from({ length: n * columns }, () => 4 * random.uniform() - 2),
    y: Float64Array.from({ length: n }, random.uniform),
    weights: Float64Array.from({ length: n }, () => 2 * random.uniform()),
  };
};

test('labels of 0 and 1 give the likelihood, gradient and information of a logistic regression', () => {
  const rows = drawn(30, 3);
  const y = rows.y.map(Math.round);
  const fractional = new FractionalLikelihood({ ...rows, y, weights: rows.weights.fill(1) });
  const features = Array.from({ length: 30 }, (_, i) => rows.x.slice(3 * i, 3 * i + 3));
  const logistic = new LogisticLikelihood(features, y);
  const w = Float64Array.of(0.3, -1.2, 0.7);
  const [ours, theirs] = [new Float64Array(3), new Float64Array(3)];
  assert.ok(Math.abs(fractional.density(w, ours) - logistic.density(w, theirs)) < 1e-9);
  assert.ok(ours.every((slope, j) => Math.abs(slope - theirs[j]!) < 1e-9));
  const information = logistic.information(w);
  assert.ok(fractional.information(w).every((value, at) => Math.abs(value - information[at]!) < 1e-9));
});

test('a row with label y is one with label 1 and weight y beside one with label 0 and weight 1 − y', () => {
  const rows = drawn(40, 2);
  const doubled: FractionalRows = {
    columns: 2,
    x: Float64Array.of(...rows.x, ...rows.x),
    y: Float64Array.from({ length: 80 }, (_, i) => (i < 40 ? 1 : 0)),
    weights: Float64Array.from(
      { length: 80 },
      (_, i) => rows.weights[i % 40]! * Math.abs((i < 40 ? 0 : 1) - rows.y[i % 40]!),
    ),
  };
  const [one, other] = [rows, doubled].map((each) => maximumLikelihood(new FractionalLikelihood(each))!);
  assert.ok(one!.every((value, j) => Math.abs(value - other![j]!) < 1e-12));
});

test('the gradient is that of central differences', () => {
  const likelihood = new FractionalLikelihood(drawn(20, 3));
  const w = Float64Array.of(-0.5, 2, 0.1);
  const gradient = new Float64Array(3);
  likelihood.density(w, gradient);
  for (let j = 0; j < 3; j++) {
    const moved = (by: number) => likelihood.logLikelihood(w.map((value, k) => value + (k === j ? by : 0)));
    assert.ok(Math.abs(gradient[j]! - (moved(1e-5) - moved(-1e-5)) / 2e-5) < 1e-7); // differences of about 1e-16·20/1e-5
  }
});

test('a constant alone is fitted as the log-odds of the weighted mean label', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }), { minLength: 1 }), (labels) => {
      const n = labels.length;
      const rows = {
        columns: 1,
        x: new Float64Array(n).fill(1),
        y: Float64Array.from(labels),
        weights: new Float64Array(n).fill(2),
      };
      const [w] = maximumLikelihood(new FractionalLikelihood(rows))!;
      const mean = labels.reduce((sum, y) => sum + y, 0) / n;
      assert.ok(Math.abs(w! - Math.log(mean / (1 - mean))) < 1e-9);
    }),
  );
});

test('at the maximum the gradient is 0, also from labels near 0 and lopsided regressors', () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 1e-3, max: 1, noNaN: true }), (seed, scale) => {
      const rows = drawn(60, 3, seed);
      const likelihood = new FractionalLikelihood({ ...rows, y: rows.y.map((y) => scale * y) });
      const gradient = new Float64Array(3);
      likelihood.density(maximumLikelihood(likelihood)!, gradient);
      assert.ok(
        gradient.every((slope) => Math.abs(slope) < 1e-9),
        String(gradient),
      );
    }),
  );
});

test('labels that a plane separates, and columns that say the same, have no weights of maximum likelihood', () => {
  const n = 12;
  const x = Float64Array.from({ length: n }, (_, i) => i - 5.5);
  const weights = new Float64Array(n).fill(1);
  const separated = { columns: 1, x, y: x.map((value) => (value > 0 ? 1 : 0)), weights };
  assert.equal(maximumLikelihood(new FractionalLikelihood(separated)), undefined);
  const always = { columns: 1, x: new Float64Array(n).fill(1), y: new Float64Array(n).fill(1), weights };
  assert.equal(maximumLikelihood(new FractionalLikelihood(always)), undefined);
  const twice = Float64Array.from({ length: 2 * n }, (_, at) => x[Math.floor(at / 2)]!);
  const collinear = { columns: 2, x: twice, y: x.map((value) => 1 / (1 + value * value)), weights };
  assert.equal(maximumLikelihood(new FractionalLikelihood(collinear)), undefined);
});

test('a column that others add up to has no weight of its own, although rounding hides it', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 2, maxLength: 2 }),
      (seed, [a, b]) => {
        const rows = drawn(30, 3, seed);
        for (let at = 0; at < rows.x.length; at += 3) rows.x[at + 2] = a! * rows.x[at]! + b! * rows.x[at + 1]!;
        assert.equal(maximumLikelihood(new FractionalLikelihood(rows)), undefined);
      },
    ),
  );
});

test('a few rows that a plane separates among many that decide nothing have no weight either', () => {
  const [n, few] = [100_000, 4]; // what separating further would gain drowns in the rounding of the sum
  const rows = {
    columns: 1,
    x: Float64Array.from({ length: n }, (_, i) => (i < few ? 1 : 0)),
    y: Float64Array.from({ length: n }, (_, i) => (i < few ? 1 : 0.5)),
    weights: new Float64Array(n).fill(1),
  };
  assert.equal(maximumLikelihood(new FractionalLikelihood(rows)), undefined);
});

test('predictors of ±1000 keep the likelihood finite', () => {
  const rows = {
    columns: 1,
    x: Float64Array.of(1000, -1000),
    y: Float64Array.of(0.25, 1),
    weights: Float64Array.of(1, 1),
  };
  assert.equal(new FractionalLikelihood(rows).logLikelihood(Float64Array.of(1)), -750 - 1000);
});

test('labels outside 0 to 1, missing labels and infinite regressors are refused', () => {
  const rows = { columns: 1, x: Float64Array.of(1, 2), y: Float64Array.of(0, 1), weights: Float64Array.of(1, 1) };
  const refused = (change: Partial<FractionalRows>) =>
    assert.throws(() => new FractionalLikelihood({ ...rows, ...change }), { code: 'invalid_value' });
  refused({ y: Float64Array.of(0, 2) });
  refused({ y: Float64Array.of(0) });
  refused({ x: Float64Array.of(1, Infinity) });
});
