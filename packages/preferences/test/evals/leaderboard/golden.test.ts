import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Battle, bradleyTerry, davidson, elo, type RatingFit, standings } from '../../../src/index.ts';

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/leaderboard.json'), 'utf8'));

interface Columns {
  readonly a: number[];
  readonly b: number[];
  readonly outcome: number[];
  readonly controls: number[][];
  readonly prompt: number[];
}

const battlesOf = ({ a, b, outcome, prompt }: Columns): Battle[] =>
  a.map((_, i) => ({
    a: golden.models[a[i]!],
    b: golden.models[b[i]!],
    outcome: outcome[i]!,
    prompt: String(prompt[i]),
  }));

const decided = battlesOf(golden.decided);
const tied = battlesOf(golden.tied);
const controls = { names: ['length', 'bold'], rows: (golden.tied as Columns).controls };

/** θ in the golden file's order, of mean 0. */
const thetaOf = ({ models, theta }: RatingFit): number[] =>
  golden.models.map((model: string) => theta[models.indexOf(model)]);

function close(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) < tolerance, `${i}: ${value} and not ${expected[i]}`);
  });
}

test('bradleyTerry without a prior is the maximum likelihood of choix', () => {
  close(thetaOf(bradleyTerry(decided, { priorDeviation: Infinity })), golden.choix.maximumLikelihood, 1e-7);
});

test('bradleyTerry with its prior is choix’s penalized fit, whose penalty is α·|θ|², not α/2·|θ|²', () => {
  const priorDeviation = Math.sqrt(1 / (2 * golden.choix.alpha));
  close(thetaOf(bradleyTerry(decided, { priorDeviation })), golden.choix.penalized, 1e-7);
});

test('bradleyTerry with ties as half wins, and with controls, is scikit-learn’s ridge regression', () => {
  const { priorDeviation } = golden.sklearn;
  close(thetaOf(bradleyTerry(tied, { priorDeviation })), golden.sklearn.plain, 1e-7);
  const fit = bradleyTerry(tied, { priorDeviation, controls });
  close([...thetaOf(fit), ...fit.controls.map(({ beta }) => beta)], golden.sklearn.controlled, 1e-7);
});

test('the sandwich over prompts is statsmodels’ clustered covariance with C/(C − 1)', () => {
  const fit = bradleyTerry(tied, { priorDeviation: Infinity, controls });
  const [first, ...others] = thetaOf(fit);
  const { parameters, standardErrors } = golden.statsmodels;
  close([...others.map((theta) => theta - first!), ...fit.controls.map(({ beta }) => beta)], parameters, 1e-7);
  const table = standings(fit, { model: golden.models[0], rating: 0 });
  const points = 400 / Math.LN10;
  const ratings = golden.models.slice(1).map((name: string) => table.models.find(({ model }) => model === name)!);
  close(
    [
      ...ratings.map(({ standardError }: { standardError: number }) => standardError / points),
      ...table.controls.map(({ interval: [low, high] }) => (high - low) / (2 * 1.959963984540054 * points)),
    ],
    standardErrors,
    1e-7,
  );
});

test('davidson is where SciPy finds the maximum of Davidson’s own formula', () => {
  const fit = davidson(tied);
  close(thetaOf(fit), golden.davidson.theta, 1e-7);
  close([fit.nu!], [golden.davidson.nu], 1e-7);
});

test('with no prior and an anchor at 1114 the ratings are Chatbot Arena’s', () => {
  const { anchor, ratings } = golden.arena;
  const table = standings(bradleyTerry(tied, { priorDeviation: Infinity }), { model: anchor, rating: 1114 });
  const found = golden.models.map((name: string) => table.models.find(({ model }) => model === name)!.rating);
  close(found, ratings, 1e-4); // points; what L-BFGS leaves is smaller
});

test('elo with K = 4 is Chatbot Arena’s, all at once or one battle after the other', () => {
  const ratings = elo(tied);
  close(
    golden.models.map((model: string) => ratings.get(model)!),
    golden.arena.elo,
    1e-6,
  );
  const start: ReadonlyMap<string, number> = new Map();
  assert.deepEqual(
    tied.reduce((before, battle) => elo([battle], before), start),
    ratings,
  );
  assert.equal(start.size, 0);
});
