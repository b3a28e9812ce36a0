import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  agreement,
  cohenKappa,
  fleissKappa,
  gwetAc1,
  krippendorffAlpha,
  type Label,
  linear,
  majorityAgreement,
  percentAgreement,
  quadratic,
  type Ratings,
  ratingsOf,
  readComparisons,
} from '../../src/index.ts';
import { sharedData } from '../files.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(actual! - expected) <= tolerance, `${actual} is not ${expected}`);

const _ = undefined;

/** 12 units, 4 observers: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, section C. */
const krippendorff2011 = ratingsOf([
  [1, 1, _, 1],
  [2, 2, 3, 2],
  [3, 3, 3, 3],
  [3, 3, 3, 3],
  [2, 2, 2, 2],
  [1, 2, 3, 4],
  [4, 4, 4, 4],
  [1, 1, 2, 1],
  [2, 2, 2, 2],
  [_, 5, 5, 5],
  [_, _, 1, 1],
  [_, 3, _, _],
]);

/** The labels of a table that says how often the first rater's label (row) met the second's (column). */
const fromTable = (table: readonly (readonly number[])[]): [number, number][] =>
  table.flatMap((row, a) => row.flatMap((count, b) => Array.from({ length: count }, (): [number, number] => [a, b])));

test('krippendorffAlpha gives the published values at three levels', () => {
  // printed: 0.743, 0.815, 0.849; more digits from the Python package krippendorff 0.9
  near(krippendorffAlpha(krippendorff2011), 0.743421052631579);
  near(krippendorffAlpha(krippendorff2011, 'ordinal'), 0.8153875037548814);
  near(krippendorffAlpha(krippendorff2011, 'interval'), 0.8491071428571428);
});

test('with missing ratings all coefficients are those of Gwet’s handbook', () => {
  // Gwet 2014, Handbook of Inter-Rater Reliability, on the same table: 0.818, 0.761, 0.775; digits from irrCAC 0.4
  near(percentAgreement(krippendorff2011), 0.818181818181818);
  near(fleissKappa(krippendorff2011), 0.761169275422411);
  near(gwetAc1(krippendorff2011), 0.775444068126995);
});

test('fleissKappa gives the value of Fleiss 1971', () => {
  // Fleiss 1971, Table 1: 30 patients, 6 psychiatrists each, 5 diagnoses; κ = 0.430, digits from statsmodels 0.15
  const table =
    '00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 ' +
    '00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006';
  const ratings: Ratings = {
    labels: ['depression', 'personality', 'schizophrenia', 'neurosis', 'other'],
    counts: table.split(' ').map((row) => [...row].map(Number)),
  };
  near(percentAgreement(ratings), 5 / 9);
  near(fleissKappa(ratings), 0.43024452006014);
  near(gwetAc1(ratings), 0.447884515844564); // irrCAC 0.4
  near(krippendorffAlpha(ratings), 0.433409828282029); // irrCAC 0.4
});

test('cohenKappa gives known values, with and without weights', () => {
  // by hand: observed 0.7, by chance 0.5
  near(
    cohenKappa(
      fromTable([
        [20, 5],
        [10, 15],
      ]),
    ),
    0.4,
  );
  // Gwet 2014: 100 pregnancies, two abstractors; κ = 0.796, weighted from scikit-learn 1.9
  const abstractors = fromTable([
    [13, 0, 0],
    [0, 20, 7],
    [0, 4, 56],
  ]);
  near(cohenKappa(abstractors), 0.796409402183972);
  near(cohenKappa(abstractors, linear), 0.8429020279920023);
  near(cohenKappa(abstractors, quadratic), 0.892156862745098);
  near(gwetAc1(ratingsOf(abstractors)), 0.849330548231346); // irrCAC 0.4
});

test('where nearly all ratings have one label, kappa falls below 0 and AC1 does not', () => {
  // Feinstein and Cicchetti's paradox in Gwet's example (118, 5, 2, 0); irrCAC 0.4
  const table = fromTable([
    [118, 5],
    [2, 0],
  ]);
  near(cohenKappa(table), -0.023391812865497);
  near(gwetAc1(ratingsOf(table)), 0.940776337608718);
});

