import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { mtBenchPair, mtBenchSingle } from '../../../src/judges/index.ts';
import { sharedData } from '../../files.ts';
import { said } from './reply.ts';

const folder = join(sharedData, 'preferences/mt-bench');
const recorded = (name: string) =>
  gunzipSync(readFileSync(join(folder, name)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('a rating stands in double brackets, from 1 to 10, the last one counts', () => {
  const read = (text: string) => mtBenchSingle.read(said(text), { prompt: '', response: '' })?.score;
  assert.equal(read('Rating: [[5]]'), 5);
  assert.equal(read('Not [[4]], rather [[7.5]].'), 7.5);
  for (const none of ['[[11]]', '[[0]]', '[[-1]]', '[[8/10]]', '8', '[8]', '[[eight]]', '']) {
    assert.equal(read(none), undefined, none);
  }
});

test('the last letter in double brackets is the verdict of a pair', () => {
  const read = (text: string) => mtBenchPair.read(said(text), { prompt: '', first: '', second: '' })?.preference;
  assert.deepEqual([read('[[A]]'), read('[[B]]'), read('[[C]]')], [1, 0, 0.5]);
  assert.equal(read('It would be [[A]] without the mistake; so it is [[B]].'), 0); // the original says A here
  for (const none of ['A', '[[D]]', '[A]', '$ERROR$']) assert.equal(read(none), undefined, none);
});

test('with a reference correctness is judged, and of several turns the last answer', () => {
  const system = (question: Parameters<typeof mtBenchPair.request>[0]) =>
    mtBenchPair.request(question).messages[0]!.content;
  const plain = { prompt: '2 + 2?', first: '4', second: '5' };
  assert.match(system({ ...plain, reference: '4' }), /correct/);
  assert.doesNotMatch(system(plain), /correct|turns/);
  const turns = (answer: string) => [
    { role: 'assistant' as const, content: 'It is 4.' },
    { role: 'user' as const, content: 'And 3 + 3?' },
    { role: 'assistant' as const, content: answer },
  ];
  const asked = mtBenchPair.request({ ...plain, first: turns('6'), second: turns('7') }).messages;
  assert.match(asked[0]!.content, /last answer/);
  // Each message stands between two lines of its own.
  for (const name of ['answer of assistant A, 1 (assistant)', 'answer of assistant B, 2 (user)', 'question']) {
    assert.equal(asked[1]!.content.split(` ${name}=====\n`).length, 3, name);
  }
});

test('the 160 recorded ratings are read as they were recorded', (t) => {
  if (!existsSync(folder)) return t.skip('the shared data are not here');
  const rows = recorded('model_judgment.gpt-4_single.jsonl.gz');
  assert.equal(rows.length, 160);
  for (const { judgment, score } of rows) {
    assert.equal(mtBenchSingle.read(said(judgment), { prompt: '', response: '' })?.score, score);
  }
});

test('the 150 recorded games are read as they were recorded, three failed calls among them', (t) => {
  if (!existsSync(folder)) return t.skip('the shared data are not here');
  const games = recorded('model_judgment.gpt-4_pair.jsonl.gz').flatMap((row) => [
    { text: row.g1_judgment, winner: row.g1_winner, first: 'model_1' },
    { text: row.g2_judgment, winner: row.g2_winner, first: 'model_2' }, // exchanged
  ]);
  assert.equal(games.length, 150);
  for (const { text, winner, first } of games) {
    const preference = mtBenchPair.read(said(text), { prompt: '', first: '', second: '' })?.preference;
    const expected = winner === 'error' ? undefined : winner === 'tie' ? 0.5 : Number(winner === first);
    assert.equal(preference, expected);
  }
  assert.equal(games.filter(({ winner }) => winner === 'error').length, 3);
});
