/** Reads the real files of the shared data sets. The expected counts stand in the READMEs beside the files. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type Content,
  openRows,
  readComparisons,
  readPairs,
  readPrompts,
  readTexts,
  readUnpaired,
  toMessages,
} from '../../src/index.ts';
import { sharedData } from '../files.ts';

/** The path of a shared file; skips the test where it is absent. */
function shared(t: TestContext, file: string): string | undefined {
  const path = join(sharedData, file);
  if (existsSync(path)) return path;
  t.skip(`../shared/data/${file} is not here`);
  return undefined;
}

/** Prompt and response put together again as HH-RLHF writes them. */
function dialogue(...contents: Content[]): string {
  const messages = contents.flatMap((content) => toMessages(content, 'user'));
  const mark = { user: 'Human', assistant: 'Assistant', system: 'System' };
  return messages
    .map(({ role, content }) => `\n\n${mark[role]}: ${content}`)
    .join('')
    .trimEnd();
}

const hh = { 'helpful-base': 1766, 'harmless-base': 1734, 'helpful-rejection-sampled': 2062 };
for (const [name, count] of Object.entries(hh)) {
  test(`HH-RLHF ${name}: ${count} pairs which give back their dialogues to the letter`, async (t) => {
    const path = shared(t, `preferences/hh-rlhf/${name}.test.jsonl.gz`);
    if (!path) return;
    const { pairs, format, ignored } = await readPairs(path);
    assert.equal(pairs.length, count);
    assert.equal(format, 'HH-RLHF');
    assert.deepEqual(ignored, {});
    const { rows } = await openRows(path);
    let i = 0;
    for await (const { row } of rows) {
      const { prompt, chosen, rejected } = pairs[i++]!;
      assert.equal(dialogue(prompt, chosen), String(row?.chosen).trimEnd());
      assert.equal(dialogue(prompt, rejected), String(row?.rejected).trimEnd());
    }
    const userLast = pairs.filter(({ prompt }) => typeof prompt !== 'string' && prompt.at(-1)!.role === 'user');
    assert.ok(userLast.length > 0.99 * count); // the README: they differ in the last answer, not always only there
  });
}

const comparisons: [file: string, format: string, count: number, ties: number][] = [
  ['auto-j/testdata_pairwise.jsonl.gz', 'Auto-J', 928, 266],
  ['pandalm/testset-v1.json.gz', 'PandaLM', 3 * 999, 326],
  ['llmbar/Natural/dataset.json.gz', 'LLMBar', 100, 0],
  ['llmbar/GPTInst/dataset.json.gz', 'LLMBar', 92, 0],
  ['llmbar/Manual/dataset.json.gz', 'LLMBar', 46, 0],
  ['llmbar/MT-Bench/dataset.json.gz', 'LLMBar', 200, 0],
  ['llmbar/LLMEval2/dataset.json.gz', 'LLMBar', 200, 0],
  ['judgebench/gpt-4o-2024-05-13.jsonl.gz', 'JudgeBench', 350, 0],
];
for (const [file, name, count, ties] of comparisons) {
  test(`${file}: ${count} comparisons, of which ${ties} ties`, async (t) => {
    const path = shared(t, `preferences/${file}`);
    if (!path) return;
    const read = await readComparisons(path);
    assert.equal(read.comparisons.length, count);
    assert.equal(read.format, name);
    const derived = await readPairs(path);
    assert.equal(derived.ties, ties);
    assert.equal(derived.pairs.length, count - ties);
  });
}

test('PandaLM’s three annotators agree by majority as its README counts: 105 ties, 422 first, 472 second', async (t) => {
  const path = shared(t, 'preferences/pandalm/testset-v1.json.gz');
  if (!path) return;
  const { comparisons } = await readComparisons(path);
  const majority = { a: 0, b: 0, tie: 0, skip: 0 };
  for (let i = 0; i < comparisons.length; i += 3) {
    const [x, y, z] = comparisons.slice(i, i + 3).map(({ choice }) => choice);
    majority[x === y || x === z ? x! : y!]++;
  }
  assert.deepEqual(majority, { a: 422, b: 472, tie: 105, skip: 0 });
});