test('percent and majority agreement give the published values of AlpacaEval', (t) => {
  const file = join(sharedData, 'reference/published.json');
  if (!existsSync(file)) return t.skip('../shared/data/reference/published.json is not here');
  const { cases } = JSON.parse(readFileSync(file, 'utf8')).annotator_agreement;
  const exact = cases.filter(({ scoring }: { scoring?: string }) => scoring === undefined); // the others score distances
  assert.equal(exact.length, 2);
  for (const { preferences, majority_of, expected_score } of exact) {
    const coefficient = majority_of === 1 ? percentAgreement : majorityAgreement;
    near(coefficient(ratingsOf(preferences)), expected_score);
  }
});

test('cohenKappa gives the published agreement of PandaLM’s three annotators', async (t) => {
  const file = join(sharedData, 'preferences/pandalm/testset-v1.json.gz');
  if (!existsSync(file)) return t.skip('../shared/data/preferences/pandalm is not here');
  const { comparisons } = await readComparisons(file);
  const said = (judge: string) => comparisons.filter((c) => c.judge === judge).map(({ choice }) => choice);
  const [first, second, third] = ['annotator1', 'annotator2', 'annotator3'].map(said) as [Label[], Label[], Label[]];
  const kappa = (a: Label[], b: Label[]) => cohenKappa(a.map((label, i) => [label, b[i]!]));
  // Wang et al. 2023 (arXiv:2306.05087): 0.85, 0.88 and 0.86
  near(kappa(first, second), 0.852, 5e-5);
  near(kappa(first, third), 0.8789, 5e-5);
  near(kappa(second, third), 0.8617, 5e-5);
});

test('majorityAgreement shares the point where the others are divided', () => {
  // three raters, three labels: each sees two others with one vote each and agrees with neither
  assert.equal(majorityAgreement(ratingsOf([['a', 'b', 'tie']])), 0);
  // a a b b: the others of an a are a b b, so it misses; likewise for b
  assert.equal(majorityAgreement(ratingsOf([['a', 'a', 'b', 'b']])), 0);
  // a a b: the others of an a are a and b (½); those of b are a a (0)
  near(majorityAgreement(ratingsOf([['a', 'a', 'b']])), 1 / 3);
});

const coefficients: Record<string, (ratings: Ratings) => number | undefined> = {
  percentAgreement,
  majorityAgreement,
  fleissKappa,
  gwetAc1,
  krippendorffAlpha,
};

const items = fc.array(
  fc.array(fc.option(fc.constantFrom<Label>('a', 'b', 'tie'), { nil: undefined }), { minLength: 3, maxLength: 5 }),
  { minLength: 1, maxLength: 20 },
);

test('the order of items and raters and the names of labels change nothing', () => {
  const renamed = new Map<Label | undefined, Label>([
    ['a', 'z'],
    ['b', 'x'],
    ['tie', 'y'],
  ]);
  fc.assert(
    fc.property(items, (said) => {
      const others = said.map((labels) => labels.map((label) => renamed.get(label)).reverse()).reverse();
      for (const [name, coefficient] of Object.entries(coefficients)) {
        const [as, not] = [coefficient(ratingsOf(said)), coefficient(ratingsOf(others))];
        if (as === undefined) assert.equal(not, undefined, name);
        else near(not, as);
      }
    }),
  );
});

test('no coefficient passes 1, and all are 1 where all agree', () => {
  const agreed = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'tie'), fc.integer({ min: 2, max: 5 })), { minLength: 2 });
  fc.assert(
    fc.property(items, agreed, (said, same) => {
      fc.pre(new Set(same.map(([label]) => label)).size > 1);
      const perfect = ratingsOf(same.map(([label, raters]) => Array<Label>(raters).fill(label)));
      for (const [name, coefficient] of Object.entries(coefficients)) {
        near(coefficient(perfect), 1);
        assert.ok((coefficient(ratingsOf(said)) ?? 0) <= 1 + 1e-12, name);
      }
    }),
  );
});

test('of two raters everywhere, alpha is Fleiss’ kappa corrected for the number of ratings', () => {
  // Krippendorff 2011: α = 1 − (1 − π)·(1 − 1/n), n ratings, where π is Scott's, which Fleiss' kappa is for two raters
  const pairs = fc.array(fc.tuple(fc.constantFrom<Label>('a', 'b'), fc.constantFrom<Label>('a', 'b')), {
    minLength: 1,
  });
  fc.assert(
    fc.property(pairs, (said) => {
      const ratings = ratingsOf(said);
      const kappa = fleissKappa(ratings);
      if (kappa === undefined) return assert.equal(krippendorffAlpha(ratings), undefined);
      near(krippendorffAlpha(ratings), 1 - (1 - kappa) * (1 - 1 / (2 * said.length)));
    }),
  );
});

