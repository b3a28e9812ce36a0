import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Choice, verdictOf, winProbability, winRate, winsOf } from '../../src/index.ts';
import { compared, turned } from './comparison.ts';

test('winRate of wins, losses and ties', () => {
  const { winRate: rate, standardError, wins, losses, ties, n, interval } = winRate([1, 1, 1, 0, 0.5]);
  assert.deepEqual([rate, wins, losses, ties, n], [70, 3, 1, 1, 5]);
  assert.equal(winRate([0.9, 0.6, 0.2, 0.5]).discreteWinRate, 62.5); // two wins and half a tie of four
  // Python 3: 100 * statistics.stdev([1, 1, 1, 0, .5]) / 5 ** .5
  assert.ok(Math.abs(standardError! - 20) < 1e-12);
  assert.ok(interval[0] < 70 && 70 < interval[1]);
});

test('exchanging the sides mirrors everything', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 }), (probabilities) => {
      const [ours, theirs] = [winRate(probabilities), winRate(probabilities.map((p) => 1 - p))];
      assert.ok(Math.abs(ours.winRate + theirs.winRate - 100) < 1e-9);
      assert.ok(Math.abs(ours.standardError! - theirs.standardError!) < 1e-9);
      assert.ok(Math.abs(ours.interval[0] + theirs.interval[1] - 100) < 1e-9);
    }),
  );
});

test('one comparison has no standard error, none has no win rate', () => {
  assert.equal(winRate([1]).standardError, undefined);
  assert.throws(() => winRate([]), { code: 'invalid_value' });
  assert.throws(() => winRate([0.5, 1.5]), { code: 'invalid_value' });
  assert.throws(() => winRate([Number.NaN]), { code: 'invalid_value' });
});

test('winsOf takes the side of a system, on whichever place it stood', () => {
  const by = (a: string, b: string, choice: Choice) => compared('Sky?', choice, { sources: [a, b] });
  const verdicts = [
    by('new', 'old', 'a'),
    by('old', 'new', 'a'),
    by('old', 'new', 'b'),
    by('new', 'old', 'tie'),
    by('new', 'old', 'skip'),
    by('new', 'new', 'a'),
    by('x', 'old', 'a'),
    by('x', 'new', 'b'),
    compared('Sky?', 'a'), // by no one knows whom
  ].map(verdictOf);
  const decided = [0, 1, 2, 3, 7].map((i) => verdicts[i]!);
  const left = { skips: 1, others: 3 };
  assert.deepEqual(winsOf({ system: 'new' }, verdicts), {
    probabilities: [1, 0, 1, 0.5, 1],
    verdicts: decided,
    ...left,
  });
  const { verdicts: behind, ...against } = winsOf({ system: 'new', against: 'old' }, verdicts);
  assert.deepEqual(against, { probabilities: [1, 0, 1, 0.5], skips: 1, others: 4 });
  assert.deepEqual(behind, decided.slice(0, 4));
});

test('what one system wins the other loses, whichever response comes first', () => {
  for (const choice of ['a', 'b', 'tie'] as const) {
    const comparison = compared('Sky?', choice, { sources: ['new', 'old'] });
    const won = winProbability({ system: 'new' }, verdictOf(comparison));
    assert.equal(winProbability({ system: 'new' }, verdictOf(turned(comparison))), won);
    assert.equal(winProbability({ system: 'old' }, verdictOf(comparison)), 1 - Number(won));
  }
});

test('a system against itself is judged by its second response', () => {
  const contest = { system: 'new', against: 'new' };
  const itself = (choice: Choice) => verdictOf(compared('Sky?', choice, { sources: ['new', 'new'] }));
  assert.deepEqual(winsOf(contest, [itself('a'), itself('b'), itself('tie')]).probabilities, [0, 1, 0.5]);
  const withOther = verdictOf(compared('Sky?', 'a', { sources: ['new', 'old'] }));
  assert.equal(winProbability(contest, withOther), 'other');
});
