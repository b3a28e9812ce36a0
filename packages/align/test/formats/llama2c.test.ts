import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Tokenizer } from '@huggingface/tokenizers';
import { openLlama2c } from '../../src/formats/llama2c.ts';
import type { ModelSource } from '../../src/formats/modelSource.ts';
import { noShared, readJson, shared } from '../shared.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-llama2c-'));
after(() => rmSync(folder, { recursive: true }));

function written(name: string, ...parts: readonly ArrayBufferView[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(parts.map((p) => Buffer.from(p.buffer, p.byteOffset, p.byteLength))));
  return path;
}

/** A model of dim 4, one head, one layer, hidden_dim 4, vocabulary 2, context 3, whose numbers count up from 0. */
const sizes = [4, 4, 1, 1, 1, 2, 3];
const weights = 8 + 4 + 4 * 16 + 4 + 3 * 16 + 4; // embedding, norm, q k v o, norm, w1 w2 w3, norm
const counting = (count: number, from = 0) => Float32Array.from({ length: count }, (_, i) => from + i);

const tensorOf = (source: ModelSource, name: string) => [...source.tensors.find((t) => t.name === name)!.read()];

test('the old float32 format is read in its order, rotary tables skipped, query rows half-rotated', () => {
  const tables = new Float32Array(3 * 2 * 2).fill(-1);
  const path = written('tied.bin', Int32Array.from(sizes), counting(weights), tables);
  const source = openLlama2c(path);
  assert.equal(source.config.tie_word_embeddings, true);
  assert.deepEqual(
    source.tensors.map(({ name }) => name).filter((name) => !name.startsWith('model.layers.0.')),
    ['model.embed_tokens.weight', 'model.norm.weight'],
  );
  assert.deepEqual(tensorOf(source, 'model.embed_tokens.weight'), [...counting(8)]);
  const [a, b, c, d] = [12, 16, 20, 24].map((from) => [...counting(4, from)]); // rows of wq
  assert.deepEqual(tensorOf(source, 'model.layers.0.self_attn.q_proj.weight'), [a, c, b, d].flat());
  assert.deepEqual(tensorOf(source, 'model.layers.0.self_attn.v_proj.weight'), [...counting(16, 44)]);
  assert.deepEqual(tensorOf(source, 'model.layers.0.mlp.gate_proj.weight'), [...counting(16, 80)]); // w1
  assert.deepEqual(tensorOf(source, 'model.layers.0.mlp.down_proj.weight'), [...counting(16, 96)]); // w2
  assert.deepEqual(tensorOf(source, 'model.layers.0.mlp.up_proj.weight'), [...counting(16, 112)]); //  w3
  assert.deepEqual(tensorOf(source, 'model.norm.weight'), [...counting(4, 128)]);
});

test('a negative vocabulary size says that the head stands after the rotary tables', () => {
  const untied = Int32Array.from(sizes.with(5, -2));
  const source = openLlama2c(written('untied.bin', untied, counting(weights), new Float32Array(12), counting(8, 500)));
  assert.equal(source.config.tie_word_embeddings, false);
  assert.equal(source.config.vocab_size, 2);
  assert.deepEqual(tensorOf(source, 'lm_head.weight'), [...counting(8, 500)]);
});

/** Version 2 of the same model, with groups of 4: every value q is 1 to 4 within its group, and scales count up. */
function version2(groupSize = 4): Uint8Array {
  const header = Buffer.alloc(256);
  header.writeUInt32LE(0x616b3432, 0);
  for (const [i, value] of [2, ...sizes].entries()) header.writeInt32LE(value, 4 + 4 * i);
  header.writeUInt8(1, 36);
  header.writeInt32LE(groupSize, 37);
  let scale = 0;
  const quantised = [8, 16, 16, 16, 16, 16, 16, 16].flatMap((count) => [
    Buffer.from(Uint8Array.from({ length: count }, (_, i) => (i % 4) + 1)),
    Buffer.from(Float32Array.from({ length: count / 4 }, () => scale++).buffer),
  ]);
  return Buffer.concat([header, Buffer.from(counting(12).buffer), ...quantised]);
}

test('version 2 is read in its order: norms in float32, then int8 groups with their scales', () => {
  const source = openLlama2c(written('v2.bin', version2()));
  assert.deepEqual(tensorOf(source, 'model.layers.0.input_layernorm.weight'), [0, 1, 2, 3]);
  assert.deepEqual(tensorOf(source, 'model.norm.weight'), [8, 9, 10, 11]);
  assert.deepEqual(tensorOf(source, 'model.embed_tokens.weight'), [0, 0, 0, 0, 1, 2, 3, 4]); // scales 0 and 1
  const row = (scale: number) => [1, 2, 3, 4].map((q) => q * scale);
  assert.deepEqual(tensorOf(source, 'model.layers.0.self_attn.q_proj.weight'), [2, 4, 3, 5].flatMap(row));
  assert.deepEqual(tensorOf(source, 'model.layers.0.self_attn.o_proj.weight'), [14, 15, 16, 17].flatMap(row));
});

