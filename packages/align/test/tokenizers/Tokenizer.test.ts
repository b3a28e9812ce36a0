import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { Tokenizer } from '../../src/tokenizers/Tokenizer.ts';
import { noShared, readJson, shared } from '../shared.ts';
import { beginning, chatMl, exampleFiles, exampleTokenizer, gpt2Tokenizer } from './examples.ts';
import { llama3Tokenizer } from './llama3.ts';

const textOfAnyKind = fc.string({ unit: 'grapheme', maxLength: 40 });

test('decoding what was encoded gives the text back, whatever it holds', () => {
  const tokenizer = exampleTokenizer();
  fc.assert(fc.property(textOfAnyKind, (text) => assert.equal(tokenizer.decode(tokenizer.encode(text)), text)));
});

test('a decode stream gives the text of all tokens in whole characters, whatever the tokens', () => {
  const tokenizer = exampleTokenizer();
  const anyIds = fc.array(fc.nat({ max: tokenizer.vocabSize + 3 }), { maxLength: 30 });
  const properIds = textOfAnyKind.map((text) => tokenizer.encode(text));
  fc.assert(
    fc.property(fc.oneof(anyIds, properIds), fc.boolean(), (ids, skipSpecialTokens) => {
      const stream = tokenizer.decodeStream({ skipSpecialTokens });
      const pieces = [...ids.map((id) => stream.push(id)), stream.end()];
      assert.equal(pieces.join(''), tokenizer.decode(ids, { skipSpecialTokens }));
    }),
  );
});

test('a decode stream holds a character back until its last byte is there', () => {
  const tokenizer = exampleTokenizer();
  const stream = tokenizer.decodeStream();
  const ids = tokenizer.encode('a🚀b'); // no merges for the rocket: its four bytes are four tokens
  assert.deepEqual(
    ids.map((id) => stream.push(id)),
    ['a', '', '', '', '🚀', 'b'],
  );
});

test('tokens are shown as text with its spaces, as bytes where they are half a character, special ones by name', () => {
  const tokenizer = exampleTokenizer();
  const ids = tokenizer.encode('<|im_start|>The fox é');
  assert.deepEqual(tokenizer.tokens(ids), ['<|im_start|>', 'The', ' fox', ' ', '<0xC3>', '<0xA9>']);
  assert.deepEqual(tokenizer.tokens([1e6]), ['<unknown 1000000>']);
});

test('decoding leaves special tokens out when asked, and gives ids the tokenizer does not know no text', () => {
  const tokenizer = exampleTokenizer();
  const ids = [...tokenizer.encode('<|im_start|>fox<|im_end|>'), 1e6];
  assert.equal(tokenizer.decode(ids), '<|im_start|>fox<|im_end|>');
  assert.equal(tokenizer.decode(ids, { skipSpecialTokens: true }), 'fox');
  assert.equal(tokenizer.decode([]), '');
});

test('end tokens come from the tokenizer first, then from the generation settings, each once', () => {
  assert.deepEqual(exampleTokenizer().eosIds, [2, 0]);
  assert.deepEqual(exampleTokenizer({ generationConfig: { eos_token_id: [1, 2] } }).eosIds, [2, 1]);
  assert.deepEqual(exampleTokenizer({ tokenizerConfig: { eos_token: null } }).eosIds, [2, 0]);
});

test('a token that the configuration declares to be none is none', () => {
  const tokenizer = exampleTokenizer();
  assert.equal(tokenizer.bosId, undefined); // bos_token: null
  assert.equal(tokenizer.padId, 0);
  assert.deepEqual(tokenizer.startIds, []);
});

test('a begin token stands before a text and not before a continuation', () => {
  const tokenizer = new Tokenizer(beginning);
  assert.deepEqual(tokenizer.startIds, [0]);
  assert.equal(tokenizer.encode('fox')[0], 0);
  assert.deepEqual([0, ...tokenizer.encodeContinuation('fox')], tokenizer.encode('fox'));
});

