import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Comparison,
  type Content,
  checkComparisons,
  checkLeak,
  checkPairs,
  checkPrompts,
  type Pair,
} from '../../src/index.ts';

const located = <T>(records: readonly T[]) => ({ records, lines: records.map((_, i) => 10 + i) });
const good: Pair = { prompt: 'What colour is the sky?', chosen: 'Blue.', rejected: 'Green.' };
const found = (...pairs: Pair[]) =>
  checkPairs(located(pairs)).map(({ code, count, examples }) => [code, count, examples]);

test('good pairs have no findings', () => {
  assert.deepEqual(found(good, { ...good, chosen: 'Blue by day.' }), []);
});

test('pairs that say nothing are found, with their lines', () => {
  const same = { ...good, rejected: good.chosen };
  assert.deepEqual(found(good, same, same), [
    ['identical_responses', 2, [11, 12]],
    ['duplicate_pair', 1, [12]],
  ]);
  assert.deepEqual(found({ ...good, rejected: ' ' }), [['empty_response', 1, [10]]]);
});

test('contradictions are found on both sides, whatever form the pairs have', () => {
  const swapped: Pair = {
    prompt: [{ role: 'user', content: 'What colour is the sky?' }],
    chosen: [{ role: 'assistant', content: 'Green.' }],
    rejected: [{ role: 'assistant', content: 'Blue.' }],
  };
  assert.deepEqual(found(good, swapped), [['contradiction', 2, [10, 11]]]);
});

test('prompts that are empty, very long, or repeated by the response are found', () => {
  assert.deepEqual(found({ ...good, prompt: '' }), [['empty_prompt', 1, [10]]]);
  assert.deepEqual(found({ ...good, prompt: 'x'.repeat(8001) }), [['long_prompt', 1, [10]]]);
  assert.deepEqual(found({ ...good, chosen: `${good.prompt} Blue.` }), [['prompt_in_response', 1, [10]]]);
});

test('turns out of order are found; a system message at the beginning is in order', () => {
  const say = (role: 'system' | 'user' | 'assistant') => ({ role, content: role });
  const pairWith = (prompt: Content): Pair => ({ prompt, chosen: [say('assistant')], rejected: 'No.' });
  assert.deepEqual(found(pairWith([say('system'), say('user')])), []);
  assert.deepEqual(found(pairWith([say('user'), say('user')])), [['turns_out_of_order', 1, [10]]]);
  assert.deepEqual(found(pairWith([say('user'), say('assistant')])), [['turns_out_of_order', 1, [10]]]);
});

test('examples are the first five, the count is complete', () => {
  assert.deepEqual(found(...Array<Pair>(9).fill(good)), [['duplicate_pair', 8, [11, 12, 13, 14, 15]]]);
});

test('repeated prompts are found in a prompts file', () => {
  assert.deepEqual(
    checkPrompts(located<Content>(['a', 'b', ' a\n'])).map(({ code, examples }) => [code, examples]),
    [['duplicate_prompt', [12]]],
  );
});

test('preferences that lead in a circle are found in comparisons', () => {
  const vote = (a: string, b: string): Comparison => ({
    id: a + b,
    prompt: [{ role: 'user', content: 'Sky?' }],
    responses: [
      { id: '1', text: a },
      { id: '2', text: b },
    ],
    choice: 'a',
    judge: 'me',
  });
  const votes = [vote('A', 'B'), vote('B', 'C'), vote('A', 'D'), vote('C', 'A')];
  assert.deepEqual(
    checkComparisons(located(votes)).map(({ code, count, examples }) => [code, count, examples]),
    [['cycle', 3, [10, 11, 13]]],
  );
  assert.deepEqual(checkComparisons(located(votes.slice(0, 3))), []);
});

test('a prompt in two files is a leak, word for word or nearly, with both lines', () => {
  const long = 'Plan a trip of three days to the capital for two people who like to walk';
  const held = { name: 'test.jsonl', ...located<Content>(['a', 'b', `${long}, please`]) };
  const train = {
    name: 'train.jsonl',
    records: ['c', [{ role: 'user', content: 'b ' }], long] as Content[],
    lines: [1, 2, 3],
  };
  const { findings, leaks } = checkLeak(held, train);
  assert.deepEqual(
    findings.map(({ level, code, count, examples }) => [level, code, count, examples]),
    [
      ['error', 'leak', 1, [11]],
      ['error', 'near_leak', 1, [12]],
    ],
  );
  assert.deepEqual(leaks, [
    { line: 11, other: 2, similarity: 1, exact: true },
    { line: 12, other: 3, similarity: 14 / 16, exact: false }, // 16 words have 14 trigrams, ", please" adds two
  ]);
  assert.deepEqual(checkLeak(held, { ...train, records: ['c', 'd', 'e'] }), { findings: [], leaks: [] });
});
