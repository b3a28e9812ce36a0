import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type FitOptions,
  fitAll,
  fitJudge,
  foldsOf,
  type GroupFit,
  type JudgeFit,
  type JudgeLabels,
  type Refusal,
  type Study,
  seededRandom,
} from '../../src/index.ts';
import { samplesOf } from '../stats/synthetic.ts';

/** Fewer draws than the study's: the promises here do not hang on their number. */
const quick: FitOptions = { chains: 2, warmup: 200, draws: 500 };

const namesOf = (n: number) => Array.from({ length: n }, (_, j) => `property ${j}`);

function fitted(fit: JudgeFit | Refusal): JudgeFit {
  assert.ok('properties' in fit, JSON.stringify(fit));
  return fit;
}

const truth = [0.6, -0.4, 0, 0.2, 0.9, -0.7, 0, 0.1];
const names = namesOf(truth.length);
const { features, labels } = samplesOf(truth, 405, seededRandom(3));

test('known weights are recovered from many samples, inside their intervals as often as these say', () => {
  const many = samplesOf(truth, 5000, seededRandom(2));
  const { properties } = fitted(fitJudge(names, many.features, many.labels, { ...quick, folds: 1 }));
  for (const [j, { mean, sd }] of properties.entries()) {
    assert.ok(Math.abs(mean - truth[j]!) < 3.5 * sd && sd < 0.08, `${mean} ± ${sd}, truly ${truth[j]}`);
  }
  const inside = properties.filter(({ q05, q95 }, j) => q05 < truth[j]! && truth[j]! < q95).length;
  assert.ok(inside >= 5, `${inside} of 8 in their 90 % intervals: fewer than 5 happens once in 200 times`);
});

test('exchanging A and B, which negates features and labels, gives the same fit to the last digit', () => {
  const swapped = fitJudge(
    names,
    features.map((x) => x.map((value) => -value)),
    labels.map((label) => !label),
    quick,
  );
  assert.deepEqual(swapped, fitJudge(names, features, labels, quick));
});

test('there is no intercept: where no feature tells the responses apart, nothing is preferred and the prior remains', () => {
  const flat = Array.from({ length: 60 }, () => [0, 0]);
  const fit = fitted(fitJudge(['x', 'y'], flat, new Array(60).fill(true), { ...quick, draws: 2000 }));
  for (const { mean, sd, samples, probabilityPositive } of fit.properties) {
    assert.ok(Math.abs(mean) < 0.01 && Math.abs(sd - 0.1 * Math.SQRT2) < 0.012, `${mean} ± ${sd}`);
    assert.ok(Math.abs(probabilityPositive - 0.5) < 0.05);
    assert.equal(samples, 0);
  }
  assert.equal(fit.heldOut!.accuracy.share, 0.5);
});

test('few samples shrink weights towards 0', () => {
  const few = fitted(fitJudge(names, features.slice(0, 40), labels.slice(0, 40), { ...quick, folds: 1 }));
  const all = fitted(fitJudge(names, features, labels, { ...quick, folds: 1 }));
  const size = ({ properties }: JudgeFit) => properties.reduce((sum, { mean }) => sum + Math.abs(mean), 0);
  assert.ok(size(few) < 0.7 * size(all), `${size(few)} of ${size(all)}`);
});

test('folds weighted from one fit have the means of folds that are fitted anew', () => {
  const weighted = fitted(fitJudge(names, features, labels, { ...quick, draws: 2000 }));
  const anew = fitted(fitJudge(names, features, labels, { ...quick, draws: 2000, refitFolds: true }));
  assert.deepEqual([weighted.folds!.refitted, anew.folds!.refitted], [0, 10]);
  assert.ok(weighted.folds!.largestShape < 0.7);
  weighted.properties.forEach(({ foldMean, mean }, j) => {
    const other = anew.properties[j]!.foldMean!;
    assert.ok(Math.abs(foldMean! - other) < 0.01, `${foldMean}, anew ${other}`); // errors of either are about 0.002
    assert.ok(Math.abs(foldMean!) <= Math.abs(mean) + 0.01);
  });
  const [one, other] = [weighted.heldOut!.accuracy.share, anew.heldOut!.accuracy.share];
  assert.ok(Math.abs(one - other) <= 0.01, `${one}, anew ${other}`);
});

test('a fold whose weights cannot be trusted is drawn anew, and counts like the others', () => {
  const [few, said] = [features.slice(0, 60), labels.slice(0, 60)];
  const loose: FitOptions = { ...quick, draws: 2000, folds: 3, prior: { kind: 'normal', scale: 2 } };
  const some = fitted(fitJudge(names, few, said, loose));
  const anew = fitted(fitJudge(names, few, said, { ...loose, refitFolds: true }));
  assert.ok(some.folds!.refitted > 0);
  some.properties.forEach(({ foldMean, sd }, j) => {
    const other = anew.properties[j]!.foldMean!;
    assert.ok(Math.abs(foldMean! - other) < 0.25 * sd, `${foldMean}, anew ${other}, deviation ${sd}`);
  });
  assert.equal(some.heldOut!.accuracy.n, 60);
  assert.ok(Math.abs(some.heldOut!.accuracy.share - anew.heldOut!.accuracy.share) <= 0.05);
});