test('what is cut off, of another version or no checkpoint at all is refused with what was found', () => {
  const short = written('short.bin', Int32Array.from(sizes), counting(weights));
  assert.throws(() => openLlama2c(short), /short\.bin: the file has 556 bytes, but .* needs 604 or more/);
  assert.throws(() => openLlama2c(written('v2short.bin', version2().subarray(0, 400))), /needs \d+ or more/);
  const newer = version2();
  newer[4] = 3;
  assert.throws(() => openLlama2c(written('v3.bin', newer)), /version 3, expected version 2/);
  assert.throws(() => openLlama2c(written('group.bin', version2(3))), /group size is 3, expected a divisor of 4 and 4/);
  const text = written('text.bin', Buffer.from('Once upon a time there was a little girl.'));
  assert.throws(() => openLlama2c(text), /this is not a llama2\.c checkpoint: its first numbers read as dim \d+/);
  assert.throws(() => openLlama2c(written('empty.bin')), /the file ends at byte 0, but dim needs 4 bytes/);
});

/** A tokenizer file of the given tokens with falling scores. */
function tokenizerFile(name: string, tokens: readonly string[]): string {
  const parts = tokens.flatMap((token, i) => {
    const bytes = Buffer.from(token);
    return [Float32Array.of(-i), Int32Array.of(bytes.length), bytes];
  });
  return written(name, Int32Array.of(16), ...parts);
}

test('a tokenizer of another size than the vocabulary is refused', () => {
  const model = written('tied.bin', Int32Array.from(sizes), counting(weights), new Float32Array(12));
  assert.throws(() => openLlama2c(model, tokenizerFile('few.bin', ['<unk>'])), /only 1 tokens, but the model has 2/);
  assert.throws(() => openLlama2c(model, tokenizerFile('many.bin', ['a', 'b', 'c'])), /more than 2 tokens/);
});

for (const [model, checkpoint, tokenizer] of [
  ['stories260K', 'stories260K.bin', 'tok512.bin'],
  ['stories3M-q80', 'stories3M-q80.bin', 'tok4096.bin'],
] as const) {
  const path = shared('models', model);

  test(`${model}: text becomes the token ids of expected.json, and they become text again`, (t) => {
    if (!path) return t.skip(noShared);
    const { tokenizer: files } = openLlama2c(join(path, checkpoint), join(path, tokenizer));
    const made = new Tokenizer(files!.tokenizerJson, files!.tokenizerConfig);
    const { greedy, score, pairs } = readJson(join(path, 'expected.json'));
    for (const { prompt, prompt_ids, new_ids, text } of greedy) {
      assert.deepEqual(made.encode(prompt).ids, prompt_ids);
      assert.equal(made.decode([...prompt_ids, ...new_ids], { skip_special_tokens: true }), text);
    }
    for (const { text, ids } of score) assert.deepEqual(made.encode(text).ids, ids);
    for (const { prompt, chosen, rejected } of pairs) {
      for (const { completion, ids } of [chosen, rejected]) assert.deepEqual(made.encode(prompt + completion).ids, ids);
    }
  });

  test(`${model}: characters without a token become their bytes, and come back`, (t) => {
    if (!path) return t.skip(noShared);
    const { tokenizer: files } = openLlama2c(join(path, checkpoint), join(path, tokenizer));
    const made = new Tokenizer(files!.tokenizerJson, files!.tokenizerConfig);
    const { ids } = made.encode('漢');
    assert.deepEqual(
      ids.slice(-3),
      [...Buffer.from('漢')].map((byte) => byte + 3),
    ); // README: raw bytes are ids 3 to 258
    assert.equal(made.decode(ids, { skip_special_tokens: true }), '漢');
  });
}

test('stories260K: the tensors are those of the file, and the parameters as many as its README says', (t) => {
  const path = shared('models', 'stories260K');
  if (!path) return t.skip(noShared);
  const source = openLlama2c(join(path, 'stories260K.bin'));
  const count = source.tensors.reduce((sum, tensor) => sum + tensor.read().length, 0);
  assert.equal(count, 260032);
  const bytes = readFileSync(join(path, 'stories260K.bin'));
  const embedding = Float32Array.from({ length: 8 }, (_, i) => bytes.readFloatLE(28 + 4 * i));
  assert.deepEqual(source.tensors[0]!.read().subarray(0, 8), embedding);
});