test('the dissection data set’s raw samples are comparisons by people', async (t) => {
  const path = shared(t, 'dissection/sample_unannotated.jsonl');
  if (!path) return;
  const { comparisons } = await readComparisons(path);
  assert.deepEqual(
    comparisons.map(({ id, choice, judge, responses }) => [id, choice, judge, responses[1].source]),
    [
      ['0', 'b', 'human', 'gpt-3.5-turbo'],
      ['1', comparisons[1]!.choice, 'human', comparisons[1]!.responses[1].source],
    ],
  );
});

test('the demonstration files of LLaMA-Factory and torchtune are read in their formats', async (t) => {
  if (!shared(t, 'preferences/torchtune-tiny') || !shared(t, 'preferences/llama-factory-demo')) return;
  const path = (file: string) => join(sharedData, 'preferences', file);
  assert.equal((await readPairs(path('llama-factory-demo/dpo_en_demo.json.gz'))).pairs.length, 200);
  assert.equal((await readPairs(path('llama-factory-demo/v1_dpo_demo.jsonl.gz'))).pairs.length, 10);
  assert.equal((await readUnpaired(path('llama-factory-demo/kto_en_demo.json.gz'))).unpaired.length, 200);
  assert.equal((await readTexts(path('llama-factory-demo/alpaca_en_demo.json.gz'))).texts.length, 666);
  assert.equal((await readPairs(path('torchtune-tiny/hh_rlhf_tiny.json'))).pairs.length, 1);
  assert.equal((await readPairs(path('torchtune-tiny/stack_exchange_paired_tiny.json'))).pairs.length, 25);
  assert.equal((await readTexts(path('torchtune-tiny/alpaca_tiny.json'))).texts.length, 100);
  assert.equal((await readTexts(path('torchtune-tiny/chat_tiny.json'))).texts.length, 1);
  assert.equal((await readTexts(path('torchtune-tiny/instruct_tiny.json'))).texts.length, 2);
});

test('AlpacaEval’s baseline outputs give its 805 instructions', async (t) => {
  const path = shared(t, 'preferences/alpaca_eval/gpt4_1106_preview.model_outputs.jsonl.gz');
  if (!path) return;
  assert.equal((await readPrompts(path)).prompts.length, 805);
});

test('PandaLM’s rows have one prompt each', async (t) => {
  const path = shared(t, 'preferences/pandalm/testset-v1.json.gz');
  if (path) assert.equal((await readPrompts(path)).prompts.length, 999);
});

test('scenario queries and AlignBench questions are prompts', async (t) => {
  const [queries, questions] = [
    'preferences/auto-j/scenario_classifier_testdata.jsonl.gz',
    'alignbench/alignbench_v1.1.jsonl',
  ];
  const [a, b] = [shared(t, queries), shared(t, questions)];
  if (a) assert.equal((await readPrompts(a)).prompts.length, 623);
  if (b) assert.equal((await readPrompts(b)).prompts.length, 683);
});

test('files that hold no pairs are refused with the fields they have', async (t) => {
  for (const file of ['mt-bench/model_answer.phi-3.jsonl.gz', 'prometheus/hhh_alignment_eval.json.gz']) {
    const path = shared(t, `preferences/${file}`);
    if (path)
      await assert.rejects(readPairs(path), { name: 'DataError', message: /no preference pairs here; the fields/ });
  }
});

test('TinyStories is one plain text', async (t) => {
  const path = shared(t, 'text/tinystories/train-head.txt.gz');
  if (!path) return;
  const { texts } = await readTexts(path);
  assert.equal(texts.length, 1);
  assert.equal([...('text' in texts[0]! ? texts[0].text : '')].length, 942_640); // the README's count of characters
});
