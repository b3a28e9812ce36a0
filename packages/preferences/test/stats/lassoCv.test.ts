import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthDesign } from '../../src/index.ts';
import { FractionalLikelihood } from '../../src/stats/fractionalLogistic.ts';
import { groupFolds } from '../../src/stats/groupFolds.ts';
import { lassoCv, usualInversePenalties } from '../../src/stats/lassoCv.ts';
import { laplaceMode } from '../../src/stats/map.ts';
import { comparisonsOf, gamedRows, golden } from '../evals/lengthGolden.ts';

const near = (ours: ArrayLike<number>, theirs: readonly number[], tolerance: number, what: string) => {
  assert.equal(ours.length, theirs.length);
  const worst = Math.max(...theirs.map((value, i) => Math.abs(value - ours[i]!)));
  assert.ok(worst < tolerance, `${what}: off by ${worst}`);
};

test(`groupFolds deals as ${golden.source.split(',')[0]}’s GroupKFold`, () => {
  for (const { sizes, count, folds } of golden.folds) assert.deepEqual([...groupFolds(sizes, count)], folds);
  assert.throws(() => groupFolds([1, 1], 3), { code: 'invalid_value' });
});

test('the ten inverse penalties run evenly from 1e-4 to 1e4', () => {
  assert.equal(usualInversePenalties.length, 10);
  near(usualInversePenalties.slice(4, 6), [0.3593813663804626, 2.782559402207126], 1e-14, 'numpy.logspace(-4, 4, 10)');
});

for (const one of golden.cases) {
  for (const [kind, fits, rows] of [
    ['without difficulty', one.withoutDifficulty, lengthDesign(comparisonsOf(one, false))],
    ['with difficulty', one.withDifficulty, lengthDesign(comparisonsOf(one))],
    ['with manipulated rows', one.withGamed, lengthDesign(comparisonsOf(one), gamedRows)],
  ] as const) {
    // liblinear at its tolerance of 1e-12 is a few 1e-7 off in the weights; the file has nine digits
    test(`penalized fits of "${one.name}" ${kind} agree with ${golden.source}`, () => {
      near(laplaceMode(new FractionalLikelihood(rows), 0.3), fits['l1AtC0.3'], 2e-6, 'C = 0.3');
      const { w, inversePenalty, scores } = lassoCv(rows);
      near(scores, fits.l1cv.scores, 1e-7, 'scores');
      near([inversePenalty], [fits.l1cv.C], 1e-6 * fits.l1cv.C, 'C');
      near(w, fits.l1cv.w, 2e-6, 'weights');
    });
  }
}
