import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { readComparisons } from '../../../src/data/read.ts';
import { type MtBenchQuestion, mtBenchScores, readMtBench } from '../../../src/evals/benchmarks/mtBench.ts';
import { mtBenchPairs, mtBenchRatedPairs } from '../../../src/evals/benchmarks/mtBenchPairs.ts';
import { readScoredReplies, type ScoredReply } from '../../../src/evals/benchmarks/scoredReplies.ts';
import { sharedData } from '../../files.ts';
import { compared } from '../comparison.ts';

const folder = join(sharedData, 'preferences/mt-bench');
const absent = 'the shared data are not here';
const near = (actual: number | undefined, expected: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-9, `${actual} for ${expected}`);

const questions: MtBenchQuestion[] = [
  { id: '1', category: 'math', turns: ['1', 'And then?'] },
  { id: '2', category: 'writing', turns: ['2', 'And then?'] },
  { id: '3', category: 'writing', turns: ['3', 'And then?'] },
];
const rated = (id: string, turn: number, reply: string, system = 'new'): ScoredReply => ({ id, turn, reply, system });

test('ratings are averaged by turn, by category and over all; what was not read is listed', () => {
  const scores = mtBenchScores(questions, [
    rated('1', 1, '[[8]]'),
    rated('1', 2, '[[4]]'),
    rated('2', 1, 'Rating: [[6.5]]'),
    rated('2', 2, 'I cannot say.'),
  ]);
  near(scores.overall?.mean, (8 + 4 + 6.5) / 3);
  near(scores.turns.get(1)?.mean, (8 + 6.5) / 2);
  near(scores.turns.get(2)?.mean, 4);
  near(scores.categories.get('math')?.mean, 6);
  near(scores.categories.get('writing')?.mean, 6.5);
  assert.deepEqual(scores.failures, [{ id: '2', turn: 2, said: 'I cannot say.' }]);
  assert.deepEqual(scores.missing, ['3']);
});

test('a rating that was read before counts as it is, −1 for none', () => {
  const { overall, failures } = mtBenchScores(questions, [
    { id: '1', turn: 1, system: '', score: 7 },
    { id: '2', turn: 1, system: '', score: -1 },
  ]);
  assert.deepEqual([overall?.mean, overall?.n, failures.length], [7, 1, 1]);
});

test('a response wins a pair only if it wins in both orders', () => {
  const both = (id: string, first: string, second: string) => [
    compared(id, first as 'a', { sources: ['new', 'old'], shownFirst: 'a' }),
    compared(id, second as 'a', { sources: ['new', 'old'], shownFirst: 'b' }),
  ];
  const { systems, failures, oneOrder, unknown } = mtBenchPairs(questions, [
    ...both('1', 'a', 'a'),
    ...both('2', 'a', 'b'),
    ...both('3', 'b', 'b'),
    ...both('4', 'a', 'tie'),
    ...both('5', 'tie', 'tie'),
    ...both('6', 'a', 'skip'),
    compared('7', 'a', { sources: ['new', 'old'] }),
  ]);
  const { wins, losses, ties, winRate } = systems.get('new')!.overall;
  assert.deepEqual({ wins, losses, ties, winRate }, { wins: 1, losses: 1, ties: 3, winRate: 50 });
  assert.equal(systems.get('old')!.overall.wins, 1);
  assert.equal(systems.get('new')!.categories.get('math')?.winRate, 100);
  assert.equal(systems.get('new')!.categories.get('writing')?.winRate, 25); // a tie and a loss
  assert.deepEqual([failures, oneOrder, unknown], [['6'], ['7'], ['4', '5']]);
});

test('by ratings the better answer to the same turn wins, within 0.1 they tie', () => {
  const bySystem = new Map([
    ['new', [rated('1', 1, '[[8]]'), rated('1', 2, '[[5]]'), rated('2', 1, '[[7]]'), rated('2', 2, 'no')]],
    ['old', [rated('1', 1, '[[6]]', 'old'), rated('1', 2, '[[5.1]]', 'old'), rated('2', 1, '[[9]]', 'old')]],
  ]);
  const { wins, losses, ties } = mtBenchRatedPairs(questions, bySystem).get('new')!.overall;
  assert.deepEqual({ wins, losses, ties }, { wins: 1, losses: 1, ties: 1 });
});

test('the recorded ratings of 80 questions give the means of their recorded scores', async (t) => {
  if (!existsSync(folder)) return t.skip(absent);
  const all = await readMtBench(join(folder, 'mt_bench.question.jsonl'));
  const file = join(folder, 'model_judgment.gpt-4_single.jsonl.gz');
  const bySystem = await readScoredReplies([file], new Set(all.map(({ id }) => id)));
  const scores = mtBenchScores(all, bySystem.get('phi-3-dpo')!);
  // pandas-style means of the column `score`, as FastChat's show_result.py takes them, by Python's statistics.mean.
  near(scores.turns.get(1)?.mean, 8.3625);
  near(scores.turns.get(2)?.mean, 8.0375);
  near(scores.overall?.mean, 8.2);
  assert.deepEqual([scores.overall?.n, scores.failures, scores.missing], [160, [], []]);
  const rows = gunzipSync(readFileSync(file))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const [category, score] of scores.categories) {
    const ids = all.filter((one) => one.category === category).map(({ id }) => id);
    const own = rows.filter(({ question_id }) => ids.includes(String(question_id)));
    near(score?.mean, own.reduce((sum, row) => sum + row.score, 0) / own.length);
    assert.equal(score?.n, 20);
  }
});

test('the recorded games give the wins, losses and ties of the rule of the source', async (t) => {
  if (!existsSync(folder)) return t.skip(absent);
  const all = await readMtBench(join(folder, 'mt_bench.question.jsonl'));
  const { comparisons } = await readComparisons(join(folder, 'model_judgment.gpt-4_pair.jsonl.gz'));
  const { systems, failures, oneOrder, unknown } = mtBenchPairs(all, comparisons);
  // Counted in the file: both games model_2 20, both model_1 18, all others without an error 35, with one 2.
  const { wins, losses, ties, winRate, n } = systems.get('phi-3-dpo')!.overall;
  assert.deepEqual({ wins, losses, ties, n }, { wins: 20, losses: 18, ties: 35, n: 73 });
  near(winRate, (100 * (20 + 35 / 2)) / 73); // FastChat's win_rate_adjusted
  assert.deepEqual([failures.length, oneOrder, unknown], [2, [], []]);
  const counted = [...systems.get('phi-3')!.categories.values()].reduce((sum, rate) => sum + rate.n, 0);
  assert.equal(counted, 73);
});
