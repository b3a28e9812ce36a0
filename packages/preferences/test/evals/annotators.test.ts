import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  annotatorReport,
  type Choice,
  type Comparison,
  goldAccuracy,
  judgedItem,
  seededRandom,
  wilsonInterval,
} from '../../src/index.ts';
import { compared, turned } from './comparison.ts';

const few = { seed: 1, resamples: 50 };

test('an item is the same whichever response comes first, whoever judged it and under whatever id', () => {
  const comparison = compared('Sky?', 'a');
  const { key, choice } = judgedItem(comparison);
  const others = [turned(comparison), compared('Sky?', 'a', { id: 'x', judge: 'you' })].map(judgedItem);
  assert.deepEqual(others, [
    { key, choice },
    { key, choice },
  ]);
  assert.notEqual(judgedItem(compared('Sea?', 'a')).key, key);
  assert.notEqual(judgedItem(compared('Sky?', 'b')).choice, choice);
});

test('goldAccuracy counts what each annotator saw, and says who is below the threshold', () => {
  const gold = ['1', '2', '3', '4'].map((prompt) => compared(prompt, prompt === '4' ? 'tie' : 'a', { judge: 'lead' }));
  const said = (judge: string, ...choices: Choice[]) =>
    choices.map((choice, i) => compared(String(i + 1), choice, { judge }));
  const comparisons = [
    ...said('sure', 'a', 'a', 'a', 'tie', 'b'), //  the fifth is no gold item
    ...said('loose', 'a', 'b', 'skip', 'a'),
    ...said('wrong', ...Array<Choice>(3).fill('b')),
    ...Array.from({ length: 9 }, () => compared('1', 'b', { judge: 'wrong' })), // nine more
    compared('9', 'a', { judge: 'elsewhere' }),
  ];
  const scores = goldAccuracy(
    comparisons.map((c, i) => (i % 2 ? turned(c) : c)),
    gold,
    { threshold: 0.6 },
  );
  assert.deepEqual(
    [...scores].map(([judge, { items, skips, accuracy, below }]) => [judge, items, skips, accuracy?.share, below]),
    [
      ['sure', 4, 0, 1, 'no'],
      ['loose', 4, 1, 1 / 3, 'perhaps'],
      ['wrong', 12, 0, 0, 'surely'],
      ['elsewhere', 0, 0, undefined, 'no'],
    ],
  );
  assert.deepEqual(scores.get('loose')!.accuracy!.interval, wilsonInterval(1, 3));
});

test('gold that contradicts itself is refused with its id; gold that nobody decided is not used', () => {
  const contradiction = [compared('1', 'a'), turned(compared('1', 'b', { id: 'second' }))];
  assert.throws(() => goldAccuracy([], contradiction, { threshold: 0.5 }), {
    code: 'invalid_value',
    message: /gold comparison second/,
  });
  const undecided = goldAccuracy([compared('1', 'a')], [compared('1', 'skip')], { threshold: 0.5 });
  assert.equal(undecided.get('me')!.items, 0);
  assert.throws(() => goldAccuracy([], [], { threshold: 70 }), { code: 'invalid_value' });
});

test('annotatorReport of a small set, counted by hand', () => {
  const comparisons = [
    compared('1', 'a', { judge: 'x', shownFirst: 'a', seconds: 10 }),
    compared('1', 'a', { judge: 'y', shownFirst: 'b' }),
    compared('2', 'b', { judge: 'x', shownFirst: 'b', seconds: 30 }),
    turned(compared('2', 'b', { judge: 'x', shownFirst: 'a', seconds: 20 })), // sees it again, says the same
    compared('2', 'tie', { judge: 'y', shownFirst: 'a' }),
    compared('3', 'a', { judge: 'x' }),
    compared('3', 'skip', { judge: 'y' }),
  ];
  const { items, agreement, annotators, pairs, firstShown, ...rest } = annotatorReport(comparisons, few);
  assert.deepEqual([rest.comparisons, items, agreement.items, agreement.ratings], [7, 3, 2, 4]);
  assert.equal(agreement.percent!.value, 0.5);
  const [x, y] = annotators;
  assert.deepEqual([x!.judge, x!.comparisons, x!.ties, x!.skips, x!.seconds], ['x', 4, 0, 0, 20]);
  assert.deepEqual([y!.judge, y!.comparisons, y!.ties, y!.skips, y!.seconds], ['y', 3, 1, 1, undefined]);
  assert.deepEqual([x!.agreement!.share, x!.agreement!.n], [0.5, 2]);
  assert.deepEqual([x!.consistency!.share, x!.consistency!.n], [1, 1]);
  assert.equal(y!.consistency, undefined);
  // x chose what stood first twice of three times (the repeated one showed it second), y not at all
  assert.deepEqual([x!.firstShown!.share, x!.firstShown!.n], [2 / 3, 3]);
  assert.deepEqual([firstShown!.share, firstShown!.n], [0.5, 4]);
  assert.equal(x!.reliability, undefined); // two annotators: nothing says which of them is wrong
  assert.deepEqual(
    pairs.map(({ judges, same, kappa }) => [judges, same.share, same.n, kappa?.toFixed(9)]),
    [[['x', 'y'], 0.5, 2, '0.333333333']], // by chance: 1/4
  );
  assert.equal(x!.gold, undefined);
});

