import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthControlledRate, lengthCurve, lengthDesign, lengthFit, mean } from '../../src/index.ts';
import { comparisonsOf, golden } from './lengthGolden.ts';

const comparisons = comparisonsOf(golden.cases[1]!);
const { weights } = lengthFit('mle', lengthDesign(comparisons))!;

test('at a difference of 0 the curve is the length-controlled rate', () => {
  const { points } = lengthCurve(weights, comparisons);
  const { lcWinRate } = lengthControlledRate(weights, golden.difficulty);
  assert.ok(Math.abs(points.find(({ longerBy }) => longerBy === 0)!.predicted - lcWinRate) < 1e-9);
});

test('the bins hold every decided comparison once, and a fit of maximum likelihood predicts their mean', () => {
  const { bins } = lengthCurve(
    weights,
    comparisons.map((each, i) => (i === 0 ? { ...each, won: undefined } : each)),
  );
  assert.equal(
    bins.reduce((sum, { n }) => sum + n, 0),
    comparisons.length - 1,
  );
  assert.ok(bins.every(({ longerBy }, i) => i === 0 || longerBy > bins[i - 1]!.longerBy));
  const all = lengthCurve(weights, comparisons).bins;
  const mass = (of: 'winRate' | 'predicted') => mean(all.flatMap((bin) => new Array<number>(bin.n).fill(bin[of])));
  assert.ok(Math.abs(mass('winRate') - mass('predicted')) < 1e-6); // the constant's own equation
});

test('comparisons of equal length are one bin at 0, few ones too', () => {
  const equal = comparisons.slice(0, 5).map((each) => ({ ...each, lengthDifference: 0 }));
  const { bins, points } = lengthCurve({ length: 0, system: 0 }, equal);
  assert.deepEqual([bins.length, bins[0]!.longerBy, bins[0]!.n], [1, 0, 5]);
  assert.ok(points.every(({ predicted }) => predicted === 50));
});