test('left-out labels are foretold about as well as the true weights would', () => {
  const { heldOut } = fitted(fitJudge(names, features, labels, quick));
  const right = features.filter((x, i) => {
    const logit = x.reduce<number>((sum, value, j) => sum + value * truth[j]!, 0);
    return logit > 0 === labels[i];
  });
  assert.equal(heldOut!.accuracy.n, 400);
  assert.ok(Math.abs(heldOut!.accuracy.share - right.length / 405) < 0.05);
  assert.ok(heldOut!.calibration.expectedError < 0.08);
});

test('fold i leaves out ⌊n/folds⌋ rows from the ⌊i·n/folds⌋th of the shuffled ones, and each row at most once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 12 }), fc.nat(), (n, wanted, seed) => {
      const count = Math.min(n, wanted);
      const folds = foldsOf(n, count, seed);
      assert.deepEqual(
        folds.order.toSorted((a, b) => a - b),
        [...Array(n).keys()],
      );
      assert.equal(folds.size, count === 1 ? 0 : Math.floor(n / count));
      assert.ok(count === 1 || n - count * folds.size < count);
    }),
  );
  const folds = foldsOf(23, 10, 4); // begin at 0, 2, 4, 6, 9, 11, 13, 16, 18, 20; two each
  const rows = foldsOf(23, 1, 4).order; // one fold leaves the shuffled rows as they are
  const begins = [0, 2, 4, 6, 9, 11, 13, 16, 18, 20];
  const expected = begins.flatMap((at) => [rows[at], rows[at + 1]]);
  assert.deepEqual(folds.order, [...expected, rows[8], rows[15], rows[22]]);
});

test('one fold leaves out nothing, and foretells nothing', () => {
  const { properties, folds, heldOut } = fitted(fitJudge(names, features, labels, { ...quick, folds: 1 }));
  assert.deepEqual([folds, heldOut, properties[0]!.foldMean], [undefined, undefined, undefined]);
});

test('a group with too few samples is refused with the reason, another number of features is an error', () => {
  const refusal = fitJudge(names, features.slice(0, 15), labels.slice(0, 15), quick);
  assert.deepEqual(refusal, { refused: '15 samples; a fit of 8 properties needs 16' });
  assert.ok('properties' in fitJudge(names, features.slice(0, 15), labels.slice(0, 15), { ...quick, minSamples: 12 }));
  assert.throws(
    () => fitJudge(namesOf(7), features, labels, quick),
    /features of sample 0 is 8; expected 7, one a property/,
  );
  assert.throws(
    () => fitJudge(names, features, labels, { ...quick, folds: 0 }),
    /number of folds is 0; expected from 1/,
  );
});

const judgeOf = (judge: string, said: readonly boolean[]): JudgeLabels => ({
  judge,
  labels: said.map((label) => (label ? 'A' : 'B')),
});

const study: Study = {
  names,
  features: features.map((x, i) => (i % 100 === 7 ? undefined : x)), // positions 7, 107, 207, 307: not judged
  judges: [
    judgeOf('one', labels),
    { judge: 'other', labels: labels.map((label, i) => (i === 8 ? undefined : label !== (i % 4 === 0) ? 'A' : 'B')) },
  ],
  groups: new Map([
    ['every', [...features.keys()]],
    ['first', [...features.keys()].slice(0, 120)],
    ['few', [1, 2, 3]],
  ]),
};

async function allFits(given: Study, options: FitOptions & { workers?: number }): Promise<GroupFit[]> {
  const fits: GroupFit[] = [];
  for await (const fit of fitAll(given, options)) fits.push(fit);
  return fits;
}

test('a study is fitted alike by any number of threads, in order, each fit as it would be alone', async () => {
  const one = await allFits(study, { ...quick, workers: 1 });
  assert.deepEqual(await allFits(study, { ...quick, workers: 3 }), one);
  assert.deepEqual(
    one.map(({ judge, group }) => [group, judge]),
    [...study.groups.keys()].flatMap((group) => study.judges.map(({ judge }) => [group, judge])),
  );
  const kept = [...features.keys()].filter((i) => i % 100 !== 7);
  const alone = fitJudge(
    names,
    kept.map((i) => features[i]!),
    kept.map((i) => labels[i]!),
    quick,
  );
  const { judge, group, leftOut, ...first } = one[0]!;
  assert.deepEqual(first, alone);
  assert.deepEqual([judge, group, leftOut], ['one', 'every', { unjudged: 4, unlabelled: 0 }]);
  assert.deepEqual(one[3]!.leftOut, { unjudged: 2, unlabelled: 1 });
  assert.deepEqual(one[4], {
    ...{ judge: 'one', group: 'few', leftOut: { unjudged: 0, unlabelled: 0 } },
    refused: '3 samples; a fit of 8 properties needs 16',
  });
});

test('whoever leaves a study early leaves no thread behind, and a fault in a thread reaches the reader', async () => {
  for await (const { judge } of fitAll(study, { ...quick, workers: 2 })) {
    assert.equal(judge, 'one');
    break;
  }
  const wrong = { ...study, groups: new Map([['every', [...features.keys()]]]) };
  await assert.rejects(allFits(wrong, { ...quick, chains: 0 }), /chains is 0; expected at least 1/);
});
