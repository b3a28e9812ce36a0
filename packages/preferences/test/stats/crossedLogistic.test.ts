import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CrossedRows, crossedFit, crossedFitCv } from '../../src/stats/crossedLogistic.ts';
import { LogisticLikelihood } from '../../src/stats/logistic.ts';
import { ridgeMode } from '../../src/stats/quadratic.ts';
import { seededRandom } from '../../src/stats/random.ts';

/** Systems of known strength on prompts of known difficulty, some pairs missing. */
function simulated(systems: number, prompts: number, spread: number, seed: number) {
  const random = seededRandom(seed);
  const difficulty = Array.from({ length: prompts }, () => spread * 2 * Math.sqrt(3) * (random.uniform() - 0.5));
  const rows = Array.from({ length: systems * prompts }, (_, at) => {
    const [m, i, x] = [at % systems, Math.floor(at / systems), 2 * random.uniform() - 1];
    const p = 1 / (1 + Math.exp(x - 0.3 * m + 1 - difficulty[i]!));
    return { m, i, x, y: Number(random.uniform() < p), kept: random.uniform() < 0.9 };
  }).filter(({ kept }) => kept);
  const crossed: CrossedRows = {
    systems,
    prompts,
    system: Int32Array.from(rows, ({ m }) => m),
    prompt: Int32Array.from(rows, ({ i }) => i),
    x: Float64Array.from(rows, ({ x }) => x),
    y: Float64Array.from(rows, ({ y }) => y),
  };
  return { crossed, difficulty };
}

test('the mode is that of a ridge regression on a column for each weight', () => {
  const { crossed } = simulated(4, 12, 1, 3);
  const [deviation, fixedDeviation] = [0.7, 10];
  const features = Array.from(crossed.y, (_, row) => {
    const columns = new Float64Array(8 + 12);
    const m = 2 * crossed.system[row]!;
    columns[m] = fixedDeviation * crossed.x[row]!; // columns in units of their weight's prior
    columns[m + 1] = fixedDeviation;
    columns[8 + crossed.prompt[row]!] = deviation;
    return columns;
  });
  const { mode } = ridgeMode(new LogisticLikelihood(features, crossed.y), 1);
  const { fixed, prompts } = crossedFit(crossed, deviation);
  const ours = [
    ...[...fixed].map((value) => value / fixedDeviation),
    ...[...prompts].map((value) => value / deviation),
  ];
  const worst = Math.max(...ours.map((value, j) => Math.abs(value - mode[j]!)));
  assert.ok(worst < 1e-5, `off by ${worst}`); // both stop where a step gains less than 1e-9 nats
});

test('rows left out count for nothing', () => {
  const { crossed } = simulated(3, 10, 1, 5);
  const half = crossed.y.length / 2;
  const first = <T extends Int32Array | Float64Array>(values: T): T => values.slice(0, Math.ceil(half)) as T;
  const cut = {
    ...crossed,
    ...{ system: first(crossed.system), prompt: first(crossed.prompt), x: first(crossed.x), y: first(crossed.y) },
  };
  const [without, alone] = [crossedFit(crossed, 1, (row) => row >= half), crossedFit(cut, 1)];
  assert.deepEqual(without, alone);
});

test('cross-validation finds how different prompts are, and which are hard', () => {
  for (const spread of [0.1, 1.5]) {
    const { crossed, difficulty } = simulated(15, 150, spread, 7);
    const { deviation, prompts } = crossedFitCv(crossed);
    assert.ok(deviation > spread / 2 && deviation < 2.5 * spread, `${spread}: ${deviation}`);
    if (spread < 1) continue;
    const agree = [...prompts].filter((value, i) => value > 0 === difficulty[i]! > 0).length;
    assert.ok(agree > 0.85 * 150, String(agree));
  }
});

test('a system that wins every time, and prompts that nobody answered, have a fit', () => {
  const { crossed } = simulated(3, 10, 1, 9);
  const y = crossed.y.map((label, row) => (crossed.system[row] === 2 ? 1 : label));
  const { fixed, prompts } = crossedFit({ ...crossed, y, prompts: 11 }, 1);
  assert.ok(fixed[5]! > 3 && Number.isFinite(fixed[5]!));
  assert.equal(prompts[10], 0);
});
