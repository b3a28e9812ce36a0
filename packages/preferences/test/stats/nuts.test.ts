import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawSummary, type LogDensity, NutsChain, type NutsOptions, seededRandom } from '../../src/index.ts';

/** Draws of each coordinate after warm-up. [coordinates][draws] */
function drawn(density: LogDensity, options: Omit<NutsOptions, 'random'>, draws: number, seed = 1) {
  const chain = new NutsChain(density, { ...options, random: seededRandom(seed) });
  chain.warmUp(500);
  const out = Array.from(options.start, () => new Float64Array(draws));
  for (let d = 0; d < draws; d++) {
    chain.step();
    out.forEach((values, j) => {
      values[d] = chain.position[j]!;
    });
  }
  return { chain, out };
}

/** Within four standard errors, which a right sampler leaves once in 16,000 times; the seed is fixed. */
function nearBySampling(actual: number, expected: number, sd: number, ess: number): void {
  assert.ok(Math.abs(actual - expected) < (4 * sd) / Math.sqrt(ess), `${actual} is not ${expected}`);
}

/** N(center, [[1, 1.6], [1.6, 4]]) and, apart from it, N(3, 0.01²). */
const gaussian: LogDensity = (q, gradient) => {
  const [x, y, z] = [q[0]! + 1, (q[1]! - 2) / 2, (q[2]! - 3) / 0.01];
  const [px, py] = [(x - 0.8 * y) / 0.36, (y - 0.8 * x) / 0.36];
  gradient.set([-px, -py / 2, -z / 0.01]);
  return -(x * px + y * py + z * z) / 2;
};

test('a normal distribution of very different scales and strong correlation is sampled with its moments', () => {
  const { chain, out } = drawn(gaussian, { start: new Float64Array(3) }, 10_000);
  const expected = [
    { mean: -1, sd: 1 },
    { mean: 2, sd: 2 },
    { mean: 3, sd: 0.01 },
  ];
  expected.forEach(({ mean, sd }, j) => {
    const { bulkEss, ...found } = drawSummary(out[j]!, 1);
    nearBySampling(found.mean, mean, sd, bulkEss);
    nearBySampling(found.sd, sd, sd, bulkEss / 4); // squares mix more slowly; of a normal, sd's error is sd/√(2·ESS)
    nearBySampling(found.q95, mean + 1.6448536 * sd, 2.1 * sd, found.tailEss); // √(0.05·0.95)/φ(1.645) = 2.1
  });
  const product = out[0]!.map((x, d) => (x + 1) * (out[1]![d]! - 2));
  nearBySampling(product.reduce((a, b) => a + b) / 10_000, 1.6, 2.56, 2500); // Var xy = σx²σy² + cov²
  assert.equal(chain.divergences, 0);
});

test('a Laplace prior alone is followed exactly, however long the steps, and sampled with its quantiles', () => {
  const scale = 0.1;
  const flat: LogDensity = (_, gradient) => gradient.fill(0) && 0;
  const rates = new Float64Array(3).fill(1 / scale);
  const { chain, out } = drawn(flat, { start: Float64Array.of(0.1, -0.2, 0), laplaceRates: rates }, 10_000);
  assert.ok(chain.stepSize > 5, 'no energy is lost, so that the step size only grows'); // by 0.8: 10 times the first guess
  for (const values of out) {
    const found = drawSummary(values, 1);
    nearBySampling(found.mean, 0, Math.SQRT2 * scale, found.bulkEss);
    nearBySampling(found.q95, scale * Math.log(10), 4.4 * scale, found.tailEss); // √(0.05·0.95)·b/0.05
    nearBySampling(found.q25, -scale * Math.LN2, 1.74 * scale, found.bulkEss / 4); // √(0.25·0.75)·b/0.25
  }
});

test('a Laplace prior beside a smooth density gives the moments of both together', () => {
  // N(0.5, 1) times Laplace(0, 1) in one dimension; moments by summing over a grid of 4·10⁵ points
  const density = (w: number) => Math.exp(-((w - 0.5) ** 2) / 2 - Math.abs(w));
  const grid = Array.from({ length: 400_001 }, (_, i) => -10 + i * 5e-5);
  const total = grid.reduce((sum, w) => sum + density(w), 0);
  const moment = (k: number) => grid.reduce((sum, w) => sum + w ** k * density(w), 0) / total;
  const smooth: LogDensity = (q, gradient) => {
    gradient[0] = 0.5 - q[0]!;
    return -((q[0]! - 0.5) ** 2) / 2;
  };
  const options = { start: Float64Array.of(2), laplaceRates: Float64Array.of(1) };
  const { bulkEss, ...found } = drawSummary(drawn(smooth, options, 20_000).out[0]!, 1);
  const sd = Math.sqrt(moment(2) - moment(1) ** 2);
  nearBySampling(found.mean, moment(1), sd, bulkEss);
  nearBySampling(found.sd, sd, sd, bulkEss / 4);
  const positive = grid.reduce((sum, w) => sum + (w > 0 ? density(w) : 0), 0) / total;
  nearBySampling(found.probabilityPositive, positive, 0.5, bulkEss / 4);
});

test('a seed gives its draws again, another gives others', () => {
  const first = (seed: number) => drawn(gaussian, { start: new Float64Array(3) }, 20, seed).out;
  assert.deepEqual(first(3), first(3));
  assert.notDeepEqual(first(3), first(4));
});

test("trajectories that go astray are counted: in the neck of Neal's funnel", () => {
  const funnel: LogDensity = (q, gradient) => {
    const [v, x] = [q[0]!, q[1]!];
    gradient.set([-v / 9 - 0.5 + (x * x * Math.exp(-v)) / 2, -x * Math.exp(-v)]);
    return -(v * v) / 18 - v / 2 - (x * x * Math.exp(-v)) / 2;
  };
  assert.ok(drawn(funnel, { start: new Float64Array(2), targetAcceptance: 0.5 }, 2000).chain.divergences > 0);
});

test('a chain that is put elsewhere goes on from there', () => {
  const chain = new NutsChain(gaussian, { start: new Float64Array(3), random: seededRandom(1) });
  chain.moveTo(Float64Array.of(-1, 2, 3));
  assert.deepEqual([...chain.position], [-1, 2, 3]);
});
