import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawSummary, LogisticLikelihood, logisticDraws, seededRandom } from '../../src/index.ts';
import { quadratic } from '../../src/stats/quadratic.ts';
import { SweepChain } from '../../src/stats/sweepChain.ts';

/** Draws of each coordinate under a quadratic about `center` and a Laplace prior. [coordinates][draws] */
function drawn(center: readonly number[], curvature: readonly number[], rate: number, draws = 20_000) {
  const zeros = new Float64Array(center.length);
  const chain = new SweepChain(quadratic(Float64Array.from(center), zeros, Float64Array.from(curvature)), {
    ...{ start: zeros, center: Float64Array.from(center), variance: zeros.map(() => 1), rate },
    random: seededRandom(1),
  });
  const out = center.map(() => new Float64Array(draws));
  for (let d = 0; d < draws; d++) {
    chain.step();
    out.forEach((values, j) => {
      values[d] = chain.position[j]!;
    });
  }
  return out;
}

/** Within four standard errors; the seed is fixed. */
const near = (actual: number, expected: number, error: number) =>
  assert.ok(Math.abs(actual - expected) < 4 * error, `${actual} is not ${expected} ± ${error}`);

test('sweeps of a slightly correlated normal distribution have its moments, and surer means than independent draws', () => {
  // N((−1, 2), [[1, 1.2], [1.2, 4]]): its inverse is [[4, −1.2], [−1.2, 1]] / 2.56
  const [x, y] = drawn([-1, 2], [4 / 3.84, -0.4 / 3.84, -0.4 / 3.84, 1 / 3.84], 0) as [Float64Array, Float64Array];
  for (const [values, mean, sd] of [
    [x, -1, 1],
    [y, 2, 2],
  ] as const) {
    const found = drawSummary(values, 1);
    near(found.mean, mean, sd / Math.sqrt(found.bulkEss));
    near(found.q95, mean + 1.6448536 * sd, (2.1 * sd) / Math.sqrt(found.tailEss)); // √(0.05·0.95)/φ(1.645) = 2.1
    assert.ok(found.bulkEss > values.length);
  }
  const products = x.map((value, d) => (value + 1) * (y[d]! - 2));
  const { mean, sd, bulkEss } = drawSummary(products, 1);
  near(mean, 0.4, sd / Math.sqrt(bulkEss));
});

test('a Laplace prior beside a quadratic, and alone, gives the moments and quantiles that summing over a grid gives', () => {
  for (const [center, curvature] of [
    [0.5, 1],
    [0.05, 4],
    [3, 0.5],
    [0, 0],
  ] as const) {
    const grid = Array.from({ length: 400_001 }, (_, i) => -20 + i * 1e-4);
    const density = grid.map((w) => Math.exp((-curvature * (w - center) ** 2) / 2 - Math.abs(w)));
    const total = density.reduce((a, b) => a + b);
    const moment = (k: number) => grid.reduce((sum, w, i) => sum + w ** k * density[i]!, 0) / total;
    const positive = grid.reduce((sum, w, i) => sum + (w > 0 ? density[i]! : 0), 0) / total;
    const expected = { mean: moment(1), sd: Math.sqrt(moment(2) - moment(1) ** 2) };
    const found = drawSummary(drawn([center], [curvature], 1)[0]!, 1);
    near(found.mean, expected.mean, expected.sd / Math.sqrt(found.bulkEss));
    near(found.sd / expected.sd, 1, 1.2 / Math.sqrt(found.tailEss)); // of a Laplace distribution √5/2/√n, of a normal less
    near(found.probabilityPositive, positive, 0.5 / Math.sqrt(found.tailEss));
  }
});

const options = { chains: 4, warmup: 200, draws: 500, seed: 0 };

test('weights of columns that repeat each other are drawn along trajectories: two draws are worth an independent one at least', () => {
  const random = seededRandom(4);
  const rows = Array.from({ length: 3000 }, () => {
    const told = Array.from({ length: 3 }, () => (random.uniform() < 0.5 ? 1 : -1));
    return Array.from({ length: 12 }, (_, j) => (random.uniform() < 0.9 ? told[j % 3]! : -told[j % 3]!));
  });
  const labels = rows.map((row) => random.uniform() < 1 / (1 + Math.exp(-0.5 * (row[0]! - row[1]!))));
  const likelihood = new LogisticLikelihood(rows, labels);
  const { weights } = logisticDraws(likelihood, { kind: 'laplace', scale: 0.1 }, options);
  for (const values of weights) assert.ok(drawSummary(values, options.chains).bulkEss > values.length / 2);
});
