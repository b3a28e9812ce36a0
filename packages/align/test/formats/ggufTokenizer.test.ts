import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Tokenizer } from '@huggingface/tokenizers';
import { readGguf } from '../../src/formats/gguf.ts';
import { type TypedValue, writeGguf } from '../../src/formats/ggufWriter.ts';
import type { SourceTokenizer } from '../../src/formats/modelSource.ts';
import { preTokenizations } from '../../src/formats/preTokenizers.ts';
import { tokenizerFromGguf } from '../../src/formats/tokenizerFromGguf.ts';
import { tokenizerToGguf } from '../../src/formats/tokenizerToGguf.ts';
import { trainBpe } from '../../src/tokenizers/trainBpe.ts';
import { tokenizerJson } from '../../src/tokenizers/writeTokenizer.ts';
import { noShared, readJson, shared } from '../shared.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-gguf-tokenizer-'));
after(() => rmSync(folder, { recursive: true }));

/** A tokenizer of our own: byte-level, trained on a sentence, with ChatML's special tokens. */
const bpe = trainBpe(['The quick brown fox jumps over 12345 lazy dogs; the dogs were not amused.'], {
  vocabSize: 300,
  specialTokens: ['<|endoftext|>', '<|im_start|>', '<|im_end|>'],
});

function byteLevel(pre: string): SourceTokenizer {
  const { normalizer, pre_tokenizer, ignore_merges } = preTokenizations[pre]!;
  const json = tokenizerJson(bpe);
  return {
    tokenizerJson: { ...json, normalizer, pre_tokenizer, model: { ...json.model, ignore_merges } },
    tokenizerConfig: { eos_token: '<|im_end|>', pad_token: { content: '<|endoftext|>' } },
    chatTemplate: '{{ messages[0].content }}',
  };
}

function throughGguf(source: SourceTokenizer, vocabSize = 300): SourceTokenizer {
  const path = join(folder, 'tokenizer.gguf');
  writeGguf(path, tokenizerToGguf(path, source, vocabSize), []);
  return tokenizerFromGguf(readGguf(path))!;
}

const load = ({ tokenizerJson, tokenizerConfig }: SourceTokenizer) => new Tokenizer(tokenizerJson, tokenizerConfig);

const texts = [
  'The quick brown fox',
  '  spaces  and\n\nlines\t\ttabs ',
  "don't WE'LL 12345 3.14 ½ ²",
  'naïve 漢字 👩‍👩‍👧 é',
  '<|im_start|>user\nthe dogs<|im_end|>\n',
];

for (const pre of Object.keys(preTokenizations)) {
  test(`a byte-level tokenizer cut as ${pre} goes through GGUF and gives the same tokens`, () => {
    const source = byteLevel(pre);
    const back = throughGguf(source);
    const [before, now] = [load(source), load(back)];
    for (const text of texts) assert.deepEqual(now.encode(text).ids, before.encode(text).ids, text);
    assert.deepEqual(back.tokenizerJson.model, {
      ...(source.tokenizerJson.model as object),
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      merges: bpe.merges,
    });
    assert.equal(back.tokenizerConfig.eos_token, '<|im_end|>');
    assert.equal(back.tokenizerConfig.pad_token, '<|endoftext|>');
    assert.equal(back.chatTemplate, source.chatTemplate);
  });
}

test('digits: GPT-2 keeps them together, SmolLM and Qwen2 part all, Llama 3 keeps three', () => {
  const withDigits = trainBpe(['123 45 12345'], { vocabSize: 300, specialTokens: [] }); // 123, 45 and 12345 among them
  const tokens = (pre: string) => {
    const source = byteLevel(pre);
    const { model } = tokenizerJson(withDigits);
    return load({ ...source, tokenizerJson: { ...source.tokenizerJson, added_tokens: [], model } }).tokenize('12345');
  };
  assert.deepEqual(tokens('gpt-2'), ['12345']);
  assert.deepEqual(tokens('smollm'), ['1', '2', '3', '4', '5']);
  assert.deepEqual(tokens('qwen2'), ['1', '2', '3', '4', '5']);
  assert.deepEqual(tokens('llama-bpe'), ['123', '45']);
});

test('individual digits are SmolLM whether written as Digits or as a split', () => {
  const source = byteLevel('smollm');
  const written = {
    type: 'Sequence',
    pretokenizers: [{ type: 'Digits', individual_digits: true }, { type: 'ByteLevel' }],
  };
  const json = { ...source.tokenizerJson, pre_tokenizer: written };
  const metadata = tokenizerToGguf('x.gguf', { ...source, tokenizerJson: json }, 300);
  assert.deepEqual(metadata['tokenizer.ggml.pre'], { type: 'string', value: 'smollm' });
});

