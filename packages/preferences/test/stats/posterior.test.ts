import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DrawOptions,
  drawSummary,
  gibbsDraws,
  LogisticLikelihood,
  laplaceMode,
  logisticDraws,
  type Prior,
  seededRandom,
} from '../../src/index.ts';
import { laplace } from '../../src/stats/variates.ts';
import { samplesOf } from './synthetic.ts';

const defaults: DrawOptions = { chains: 4, warmup: 300, draws: 1000, seed: 1 };
const laplacePrior = (scale: number): Prior => ({ kind: 'laplace', scale });

/** Means and 95 % quantiles of both within four standard errors of each other; the seeds are fixed. */
function agree(a: readonly Float64Array[], chainsOfA: number, b: readonly Float64Array[], chainsOfB: number): void {
  a.forEach((values, j) => {
    const [one, other] = [drawSummary(values, chainsOfA), drawSummary(b[j]!, chainsOfB)];
    const error = (ess: 'bulkEss' | 'tailEss') =>
      Math.hypot(one.sd / Math.sqrt(one[ess]), other.sd / Math.sqrt(other[ess]));
    assert.ok(Math.abs(one.mean - other.mean) < 4 * error('bulkEss'), `weight ${j}: ${one.mean} and ${other.mean}`);
    assert.ok(Math.abs(one.sd / other.sd - 1) < 0.1, `weight ${j}: deviations ${one.sd} and ${other.sd}`);
    // a quantile's error is √(0.05·0.95)/density: 2.1 deviations of a normal, 3.1 of a Laplace distribution
    assert.ok(Math.abs(one.q95 - other.q95) < 4 * 3.1 * error('tailEss'), `weight ${j}: ${one.q95} and ${other.q95}`);
  });
}

test('two weights have the moments and quantiles that summing over a grid gives', () => {
  const { features, labels } = samplesOf([0.8, -0.3], 40, seededRandom(3));
  const likelihood = new LogisticLikelihood(features, labels);
  const scale = 0.3;
  const axis = Array.from({ length: 301 }, (_, i) => -3 + i / 50);
  const logs = axis.map((x) =>
    axis.map((y) => likelihood.logLikelihood(Float64Array.of(x, y)) - (Math.abs(x) + Math.abs(y)) / scale),
  );
  const most = logs.flat().reduce((a, b) => Math.max(a, b));
  const mass = logs.map((row) => row.map((log) => Math.exp(log - most)));
  const marginals = [
    mass.map((row) => row.reduce((a, b) => a + b)),
    axis.map((_, j) => mass.reduce((a, row) => a + row[j]!, 0)),
  ];
  const draws = logisticDraws(likelihood, laplacePrior(scale), { ...defaults, draws: 5000 });
  marginals.forEach((weights, j) => {
    const total = weights.reduce((a, b) => a + b);
    const moment = (k: number) => axis.reduce((sum, x, i) => sum + x ** k * weights[i]!, 0) / total;
    const sd = Math.sqrt(moment(2) - moment(1) ** 2);
    const found = drawSummary(draws.weights[j]!, 4);
    // the grid of 0.02 beside deviations of 0.2 is off by less than 1e-3 of them; 20,000 draws by about 1e-2
    assert.ok(Math.abs(found.mean - moment(1)) < 0.04 * sd, `mean ${found.mean}, on the grid ${moment(1)}`);
    assert.ok(Math.abs(found.sd / sd - 1) < 0.04, `deviation ${found.sd}, on the grid ${sd}`);
    const positive = axis.reduce((sum, x, i) => sum + (x > 0 ? 1 : x === 0 ? 0.5 : 0) * weights[i]!, 0) / total;
    assert.ok(
      Math.abs(found.probabilityPositive - positive) < 0.015,
      `${found.probabilityPositive}, on the grid ${positive}`,
    );
  });
});

const { features, labels } = samplesOf([0.4, -0.2, 0, 0.1, 0.6, -0.5, 0, 0.05], 150, seededRandom(5));
const likelihood = new LogisticLikelihood(features, labels);

