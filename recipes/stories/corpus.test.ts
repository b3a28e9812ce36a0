import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Tokenizer } from '@huggingface/tokenizers';
import { writeCorpus } from './corpus.ts';

const root = await mkdtemp(join(tmpdir(), 'attune-stories-'));
after(() => rm(root, { recursive: true }));
const [out, again] = [join(root, 'one'), join(root, 'two')];
await writeCorpus({ stories: 2000, seed: 3, out });
await writeCorpus({ stories: 2000, seed: 3, out: again });

const read = (folder: string, name: string) => readFile(join(folder, name), 'utf8');
async function rows<Row>(name: string): Promise<Row[]> {
  return (await read(out, name))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

test('the same seed writes the same files', async () => {
  const names = [
    'train.jsonl',
    'validation.jsonl',
    'prompts.jsonl',
    'held-out-prompts.jsonl',
    'tokenizer/tokenizer.json',
  ];
  for (const name of names) assert.equal(await read(out, name), await read(again, name), name);
});

test('two stories of a hundred are for validation, and none is in both', async () => {
  const train = await rows<{ text: string }>('train.jsonl');
  const validation = await rows<{ text: string }>('validation.jsonl');
  assert.deepEqual([train.length, validation.length], [1960, 40]);
  assert.equal(new Set([...train, ...validation].map(({ text }) => text)).size, 2000);
});

test('held-out prompts are in none of the other files, and ids are unique', async () => {
  const prompts = await rows<{ id: string; prompt: string }>('prompts.jsonl');
  const heldOut = await rows<{ id: string; prompt: string }>('held-out-prompts.jsonl');
  const seen = new Set(prompts.map(({ prompt }) => prompt));
  assert.equal(seen.size, prompts.length);
  const texts = [
    ...(await rows<{ text: string }>('train.jsonl')),
    ...(await rows<{ text: string }>('validation.jsonl')),
  ];
  for (const { prompt } of heldOut) {
    assert.ok(!seen.has(prompt), prompt);
    assert.ok(!texts.some(({ text }) => text.startsWith(`${prompt} `)), prompt);
  }
  assert.equal(new Set([...prompts, ...heldOut].map(({ id }) => id)).size, prompts.length + heldOut.length);
});

test('the tokenizer gives every story back, with little more than a token per word', async () => {
  const tokenizer = new Tokenizer(
    JSON.parse(await read(out, 'tokenizer/tokenizer.json')),
    JSON.parse(await read(out, 'tokenizer/tokenizer_config.json')),
  );
  let [tokens, words] = [0, 0];
  for (const { text } of await rows<{ text: string }>('validation.jsonl')) {
    const { ids } = tokenizer.encode(text);
    assert.equal(tokenizer.decode(ids, { clean_up_tokenization_spaces: false }), text);
    tokens += ids.length;
    words += text.split(' ').length;
  }
  assert.ok(tokens / words < 1.35, `${tokens / words} tokens per word`); // punctuation marks are tokens too
});
