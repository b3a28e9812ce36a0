import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readWins, winRate } from '../../src/index.ts';
import { fileWriter, sharedData, temporaryFolder } from '../files.ts';
import { compared } from './comparison.ts';

const write = fileWriter(temporaryFolder());

test('readWins of comparisons takes the system asked for, and what it was set against', async () => {
  const file = write('three.jsonl', [
    compared('1', 'a', { sources: ['new', 'old'] }),
    compared('2', 'b', { sources: ['new', 'other'] }),
    compared('3', 'skip', { sources: ['old', 'new'] }),
    compared('4', 'a', { sources: ['old', 'other'] }),
  ]);
  const { system, against, probabilities, skips, others } = await readWins(file, { system: 'new' });
  assert.deepEqual([system, against, probabilities, skips, others], ['new', ['old', 'other'], [1, 0], 1, 1]);
  const named = await readWins(file, { system: 'new', against: 'old' });
  assert.deepEqual([named.against, named.probabilities, named.others], [['old'], [1], 2]);
});

test('without a system it is the one that stands second first, if there are no more than two', async () => {
  const two = write('two.jsonl', [compared('1', 'a', { sources: ['old', 'new'] })]);
  const { system, against, probabilities } = await readWins(two);
  assert.deepEqual([system, against, probabilities], ['new', ['old'], [0]]);
  const unnamed = await readWins(write('unnamed.jsonl', [compared('1', 'b'), compared('2', 'tie')]));
  assert.deepEqual([unnamed.system, unnamed.probabilities], ['second response', [1, 0.5]]);
});

test('readWins says which systems there are where it cannot choose, and what nobody decided', async () => {
  const three = write('more.jsonl', [
    compared('1', 'a', { sources: ['new', 'old'] }),
    compared('2', 'a', { sources: ['new', 'other'] }),
  ]);
  await assert.rejects(readWins(three), { code: 'bad_data', message: /compares new, old, other\. Say whose/ });
  await assert.rejects(readWins(three, { system: 'mine' }), {
    message: /no responses of mine, but of new, old, other/,
  });
  await assert.rejects(readWins(three, { system: 'old', against: 'other' }), { message: /nobody decided between old/ });
});

test('AlpacaEval’s annotations count by how sure the judge was, with or without their texts', async () => {
  const row = (preference: number | null) => ({ generator_1: 'base', generator_2: 'mine', preference });
  const file = write('annotations.jsonl', [row(1.25), row(2), row(0), row(null)]);
  const mine = await readWins(file);
  assert.deepEqual([mine.system, mine.probabilities, mine.skips], ['mine', [0.25, 1, 0.5], 1]);
  assert.deepEqual((await readWins(file, { system: 'base' })).probabilities, [0.75, 0, 0.5]);
});

test('what a win rate can do without may have any form', async () => {
  const row = { generator_1: 'base', generator_2: 'mine', preference: 2 };
  const file = write('odd.jsonl', [
    { ...row, index: 'koala-3', output_1: { text: 'long' }, dataset: 7, instruction: ['Hi'] },
  ]);
  const { probabilities, verdicts } = await readWins(file);
  assert.deepEqual([probabilities, verdicts[0]!.index, verdicts[0]!.prompt], [[1], 0, undefined]);
});

test('bad rows are listed with their lines, and left out only when asked', async () => {
  const row = (preference: number | string) => ({ generator_1: 'base', generator_2: 'mine', preference });
  const file = write('bad.jsonl', [row(2), row(7), row('best')]);
  await assert.rejects(readWins(file), {
    code: 'bad_data',
    message: /2 lines cannot be used.*line 2: "preference" is 7/s,
  });
  const { probabilities, skipped } = await readWins(file, { onError: 'skip' });
  assert.deepEqual([probabilities, skipped.map(({ line }) => line)], [[1], [2, 3]]);
});

test('readWins of published annotations gives AlpacaEval’s leaderboard', async (t) => {
  const folder = join(sharedData, 'preferences/alpaca_eval');
  if (!existsSync(folder)) return t.skip('../shared/data/preferences/alpaca_eval is not here');
  const expected = JSON.parse(readFileSync(join(folder, 'expected_winrates.json'), 'utf8'));
  const [model] = Object.keys(expected).sort();
  const wins = await readWins(join(folder, 'weighted_alpaca_eval_gpt4_turbo', `${model}.annotations.jsonl.gz`));
  assert.equal(wins.system, model);
  assert.ok(Math.abs(winRate(wins.probabilities).winRate - expected[model!].win_rate) < 1e-9);
});
