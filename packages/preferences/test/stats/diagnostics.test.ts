import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { drawSummary, LogisticLikelihood, logisticDraws, seededRandom, shuffled } from '../../src/index.ts';
import { effectiveDraws, paretoSmoothed } from '../../src/stats/importance.ts';

/** Made by bench/golden/posteriors.py. */
interface Golden {
  readonly source: string;
  readonly diagnostics: readonly {
    readonly name: string;
    readonly chains: number;
    readonly draws: readonly number[];
    /** ArviZ has none of a single chain. */
    readonly rhat: number | null;
    readonly bulkEss: number;
    readonly tailEss: number;
  }[];
  readonly smoothing: readonly {
    readonly name: string;
    readonly logRatios: readonly number[];
    readonly weights: readonly number[];
    readonly shape: number;
  }[];
  readonly regression: {
    readonly features: readonly string[];
    readonly labels: string;
    readonly scale: number;
    readonly mean: readonly number[];
    readonly sd: readonly number[];
    readonly q05: readonly number[];
    readonly q95: readonly number[];
  };
}

const golden: Golden = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/posteriors.json'), 'utf8'));

const relative = (actual: number, expected: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${what}: ${actual} is not ${expected}`);

test("R-hat and both effective sample sizes are ArviZ's, whatever is wrong with the chains", () => {
  for (const { name, chains, draws, ...expected } of golden.diagnostics) {
    const found = drawSummary(Float64Array.from(draws), chains);
    for (const key of ['rhat', 'bulkEss', 'tailEss'] as const) {
      if (expected[key] !== null) relative(found[key], expected[key], 1e-6, `${name}, ${key}`);
    }
  }
});

test('a summary has the quantiles of its draws, whatever their order', () => {
  const draws = Array.from({ length: 400 }, (_, i) => i / 100 - 1);
  const found = drawSummary(Float64Array.from(shuffled(draws, seededRandom(1))), 2);
  const expected = { q05: -0.8005, q25: -0.0025, q50: 0.995, q75: 1.9925, q95: 2.7905 }; // linear between order statistics
  for (const [key, value] of Object.entries(expected)) assert.ok(Math.abs(found[key as 'q05'] - value) < 1e-9, key);
  assert.equal(found.probabilityPositive, 299 / 400);
});

test('draws that never move have no effective size, and draws too few or without numbers are refused', () => {
  const { rhat, bulkEss } = drawSummary(new Float64Array(40), 4);
  assert.deepEqual([rhat, bulkEss], [Number.NaN, Number.NaN]);
  assert.throws(() => drawSummary(new Float64Array(6), 2), /at least 4 for each of 2 chains/);
  assert.throws(() => drawSummary(Float64Array.of(1, 2, 3, Number.NaN), 1), /A draw is NaN; expected a number\./);
});

test("Pareto smoothed weights and their shape are ArviZ's", () => {
  for (const { name, logRatios, weights, shape } of golden.smoothing) {
    const found = paretoSmoothed(Float64Array.from(logRatios));
    relative(found.shape, shape, 1e-6, `${name}, shape`);
    weights.forEach((weight, i) => {
      relative(found.weights[i]!, weight, 1e-5, `${name}, weight ${i}`);
    });
  }
});

test('equal weights stay equal and are worth all their draws', () => {
  const { weights, shape } = paretoSmoothed(new Float64Array(100).fill(-3));
  assert.equal(shape, -Infinity);
  relative(effectiveDraws(weights), 100, 1e-12, 'draws');
  assert.throws(() => paretoSmoothed(new Float64Array(10)), /The number of draws is 10; expected at least 25\./);
});

test('29 weights from 400 samples have the posterior that NumPyro finds', () => {
  const { features, labels, scale, ...expected } = golden.regression;
  const rows = features.map((row) => Array.from(row, (sign) => '-0+'.indexOf(sign) - 1));
  const likelihood = new LogisticLikelihood(
    rows,
    Array.from(labels, (letter) => letter === 'A'),
  );
  const options = { chains: 4, warmup: 500, draws: 2000, seed: 0 };
  const { weights } = logisticDraws(likelihood, { kind: 'laplace', scale }, options);
  weights.forEach((values, j) => {
    const found = drawSummary(values, 4);
    // deviations are about 0.1, errors of the means 0.001 on either side, of the quantiles 0.004, of deviations 2 %
    assert.ok(Math.abs(found.mean - expected.mean[j]!) < 0.006, `mean ${j}: ${found.mean}, ${expected.mean[j]}`);
    relative(found.sd, expected.sd[j]!, 0.08, `deviation ${j}`);
    for (const key of ['q05', 'q95'] as const) {
      assert.ok(Math.abs(found[key] - expected[key][j]!) < 0.02, `${key} ${j}: ${found[key]}, ${expected[key][j]}`);
    }
  });
});