test('sweeps, NUTS and Pólya-Gamma Gibbs sampling, which share nothing, agree', () => {
  const gibbs = gibbsDraws(features, labels, { scale: 0.1, warmup: 200, draws: 3000, seed: 2 });
  for (const exact of [false, true]) {
    agree(logisticDraws(likelihood, laplacePrior(0.1), { ...defaults, exact }).weights, 4, gibbs, 1);
  }
});

test('what moves by the surrogate and what follows the likelihood give one posterior, under every prior', () => {
  for (const prior of [laplacePrior(0.1), { kind: 'normal', scale: 0.2 }, { kind: 'horseshoe', scale: 0.1 }] as const) {
    const draws = prior.kind === 'horseshoe' ? 2500 : 1000; // its tails are heavy: deviations converge more slowly
    const fast = logisticDraws(likelihood, prior, { ...defaults, draws });
    const slow = logisticDraws(likelihood, prior, { ...defaults, draws, exact: true, seed: 7 });
    assert.ok(fast.acceptance > 0.9 && fast.acceptance < 1, `${prior.kind}: ${fast.acceptance} of the ends are taken`);
    assert.equal(slow.acceptance, 1);
    agree(fast.weights, 4, slow.weights, 4);
  }
});

test('a posterior that no quadratic fits is followed itself', () => {
  const separable = new LogisticLikelihood([[1], [1], [1], [-1]], [true, true, true, false]);
  assert.equal(logisticDraws(separable, { kind: 'normal', scale: 20 }, { ...defaults, draws: 200 }).acceptance, 1);
});

test("the parts' log-likelihoods are those of their rows at each draw", () => {
  const { weights, parts } = logisticDraws(likelihood, laplacePrior(0.1), { ...defaults, draws: 50, ends: [10, 30] });
  const second = new LogisticLikelihood(features.slice(10, 30), labels.slice(10, 30));
  for (const d of [0, 49, 100, 199]) {
    const expected = second.logLikelihood(Float64Array.from(weights, (values) => values[d]!));
    assert.ok(Math.abs(parts[1]![d]! - expected) < 1e-10);
  }
});

test('the posterior mean is visibly not the mode, which sets many weights to 0', () => {
  const mode = laplaceMode(likelihood, 0.1);
  const means = logisticDraws(likelihood, laplacePrior(0.1), defaults).weights.map(
    (values) => drawSummary(values, 4).mean,
  );
  assert.ok(mode.filter((w) => w === 0).length >= 3);
  assert.ok(means.every((w) => Math.abs(w) > 1e-4));
  assert.ok(Math.max(...means.map((w, j) => Math.abs(w - mode[j]!))) > 0.02);
});

/**
 * Simulation-based calibration: Talts et al. 2018 (arXiv:1804.06788). Weights from the prior, labels from the weights, 31
 * thinned draws from the posterior: the rank of the true weight among them is uniform over 0 to 31 if and only if the
 * posterior is right. Returns χ² over 8 bins of 4 ranks for each of three weights.
 */
function calibrationStatistics(simulations: number, assumed: number, exact: boolean): number[] {
  const random = seededRandom(11);
  const counts = [0, 1, 2].map(() => new Array<number>(8).fill(0));
  for (let s = 0; s < simulations; s++) {
    const truth = [0, 1, 2].map(() => laplace(random, 0.3));
    const { features: x, labels: y } = samplesOf(truth, 25, random);
    const options = { chains: 1, warmup: 150, draws: 31 * 5, seed: s, exact };
    const { weights } = logisticDraws(new LogisticLikelihood(x, y), laplacePrior(assumed), options);
    truth.forEach((w, j) => {
      const rank = weights[j]!.filter((value, d) => d % 5 === 4 && value < w).length;
      counts[j]![Math.floor(rank / 4)]!++;
    });
  }
  const expected = simulations / 8;
  return counts.map((bins) => bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0));
}

test('simulation-based calibration is uniform for sweeps and for NUTS, and would not be under a prior half as wide', () => {
  // χ² with 7 degrees of freedom is below 24.3 in 99.9 % of cases
  for (const exact of [false, true]) {
    for (const statistic of calibrationStatistics(320, 0.3, exact)) assert.ok(statistic < 24.3, `χ² is ${statistic}`);
  }
  assert.ok(
    Math.max(...calibrationStatistics(320, 0.15, false)) > 24.3,
    'the test has the power to see a wrong posterior',
  );
});