/** Three people with a known share of right choices and one who takes what stands first, over `n` items. */
function simulated(n: number): Comparison[] {
  const random = seededRandom(4);
  return Array.from({ length: n }, (_, i) => i).flatMap((i) =>
    Object.entries({ careful: 0.95, usual: 0.8, careless: 0.6, 'first seen': 0.5 }).map(([judge, skill]) => {
      const shownFirst = random.below(2) === 0 ? 'a' : 'b';
      const choice = judge === 'first seen' ? shownFirst : random.uniform() < skill ? 'a' : 'b';
      const comparison = compared(String(i), choice, { judge, shownFirst });
      return random.below(2) === 0 ? comparison : turned(comparison);
    }),
  );
}

test('annotatorReport finds who is careful, who guesses and who takes what stands first', () => {
  const gold = Array.from({ length: 500 }, (_, i) => compared(String(i), 'a'));
  const report = annotatorReport(simulated(500), few, { comparisons: gold, threshold: 0.7 });
  const of = (judge: string) => report.annotators.find((annotator) => annotator.judge === judge)!;
  for (const [judge, skill] of Object.entries({ careful: 0.95, usual: 0.8, careless: 0.6, 'first seen': 0.5 })) {
    // four standard errors of a share of 500 are 0.09
    assert.ok(Math.abs(of(judge).gold!.accuracy!.share - skill) < 0.09, judge);
    assert.ok(Math.abs(of(judge).reliability! - skill) < 0.1, judge);
  }
  assert.equal(of('careful').gold!.below, 'no');
  assert.equal(of('careless').gold!.below, 'surely');
  assert.equal(of('first seen').firstShown!.share, 1);
  const [low, high] = of('careful').firstShown!.interval;
  assert.ok(low < 0.5 && 0.5 < high);
  assert.equal(report.pairs.length, 6);
});

test('the order of comparisons of different annotators and of responses changes no coefficient', () => {
  const comparisons = simulated(12);
  const coefficients = ({ agreement, pairs }: ReturnType<typeof annotatorReport>) => [
    agreement.percent!.value,
    agreement.krippendorffAlpha!.value,
    ...pairs.map(({ same }) => same.share).sort(),
  ];
  const expected = coefficients(annotatorReport(comparisons, few));
  fc.assert(
    fc.property(fc.shuffledSubarray(comparisons, { minLength: comparisons.length }), fc.nat(), (shuffled, seed) => {
      const found = coefficients(
        annotatorReport(
          shuffled.map((c, i) => ((i + seed) % 3 ? c : turned(c))),
          few,
        ),
      );
      for (const [i, value] of expected.entries()) assert.ok(Math.abs(found[i]! - value) < 1e-12);
    }),
    { numRuns: 20 },
  );
});

test('one annotator alone has an order bias and a speed, and no agreement', () => {
  const alone = annotatorReport(
    [compared('1', 'a', { shownFirst: 'a' }), compared('2', 'b', { shownFirst: 'a' })],
    few,
  );
  assert.equal(alone.agreement.items, 0);
  assert.equal(alone.agreement.percent, undefined);
  assert.equal(alone.annotators[0]!.agreement, undefined);
  assert.equal(alone.firstShown!.share, 0.5);
});
