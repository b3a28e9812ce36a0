import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  alpacaEvalProbability,
  type Choice,
  openRows,
  verdictOf,
  winProbability,
  winRate,
  winsOf,
} from '../../src/index.ts';
import { sharedData } from '../files.ts';
import { compared, turned } from './comparison.ts';

test('winRate of wins, losses and ties', () => {
  const { winRate: rate, standardError, wins, losses, ties, n, interval } = winRate([1, 1, 1, 0, 0.5]);
  assert.deepEqual([rate, wins, losses, ties, n], [70, 3, 1, 1, 5]);
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
  assert.deepEqual(winsOf({ system: 'new' }, verdicts), { probabilities: [1, 0, 1, 0.5, 1], skips: 1, others: 3 });
  const against = winsOf({ system: 'new', against: 'old' }, verdicts);
  assert.deepEqual(against, { probabilities: [1, 0, 1, 0.5], skips: 1, others: 4 });
});

test('what one system wins the other loses, whichever response comes first', () => {
  for (const choice of ['a', 'b', 'tie'] as const) {
    const comparison = compared('Sky?', choice, { sources: ['new', 'old'] });
    const won = winProbability({ system: 'new' }, verdictOf(comparison));
    assert.equal(winProbability({ system: 'new' }, verdictOf(turned(comparison))), won);
    assert.equal(winProbability({ system: 'old' }, verdictOf(comparison)), 1 - Number(won));
  }
});

test('win rates of 24 models agree with AlpacaEval’s leaderboard to 1e-9', async (t) => {
  const folder = join(sharedData, 'preferences/alpaca_eval');
  if (!existsSync(folder)) return t.skip('../shared/data/preferences/alpaca_eval is not here');
  const expected: Record<string, Record<string, number>> = JSON.parse(
    readFileSync(join(folder, 'expected_winrates.json'), 'utf8'),
  );
  assert.equal(Object.keys(expected).length, 24);
  for (const [model, values] of Object.entries(expected)) {
    const { rows } = await openRows(join(folder, 'weighted_alpaca_eval_gpt4_turbo', `${model}.annotations.jsonl.gz`));
    const probabilities: number[] = [];
    for await (const { row } of rows) {
      const probability = alpacaEvalProbability(row?.preference as number | undefined);
      if (probability !== undefined) probabilities.push(probability);
    }
    const result = winRate(probabilities);
    assert.ok(Math.abs(result.winRate - values.win_rate!) < 1e-9, model);
    assert.ok(Math.abs(result.standardError! - values.standard_error!) < 1e-9, model);
    const counts = [result.n, result.wins, result.losses, result.ties];
    assert.deepEqual(counts, [values.n, values.n_wins, values.n_wins_base, values.n_draws], model);
  }
});
