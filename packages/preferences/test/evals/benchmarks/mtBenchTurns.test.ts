import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { toMessages } from '../../../src/data/types.ts';
import { type MtBenchQuestion, readMtBench } from '../../../src/evals/benchmarks/mtBench.ts';
import { mtBenchPrompts, mtBenchRows, readMtBenchAnswers } from '../../../src/evals/benchmarks/mtBenchTurns.ts';
import { fileWriter, sharedData, temporaryFolder } from '../../files.ts';

const write = fileWriter(temporaryFolder());
const folder = join(sharedData, 'preferences/mt-bench');

const questions: MtBenchQuestion[] = [
  { id: '81', category: 'writing', turns: ['Write.', 'Shorter.'] },
  { id: '111', category: 'math', turns: ['2 + 2?', '3 + 3?'] },
];
const ids = new Set(['81', '111']);
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

test('first the first turns are asked, then the second ones after the first answers, then nothing', () => {
  assert.deepEqual(mtBenchPrompts(questions, new Map()), [
    { id: '81', category: 'writing', prompt: [user('Write.')] },
    { id: '111', category: 'math', prompt: [user('2 + 2?')] },
  ]);
  const answers = new Map([
    ['81', ['Here.']],
    ['111', ['4', '6']],
  ]);
  assert.deepEqual(mtBenchPrompts(questions, answers), [
    { id: '81', category: 'writing', prompt: [user('Write.'), assistant('Here.'), user('Shorter.')] },
  ]);
  const told = mtBenchPrompts(questions, new Map(), new Map([['111', ['four', 'six']]]));
  assert.deepEqual(
    told.map(({ reference }) => reference),
    [undefined, 'four'],
  );
});

test('each answered turn is a row, the second with its conversation and the references to it', () => {
  const answers = new Map([['111', ['4', '7']]]);
  const references = new Map([['111', ['four', 'six']]]);
  const row = { id: '111', source: 'ours', category: 'math', prompt: '2 + 2?' };
  assert.deepEqual(mtBenchRows(questions, answers, { source: 'ours', references }), [
    { ...row, turn: 1, response: '4', reference: 'four' },
    {
      ...row,
      turn: 2,
      response: [assistant('4'), user('3 + 3?'), assistant('7')],
      reference: [assistant('four'), user('3 + 3?'), assistant('six')],
    },
  ]);
  assert.ok(mtBenchRows(questions, answers, { source: 'ours' }).every((one) => !('reference' in one)));
});

test('answers are read from a file for each turn, or from one for all', async () => {
  const [first, second] = ['Here.', 'H.'].map((text, i) => write(`turn-${i}.jsonl`, [{ id: '81', index: 0, text }]));
  const all = write('all.jsonl', [{ question_id: 81, model_id: 'm', choices: [{ turns: ['Here.', 'H.'] }] }]);
  const expected = new Map([['81', ['Here.', 'H.']]]);
  assert.deepEqual(await readMtBenchAnswers([first!, second!], ids), { answers: expected, source: undefined });
  assert.deepEqual(await readMtBenchAnswers([all], ids), { answers: expected, source: 'm' });
  const twice = write('twice.jsonl', [
    { id: '81', index: 0, text: 'a' },
    { id: '81', index: 1, text: 'b' },
  ]);
  await assert.rejects(readMtBenchAnswers([twice], ids), /line 2: question 81 is answered a second time.*one answer/s);
  const other = write('other.jsonl', [{ id: '5', text: 'a' }]);
  await assert.rejects(readMtBenchAnswers([other], ids), /line 1: there is no question 5/);
});

test('published answers give the rows that their published ratings were asked about', async (t) => {
  if (!existsSync(folder)) return t.skip('the shared data are not here');
  const all = await readMtBench(join(folder, 'mt_bench.question.jsonl'));
  const known = new Set(all.map(({ id }) => id));
  const { answers, source } = await readMtBenchAnswers([join(folder, 'model_answer.phi-3-dpo.jsonl.gz')], known);
  const references = (await readMtBenchAnswers([join(folder, 'mt_bench.reference_answer.gpt-4.jsonl')], known)).answers;
  const rows = mtBenchRows(all, answers, { source: source!, references });
  assert.deepEqual([source, rows.length], ['phi-3-dpo', 160]);
  const judged = gunzipSync(readFileSync(join(folder, 'model_judgment.gpt-4_single.jsonl.gz')))
    .toString()
    .trimEnd();
  const asked = new Map(
    judged.split('\n').map((line) => {
      const { question_id, turn, user_prompt } = JSON.parse(line);
      return [`${question_id} ${turn}`, user_prompt as string];
    }),
  );
  for (const { id, turn, prompt, response, reference } of rows) {
    const shown = asked.get(`${id} ${turn}`)!;
    const texts = [prompt, ...toMessages(response, 'assistant').map(({ content }) => content)];
    for (const text of texts) assert.ok(shown.includes(text), `${id}, turn ${turn}`);
    assert.equal(shown.includes('Reference Answer'), reference !== undefined, `${id}, turn ${turn}`);
  }
});