test('on an interval scale only differences count, on an ordinal one only the order', () => {
  const numbers = fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 4 }), { minLength: 1 });
  fc.assert(
    fc.property(numbers, (said) => {
      const mapped = (change: (value: number) => number) => ratingsOf(said.map((labels) => labels.map(change)));
      const interval = krippendorffAlpha(ratingsOf(said), 'interval');
      const ordinal = krippendorffAlpha(ratingsOf(said), 'ordinal');
      if (interval === undefined) return;
      near(
        krippendorffAlpha(
          mapped((value) => 10 - 4 * value),
          'interval',
        ),
        interval,
      );
      near(
        krippendorffAlpha(
          mapped((value) => value ** 3),
          'ordinal',
        ),
        ordinal!,
      );
    }),
  );
});

test('Cohen’s kappa is the same whoever is the first rater, with weights and without', () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), { minLength: 1 });
  fc.assert(
    fc.property(pairs, (said) => {
      for (const distance of [linear, quadratic, undefined]) {
        const kappa = cohenKappa(said, distance);
        const swapped = cohenKappa(
          said.map(([a, b]) => [b, a]),
          distance,
        );
        if (kappa === undefined) assert.equal(swapped, undefined);
        else near(swapped, kappa);
      }
    }),
  );
});

test('what the ratings do not define is undefined, never NaN', () => {
  const oneLabel = ratingsOf([
    ['a', 'a'],
    ['a', 'a', 'a'],
  ]);
  assert.equal(percentAgreement(oneLabel), 1);
  for (const coefficient of [fleissKappa, gwetAc1, krippendorffAlpha]) assert.equal(coefficient(oneLabel), undefined);
  assert.equal(cohenKappa([['a', 'a']]), undefined);
  const alone = ratingsOf([['a'], ['b', undefined], []]);
  for (const [name, coefficient] of Object.entries(coefficients)) {
    assert.equal(coefficient(alone), undefined, name);
    assert.equal(coefficient(ratingsOf([])), undefined, name);
  }
  assert.equal(cohenKappa([]), undefined);
});

test('labels that were not announced, and words on an interval scale, are refused', () => {
  assert.throws(() => ratingsOf([['a', 'c']], ['a', 'b']), { code: 'invalid_value', message: /label is c/ });
  assert.throws(() => krippendorffAlpha(ratingsOf([['a', 'b']]), 'interval'), { code: 'invalid_value' });
});

test('agreement puts an interval round every coefficient, and says what it rests on', () => {
  const {
    items,
    ratings,
    percent,
    gwetAc1: ac1,
    krippendorffAlpha: alpha,
  } = agreement(krippendorff2011, {
    seed: 1,
    resamples: 400,
  });
  assert.deepEqual([items, ratings], [11, 40]); // the item that one rater judged is left out
  near(percent!.value, 0.818181818181818);
  near(alpha!.value, 0.743421052631579);
  for (const { value, interval, resamples } of [percent!, ac1!, alpha!]) {
    assert.ok(interval[0] < value && value <= interval[1] && interval[1] <= 1);
    assert.equal(resamples, 400);
  }
  assert.deepEqual(agreement(ratingsOf([['a', 'a']]), { seed: 1, resamples: 10 }).krippendorffAlpha, undefined);
});

test('a fixed share of random agreement is found again, each coefficient within its interval', () => {
  // both say the truth with probability 0.8, else the other label: P = 0.68, by chance 0.5, so every kappa is 0.36
  const said = Array.from({ length: 1000 }, (_, i) => {
    const [u, v] = [(i * 0.61803398875) % 1, (i * 0.41421356237) % 1]; // evenly spread in the unit square
    const truth = i % 2 === 0;
    return [u < 0.8 ? truth : !truth, v < 0.8 ? truth : !truth].map(String);
  });
  const {
    fleissKappa: kappa,
    gwetAc1: ac1,
    krippendorffAlpha: alpha,
  } = agreement(ratingsOf(said), {
    seed: 2,
    resamples: 300,
  });
  for (const estimate of [kappa, ac1, alpha]) {
    near(estimate!.value, 0.36, 0.02);
    assert.ok(estimate!.interval[0] < 0.36 && 0.36 < estimate!.interval[1]);
    // the standard error of P is √(0.68·0.32/1000) = 0.0148, that of (P − ½)/½ twice as much; 95 % is 3.9 of them wide
    near(estimate!.interval[1] - estimate!.interval[0], 3.92 * 2 * 0.0148, 0.025);
  }
});
