import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isExtremeChange,
  type LengthComparison,
  lengthControlledRate,
  lengthDesign,
  lengthFit,
  rateBetween,
} from '../../src/index.ts';
import { comparisonsOf, gamedRows, golden } from './lengthGolden.ts';

const rateOf = (kind: 'mle' | 'l1-cv', comparisons: readonly LengthComparison[], gamed = gamedRows) =>
  lengthControlledRate(
    lengthFit(kind, lengthDesign(comparisons, gamed))!.weights,
    comparisons.map(({ difficulty }) => difficulty),
  ).lcWinRate;

for (const one of golden.cases) {
  test(`length-controlled rates of "${one.name}" agree with ${golden.source}`, () => {
    for (const [comparisons, gamed, expected] of [
      [comparisonsOf(one, false), [], one.withoutDifficulty],
      [comparisonsOf(one), [], one.withDifficulty],
      [comparisonsOf(one), gamedRows, one.withGamed],
    ] as const) {
      assert.ok(Math.abs(rateOf('mle', comparisons, gamed) - expected.mle.lcWinRate) < 1e-6); // nine digits in the file
      assert.ok(Math.abs(rateOf('l1-cv', comparisons, gamed) - expected.l1cv.lcWinRate) < 1e-4); // liblinear's tolerance
    }
  });
}

test('exchanging the two systems mirrors the rate', () => {
  for (const one of golden.cases) {
    const comparisons = comparisonsOf(one);
    const exchanged = comparisons.map(({ won, lengthDifference, ...rest }) => ({
      ...rest,
      won: 1 - won!,
      lengthDifference: -lengthDifference!,
    }));
    for (const kind of ['mle', 'l1-cv'] as const) {
      const both = rateOf(kind, comparisons, []) + rateOf(kind, exchanged, []);
      assert.ok(Math.abs(both - 100) < 1e-6, `${one.name}, ${kind}: ${both}`);
    }
  }
});

test('the unit that lengths are counted in makes no difference', () => {
  const [one] = golden.cases;
  const comparisons = comparisonsOf(one!);
  const inBytes = comparisons.map((each) => ({ ...each, lengthDifference: 4 * each.lengthDifference! }));
  assert.ok(Math.abs(rateOf('mle', comparisons) - rateOf('mle', inBytes)) < 1e-9);
});

test('a judge that goes by length alone gives an even rate, however lopsided the raw one', () => {
  const comparisons = Array.from({ length: 200 }, (_, i): LengthComparison => {
    const lengthDifference = -100 - 10 * i; // always the longer one
    return { won: 0, lengthDifference, difficulty: undefined, prompt: String(i) };
  });
  const scale = 10 * Math.sqrt((200 * 201) / 12); // of 0 to 1990 in steps of 10, with n − 1
  const judged = comparisons.map((each) => ({
    ...each,
    won: 1 / (1 + Math.exp(1.5 * Math.tanh(each.lengthDifference! / scale))),
  }));
  assert.ok(Math.abs(rateOf('mle', judged, []) - 50) < 1e-6);
});

test('responses as long as their opponents give the raw rate', () => {
  const won = [0.1, 0.9, 0.8, 0.7, 0.6];
  const comparisons = won.map((p, i) => ({ won: p, lengthDifference: 0, difficulty: undefined, prompt: String(i) }));
  assert.ok(Math.abs(rateOf('mle', comparisons, []) - 62) < 1e-9);
});

test('a system against itself is at 50', () => {
  const comparisons = golden.difficulty.map((difficulty, i) => ({
    won: 0.5,
    lengthDifference: 0,
    difficulty,
    prompt: String(i),
  }));
  for (const kind of ['mle', 'l1-cv'] as const) assert.ok(Math.abs(rateOf(kind, comparisons, []) - 50) < 1e-12);
});

test('comparisons that nobody decided count in the scale of lengths and in the prediction, not in the fit', () => {
  const comparisons = comparisonsOf(golden.cases[0]!).map((each, i) => (i < 3 ? { ...each, won: undefined } : each));
  const design = lengthDesign(comparisons);
  assert.deepEqual([...design.comparisons.slice(0, 2), design.y.length], [3, 4, comparisons.length - 3]);
  const all = lengthDesign(comparisonsOf(golden.cases[0]!));
  assert.deepEqual(design.x, all.x.slice(9));
});

test('counting a comparison twice is having it twice', () => {
  const comparisons = comparisonsOf(golden.cases[1]!);
  const counts = comparisons.map((_, i) => (i % 3 === 0 ? 2 : 1));
  const twice = comparisons.flatMap((each, i) => new Array<LengthComparison>(counts[i]!).fill(each));
  const [counted, repeated] = [lengthDesign(comparisons, gamedRows, counts), lengthDesign(twice, gamedRows)];
  const [one, other] = [counted, repeated].map((design) => lengthFit('mle', design)!.weights);
  assert.ok(Math.abs(one!.system - other!.system) < 1e-9 && Math.abs(one!.length - other!.length) < 1e-9);
});

test('a system that wins everything has no fit of maximum likelihood, and one under the penalty', () => {
  const comparisons = comparisonsOf(golden.cases[0]!).map((each) => ({ ...each, won: 1 }));
  assert.equal(lengthFit('mle', lengthDesign(comparisons)), undefined);
  assert.ok(rateOf('l1-cv', comparisons, []) > 99);
});

test('a fit needs the lengths of all comparisons', () => {
  const comparisons = comparisonsOf(golden.cases[0]!).map((each) => ({ ...each, lengthDifference: undefined }));
  assert.throws(() => lengthDesign(comparisons), { code: 'invalid_value', message: /known of both responses/ });
});

test('difficulties of some prompts only, and manipulated rows without any, are refused', () => {
  const comparisons = comparisonsOf(golden.cases[0]!);
  const some = comparisons.map((each, i) => (i === 4 ? { ...each, difficulty: undefined } : each));
  assert.throws(() => lengthDesign(some), { code: 'invalid_value', message: /is 79; expected 0 or 80/ });
  assert.throws(() => lengthDesign(comparisonsOf(golden.cases[0]!, false), gamedRows), { code: 'invalid_value' });
  assert.throws(() => lengthDesign([]), { code: 'invalid_value' });
});

test('what one system wins from another the other loses, and against the baseline it is its own rate', () => {
  const [a, b] = [
    { length: -1, difficulty: 0.7, system: 1.1 },
    { length: -2, difficulty: 0.2, system: -0.4 },
  ];
  const { difficulty } = golden;
  assert.ok(Math.abs(rateBetween(a, b, difficulty) + rateBetween(b, a, difficulty) - 100) < 1e-9);
  const baseline = { length: 0, difficulty: 0, system: 0 };
  assert.equal(rateBetween(a, baseline, difficulty), lengthControlledRate(a, difficulty).lcWinRate);
});

test('AlpacaEval warns beyond ten points, and beyond a quarter of what is left', () => {
  // the limits by hand: of 20 they are min(15, 10) and max(40, 30), of 80 min(60, 70) and max(85, 90)
  for (const [raw, low, high] of [
    [20, 10, 40],
    [80, 60, 90],
    [50, 37.5, 62.5],
  ] as const) {
    assert.deepEqual([isExtremeChange(raw, low), isExtremeChange(raw, high)], [false, false]);
    assert.deepEqual([isExtremeChange(raw, low - 0.01), isExtremeChange(raw, high + 0.01)], [true, true]);
  }
});