async function folderWith(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-tokenizer-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const tokenizerJson = JSON.stringify(exampleFiles.tokenizerJson);
const turn = [{ role: 'user' as const, content: 'Hi' }];

test('a folder is read: chat_template.jinja goes before the template in tokenizer_config.json', async (t) => {
  const config = JSON.stringify({ ...exampleFiles.tokenizerConfig, chat_template: 'inside' });
  const inside = await folderWith(t, { 'tokenizer.json': tokenizerJson, 'tokenizer_config.json': config });
  assert.equal((await Tokenizer.load(inside)).applyChatTemplate(turn), 'inside');
  await writeFile(join(inside, 'chat_template.jinja'), chatMl);
  assert.equal((await Tokenizer.load(inside)).applyChatTemplate(turn), '<|im_start|>user\nHi<|im_end|>\n');
});

test('of several named templates the default one is used, and without one the names are told', async (t) => {
  const withTemplates = (names: string[]) => ({
    'tokenizer.json': tokenizerJson,
    'tokenizer_config.json': JSON.stringify({ chat_template: names.map((name) => ({ name, template: `is ${name}` })) }),
  });
  const tokenizer = await Tokenizer.load(await folderWith(t, withTemplates(['tool_use', 'default'])));
  assert.equal(tokenizer.applyChatTemplate(turn), 'is default');
  const undecided = await folderWith(t, withTemplates(['tool_use', 'rag']));
  await assert.rejects(Tokenizer.load(undecided), { code: 'file', message: /tool_use, rag, but none named "default"/ });
});

test('what is missing or broken is named, with what to do', async (t) => {
  await assert.rejects(Tokenizer.load('/no/such/folder'), { code: 'file', badInput: true, message: /no such folder/ });
  const slow = await folderWith(t, { 'tokenizer.model': '' });
  await assert.rejects(Tokenizer.load(slow), {
    message: /tokenizer\.json: there is no such file.*only tokenizer\.model; .*save_pretrained/,
  });
  const cut = await folderWith(t, { 'tokenizer.json': tokenizerJson.slice(0, 99) });
  await assert.rejects(Tokenizer.load(cut), { code: 'file', message: /tokenizer\.json: this is not JSON/ });
  const other = await folderWith(t, { 'tokenizer.json': '{"model":{}}' });
  await assert.rejects(Tokenizer.load(other), {
    code: 'file',
    message: /not a tokenizer that can be used.*save_pretrained/,
  });
  const mixed = { 'tokenizer.json': tokenizerJson, 'tokenizer_config.json': '{"eos_token":"</s>"}' };
  await assert.rejects(Tokenizer.load(await folderWith(t, mixed)), {
    message: /eos_token is "<\/s>", which tokenizer\.json does not know/,
  });
  const wrongId = { 'tokenizer.json': tokenizerJson, 'config.json': '{"eos_token_id":"2"}' };
  await assert.rejects(Tokenizer.load(await folderWith(t, wrongId)), {
    message: /eos_token_id.*is "2"\. Expected an id/,
  });
});

test('without a chat template, messages are refused with a way out', () => {
  const tokenizer = exampleTokenizer({ chatTemplate: undefined });
  assert.equal(tokenizer.hasChatTemplate, false);
  assert.throws(() => tokenizer.applyChatTemplate(turn), { code: 'chat_template', message: /plain strings/ });
});

// Token ids of 46 strings, from the tokenizer tests of llama.cpp (see the data's README).
const vectorSets = {
  gpt2: gpt2Tokenizer,
  'llama-3': llama3Tokenizer,
  'phi-3': (folder: string) => Tokenizer.load(folder), // its text tokens are Llama 2's
};
for (const [name, open] of Object.entries(vectorSets)) {
  test(`${name}: the ids of 46 strings are those of llama.cpp, and decode to the strings`, async (t) => {
    const folder = shared('tokenizers', name);
    if (!folder) return t.skip(noShared);
    const tokenizer = await open(folder);
    const vectors: { text: string; ids: number[] }[] = readJson(join(folder, 'vectors.json'));
    assert.equal(vectors.length, 46);
    for (const { text, ids } of vectors) {
      assert.deepEqual(tokenizer.encode(text, { addSpecialTokens: false }), ids, JSON.stringify(text));
      assert.equal(tokenizer.decode(ids), text);
    }
  });
}

test('tinystories-656k: prompts and sentences have the ids of expected.json, and its ids decode to its texts', async (t) => {
  const folder = shared('models', 'tinystories-656k');
  if (!folder) return t.skip(noShared);
  const tokenizer = await Tokenizer.load(folder);
  const expected = readJson(join(folder, 'expected.json'));
  for (const { text, ids } of expected.score) assert.deepEqual(tokenizer.encode(text), ids);
  for (const { prompt, prompt_ids, new_ids, text } of expected.greedy) {
    assert.deepEqual(tokenizer.encode(prompt), prompt_ids);
    assert.equal(tokenizer.decode([...prompt_ids, ...new_ids], { skipSpecialTokens: true }), text);
  }
  assert.deepEqual([tokenizer.bosId, tokenizer.eosIds, tokenizer.padId, tokenizer.vocabSize], [1, [2], 0, 2048]);
});

test('SentencePiece tokens stream with the spaces that decoding them together gives', async (t) => {
  const folder = shared('tokenizers', 'phi-3');
  if (!folder) return t.skip(noShared);
  const tokenizer = await Tokenizer.load(folder);
  const texts = [' two  spaces', 'naïve 🚀 日本語', '<|user|>\nHello<|end|> there', ''];
  for (const text of texts) {
    for (const skipSpecialTokens of [true, false]) {
      const ids = tokenizer.encode(text);
      const stream = tokenizer.decodeStream({ skipSpecialTokens });
      const streamed = [...ids.map((id) => stream.push(id)), stream.end()].join('');
      assert.equal(streamed, tokenizer.decode(ids, { skipSpecialTokens }));
    }
  }
  assert.deepEqual(tokenizer.tokens(tokenizer.encode('Hi there é🚀')).slice(0, 4), ['<s>', ' Hi', ' there', ' é']);
});

test('the tiny Qwen2-style tokenizer encodes a chat to the 188 ids of torchtune', async (t) => {
  const path = shared('tokenizers', 'tiny', 'tiny_bpe_tokenizer.json');
  if (!path) return t.skip(noShared);
  const tokenizer = new Tokenizer({ source: path, tokenizerJson: readJson(path), chatTemplate: chatMl });
  const user =
    'Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n' +
    '### Instruction:\nGenerate a realistic dating profile bio.\n\n### Response:\n';
  const assistant =
    "I'm an outgoing and friendly person who loves spending time with friends and family. I'm also a big-time foodie " +
    "and love trying out new restaurants and different cuisines. I'm a big fan of the arts and enjoy going to museums " +
    "and galleries. I'm looking for someone who shares my interest in exploring new places, as well as someone who " +
    'appreciates a good conversation over coffee.';
  const turns = [
    { role: 'user' as const, content: user },
    { role: 'assistant' as const, content: assistant },
  ];
  const ids = tokenizer.encode(tokenizer.applyChatTemplate(turns).trimEnd()); // theirs ends without a line break
  const first = [2001, 273, 105, 94, 33, 214, 174, 156, 194, 130, 197, 184, 446, 789, 113, 98, 1914, 13, 346, 788];
  assert.deepEqual(ids.slice(0, 20), first);
  assert.equal(ids.length, 188);
  assert.equal(tokenizer.encode(tokenizer.applyChatTemplate(turns.slice(0, 1))).length, 67);
});