test('the begin token is added where the tokenizer adds it, and nowhere else', () => {
  assert.equal(throughGguf(byteLevel('gpt-2')).tokenizerJson.post_processor, null);
  const plain = byteLevel('gpt-2');
  const bos = '<|endoftext|>';
  const post_processor = {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { [bos]: { id: bos, ids: [0], tokens: [bos] } },
  };
  const source = { tokenizerJson: { ...plain.tokenizerJson, post_processor }, tokenizerConfig: { bos_token: bos } };
  assert.deepEqual(load(throughGguf(source)).encode('The').ids, load(source).encode('The').ids);
  assert.equal(load(throughGguf(source)).encode('The').ids[0], 0);
});

test('rows of the embedding without a token are filled up in GGUF, and left out again', () => {
  const source = byteLevel('gpt-2');
  const metadata = tokenizerToGguf('x.gguf', source, 310);
  assert.equal((metadata['tokenizer.ggml.tokens']!.value as string[]).length, 310);
  const vocabulary = (throughGguf(source, 310).tokenizerJson.model as { vocab: object }).vocab;
  assert.equal(Object.keys(vocabulary).length, 300);
});

test('a way of cutting words that llama.cpp has no name for is refused, not replaced by another', () => {
  const source = byteLevel('gpt-2');
  const whitespace = { ...source, tokenizerJson: { ...source.tokenizerJson, pre_tokenizer: { type: 'Whitespace' } } };
  assert.throws(() => tokenizerToGguf('x.gguf', whitespace, 300), /no known name for \(\{"type":"Whitespace"\}\)/);
  const spaced = { type: 'ByteLevel', add_prefix_space: true, use_regex: true };
  const prefixed = { ...source, tokenizerJson: { ...source.tokenizerJson, pre_tokenizer: spaced } };
  assert.throws(() => tokenizerToGguf('x.gguf', prefixed, 300), /ByteLevel of words with a space in front/);
  const unigram = { ...source, tokenizerJson: { ...source.tokenizerJson, model: { type: 'Unigram' } } };
  assert.throws(() => tokenizerToGguf('x.gguf', unigram, 300), /of type Unigram, expected BPE/);
});

const strings = (...value: string[]): TypedValue => ({ type: 'string', value });
const one = (value: string): TypedValue => ({ type: 'string', value });

test('a broken tokenizer in the file is an error that names the entry', () => {
  const open = (metadata: Record<string, TypedValue>) => () => {
    const path = join(folder, 'broken.gguf');
    writeGguf(path, metadata, []);
    return tokenizerFromGguf(readGguf(path));
  };
  const gpt2 = { 'tokenizer.ggml.model': one('gpt2'), 'tokenizer.ggml.tokens': strings('a', 'b') };
  assert.equal(open({})(), undefined);
  assert.throws(open({ 'tokenizer.ggml.model': one('bert') }), /of kind bert, expected gpt2/);
  assert.throws(
    open({ 'tokenizer.ggml.model': one('llama'), 'tokenizer.ggml.tokens': strings('a') }),
    /no scores for 1/,
  );
  assert.throws(open(gpt2), /tokenizer\.ggml\.merges is missing/);
  assert.throws(open({ ...gpt2, 'tokenizer.ggml.merges': strings('abc') }), /"abc" is not two tokens/);
  assert.throws(open({ ...gpt2, 'tokenizer.ggml.pre': one('toString') }), /pre is toString, expected one of gpt-2/);
  const id: TypedValue = { type: 'uint32', value: 2 };
  assert.throws(open({ ...gpt2, 'tokenizer.ggml.bos_token_id': id }), /bos_token_id is 2, expected .* below 2/);
  const kinds: TypedValue = { type: 'int32', value: [1] };
  assert.throws(open({ ...gpt2, 'tokenizer.ggml.token_type': kinds }), /has 1 entries for 2 tokens/);
});

for (const [where, vocabSize] of [
  ['models/tinystories-656k', 2048],
  ['tokenizers/phi-3', 32064], // Llama 2's vocabulary and a few more
] as const) {
  test(`the SentencePiece tokenizer of ${where} goes through GGUF and gives the same tokens`, (t) => {
    const path = shared(where);
    if (!path) return t.skip(noShared);
    const config = join(path, 'tokenizer_config.json');
    const source = {
      tokenizerJson: readJson(join(path, 'tokenizer.json')),
      tokenizerConfig: existsSync(config) ? readJson(config) : {},
    };
    const [before, now] = [load(source), load(throughGguf(source, vocabSize))];
    for (const text of ['Once upon a time', '  two  spaces', 'Tim saw a cat.\nThe cat ran!', 'naïve 漢 👍', '']) {
      assert.deepEqual(now.encode(text).ids, before.encode(text).ids, text);
    }
  });
}
