import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type LogDensity, LogisticLikelihood, laplaceMode, type Prior, seededRandom } from '../../src/index.ts';
import { posterior } from '../../src/stats/posterior.ts';
import { linearized, ridgeMode, taylor } from '../../src/stats/quadratic.ts';
import { samplesOf } from './synthetic.ts';

const near = (actual: number, expected: number, tolerance: number, what = '') =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} ${actual} is not ${expected}`);

/** Central differences of step 1e-5: their error is about 1e-10 times the third derivative. */
function checkGradient(density: LogDensity, at: Float64Array): void {
  const [gradient, unused] = [new Float64Array(at.length), new Float64Array(at.length)];
  density(at, gradient);
  at.forEach((value, j) => {
    const [above, below] = [1e-5, -1e-5].map((h) => density(at.with(j, value + h), unused)) as [number, number];
    near(gradient[j]!, (above - below) / 2e-5, 1e-6 * Math.max(1, Math.abs(gradient[j]!)), `slope ${j}`);
  });
}

const { features, labels } = samplesOf([0.5, -1, 0, 0.2, 0.9, -0.3], 60, seededRandom(1));
const likelihood = new LogisticLikelihood(features, labels);

test('the log-likelihood is the sum of log σ(±x·w), far out too', () => {
  const w = [0.3, -0.2, 1.5, 0, -0.7, 0.1];
  const expected = features.reduce((sum, x, i) => {
    const z = x.reduce<number>((total, value, j) => total + value * w[j]!, 0) * (labels[i] ? 1 : -1);
    return sum - Math.log1p(Math.exp(-z));
  }, 0);
  near(likelihood.logLikelihood(Float64Array.from(w)), expected, 1e-11);
  const one = new LogisticLikelihood([[1]], [true]);
  near(one.logLikelihood(Float64Array.of(-1000)), -1000, 1e-9); // log σ(−1000) is −1000 to double precision
  near(one.logLikelihood(Float64Array.of(1000)), 0, 1e-300);
  const many = new LogisticLikelihood(
    Array.from({ length: 5000 }, () => [1]),
    new Array(5000).fill(true),
  );
  near(many.logLikelihood(Float64Array.of(-30)), -5000 * (30 + Math.exp(-30)), 1e-6);
});

test('the parts add up with what no part holds', () => {
  const [w, parts] = [Float64Array.of(0.3, -0.2, 1.5, 0, -0.7, 0.1), new Float64Array(2)];
  near(likelihood.byPart(w, [20, 45], parts), likelihood.logLikelihood(w), 1e-11);
  near(parts[1]!, new LogisticLikelihood(features.slice(20, 45), labels.slice(20, 45)).logLikelihood(w), 1e-11);
});

test('gradient = central differences, of the likelihood, its quadratics and the posterior under each prior', () => {
  const random = seededRandom(2);
  const points = (n: number) => Float64Array.from({ length: n }, () => 2 * random.uniform() - 1);
  checkGradient(likelihood.density, points(6));
  checkGradient(taylor(likelihood, points(6)).density, points(6));
  checkGradient(linearized(likelihood, [points(6), points(6)]).density, points(6));
  for (const kind of ['normal', 'horseshoe'] as const) {
    const { density, dimension } = posterior(likelihood.density, 6, { kind, scale: 0.3 });
    checkGradient(density, points(dimension));
  }
});

test('the horseshoe in its coordinates has the density that its definition gives the weights', () => {
  // at z = log λ = log τ = 0 with τ ~ C⁺(0, 1): w = 1, and the log density of (z, log λ, log τ) is −½ − 2·log 2
  const flat: LogDensity = (_, gradient) => gradient.fill(0) && 0;
  const { density, weights } = posterior(flat, 1, { kind: 'horseshoe', scale: 1 });
  near(density(Float64Array.of(1, 0, 0), new Float64Array(3)), -0.5 - 2 * Math.LN2, 1e-12);
  const w = new Float64Array(1);
  weights(Float64Array.of(1.5, Math.log(2), Math.log(3)), w);
  near(w[0]!, 9, 1e-12);
});

test('exchanging A and B, which negates features and labels, changes no digit', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 6, maxLength: 6 }), (weights) => {
      const swapped = new LogisticLikelihood(
        features.map((x) => x.map((value) => -value)),
        labels.map((label) => !label),
      );
      const w = Float64Array.from(weights);
      const [g, h] = [new Float64Array(6), new Float64Array(6)];
      assert.equal(likelihood.density(w, g), swapped.density(w, h));
      assert.deepEqual(g, h);
    }),
  );
});

test("a quadratic about a point has the likelihood's slope there, and its curvature", () => {
  const at = Float64Array.of(0.2, -0.5, 0.1, 0, 0.4, 0);
  const [g, h] = [new Float64Array(6), new Float64Array(6)];
  likelihood.density(at, g);
  taylor(likelihood, at).density(at, h);
  assert.deepEqual(g, h);
  const information = likelihood.information(at);
  for (let j = 0; j < 6; j++) {
    likelihood.density(at.with(j, at[j]! + 1e-5), h);
    for (let k = 0; k < 6; k++) near((g[k]! - h[k]!) / 1e-5, information[6 * j + k]!, 1e-3);
  }
});

test('the mode under normal priors has no slope', () => {
  const { mode } = ridgeMode(likelihood, 0.5);
  const g = new Float64Array(6);
  likelihood.density(mode, g);
  for (let j = 0; j < 6; j++) near(g[j]!, mode[j]! / 0.25, 1e-4);
});

test('the mode under Laplace priors satisfies the conditions of a mode: slope ±1/b where it is not 0, less where it is', () => {
  const scale = 0.2;
  const mode = laplaceMode(likelihood, scale);
  const g = new Float64Array(6);
  likelihood.density(mode, g);
  assert.ok(mode.some((w) => w === 0) && mode.some((w) => w !== 0));
  mode.forEach((w, j) => {
    if (w === 0) assert.ok(Math.abs(g[j]!) <= 1 / scale + 1e-6);
    else near(g[j]!, Math.sign(w) / scale, 1e-4);
  });
});

test('labels that are not as many as samples, no samples, and a prior without width are refused', () => {
  assert.throws(() => new LogisticLikelihood([[1]], []), /The number of labels is 0; expected that of samples, 1\./);
  assert.throws(() => new LogisticLikelihood([], []), /The number of samples is 0/);
  const prior: Prior = { kind: 'laplace', scale: 0 };
  assert.throws(() => posterior(likelihood.density, 6, prior), /The prior's scale is 0; expected more than 0\./);
});
