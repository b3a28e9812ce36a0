import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { loadModel, openModel } from '@attune/align';
import { assertClose } from '../../../align/test/assertClose.ts';
import { tokenLogpsOf } from '../../../align/test/models/plain.ts';
import { noShared, readJson, shared } from '../../../align/test/shared.ts';
import { compare, DriftError, type Probe } from '../../src/models/selfCheck.ts';
import { attune } from '../train/attune.ts';
import { tinyModel, workshop } from '../train/fixture.ts';

const root = workshop();
const model = join(root, 'model');
const golden = join(import.meta.dirname, '../../../align/test/golden/models');
before(() => tinyModel(model));

async function convert(from: string, to: string, ...args: string[]) {
  const ended = await attune('convert', from, join(root, to), '--json', ...args);
  assert.equal(ended.code, 0, ended.stderr);
  return { path: join(root, to), ...JSON.parse(ended.stdout) };
}

for (const family of ['llama-gqa-tied', 'llama-rope-llama3', 'qwen2', 'gpt2']) {
  test(`${family}: from folder to GGUF and back the log-probabilities stay those of transformers`, async () => {
    const gguf = await convert(join(golden, family), `${family}.gguf`);
    const back = await convert(gguf.path, family);
    using again = loadModel(back.path);
    for (const { ids, tokenLogps } of readJson(join(golden, family, 'expected.json')).sequences) {
      assertClose(tokenLogpsOf(again, ids), tokenLogps, { atol: 1e-4 }); // float32 on both sides
    }
  });
}

test('a Mistral becomes a GGUF file that is the same within its window, and as long as that', async () => {
  const { sliding_window: window } = readJson(join(golden, 'mistral', 'config.json'));
  const gguf = await convert(join(golden, 'mistral'), 'mistral.gguf');
  using again = loadModel(gguf.path);
  assert.equal(again.maxPositions, window);
  for (const { ids, tokenLogps } of readJson(join(golden, 'mistral', 'expected.json')).sequences) {
    assertClose(tokenLogpsOf(again, ids.slice(0, window)), tokenLogps.slice(0, window - 1), { atol: 1e-4 });
  }
});

test('a conversion keeps numbers as they are stored, and says how far it is from what it read', async () => {
  const same = await convert(model, 'same');
  assert.deepEqual([same.stored, same.natsPerToken], ['float32', 0]);
  const low = await convert(model, 'low', '--dtype', 'bfloat16');
  assert.ok(low.natsPerToken > 0 && low.natsPerToken < low.tolerance && low.bytes < same.bytes);
  assert.equal(JSON.parse(readFileSync(join(low.path, 'config.json'), 'utf8')).torch_dtype, 'bfloat16');
  assert.equal((await convert(low.path, 'low-again')).stored, 'bfloat16');
  assert.equal((await convert(low.path, 'low.gguf')).stored, 'bfloat16');
  for (const type of ['f16', 'q8_0']) {
    const small = await convert(model, `${type}.gguf`, '--type', type);
    assert.ok(small.bytes < same.bytes && small.natsPerToken < small.tolerance, type);
  }
});

test('tokenizer and chat template go along, into the GGUF file and out of it', async () => {
  const { path } = await convert(model, 'with-tokenizer.gguf');
  const back = await convert(path, 'with-tokenizer');
  const kind = { dtype: 'float32', device: 'cpu' } as const;
  using first = await openModel(model, kind);
  using last = await openModel(back.path, kind);
  const text = 'the cat sat\n\non 12 mats — naïvely 🙂<|endoftext|>';
  assert.deepEqual(last.tokenizer.encode(text), first.tokenizer.encode(text));
  const talk = [{ role: 'user', content: 'where?' }] as const;
  assert.equal(last.tokenizer.applyChatTemplate(talk), first.tokenizer.applyChatTemplate(talk));
  assert.deepEqual(last.tokenizer.eosIds, first.tokenizer.eosIds);
});

test('a llama2.c checkpoint becomes a model folder that computes the same', async (t) => {
  const source = shared('models', 'stories260K', 'stories260K.bin');
  if (!source) return t.skip(noShared);
  const { path } = await convert(source, 'stories260K');
  using converted = loadModel(path);
  const { score } = readJson(shared('models', 'stories260K', 'expected.json')!);
  for (const { ids, token_logprobs } of score) {
    assertClose(tokenLogpsOf(converted, ids), token_logprobs, { atol: 2e-4 }); // given to six digits, from float64
  }
});

test('what is there already is not touched, and what fails leaves nothing', async () => {
  mkdirSync(join(root, 'taken'));
  writeFileSync(join(root, 'taken', 'notes.txt'), 'mine');
  writeFileSync(join(root, 'taken.gguf'), 'mine');
  const torn = join(root, 'torn.gguf');
  const whole = readFileSync((await convert(model, 'whole.gguf')).path);
  writeFileSync(torn, whole.subarray(0, whole.length - 1000));
  const strange = join(root, 'strange');
  cpSync(model, strange, { recursive: true });
  const tokenizer = readJson(join(strange, 'tokenizer.json'));
  writeFileSync(join(strange, 'tokenizer.json'), JSON.stringify({ ...tokenizer, pre_tokenizer: null }));
  const cases: [args: string[], message: RegExp][] = [
    [[model, join(root, 'taken')], /taken exists already/],
    [[model, join(root, 'taken.gguf')], /taken\.gguf exists already/],
    [[model, join(root, 'new.gguf'), '--dtype', 'float32'], /--dtype is for model folders.*--type/],
    [[model, join(root, 'new'), '--type', 'f16'], /--type is for GGUF files/],
    [[torn, join(root, 'new')], /torn\.gguf: .* cut off/],
    [[strange, join(root, 'new.gguf')], /cuts text into words in a way that GGUF has no known name for/],
    [[join(model, 'model.safetensors'), join(root, 'new')], /only a part of a model. Give the folder/],
    [[join(root, 'taken'), join(root, 'new')], /taken\/config\.json: there is no such file/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr, stdout } = await attune('convert', ...args);
    assert.match(stderr, message);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
  }
  assert.deepEqual(readdirSync(join(root, 'taken')), ['notes.txt']);
  assert.equal(readFileSync(join(root, 'taken.gguf'), 'utf8'), 'mine');
  for (const name of readdirSync(root)) assert.doesNotMatch(name, /^new|partial/);
  assert.equal(existsSync(join(root, 'new')), false);
});

test('a model that came out different is refused, also where its numbers are none', () => {
  const before: Probe = { ids: [[1, 2, 3]], values: [-1, -2], chatTemplate: 'x' };
  const drift = (after: Partial<Probe>, storage: 'float32' | 'q8_0' = 'float32') =>
    compare(before, { ...before, ...after }, storage);
  assert.equal(drift({}).natsPerToken, 0);
  assert.equal(drift({ values: [-1.1, -2] }, 'q8_0').natsPerToken, (1.1 - 1) / 2);
  assert.throws(() => drift({ values: [-1.1, -2] }), DriftError);
  assert.throws(() => drift({ values: [-1, Number.NaN] }, 'q8_0'), DriftError);
  assert.throws(() => drift({ ids: [[1, 2, 4]] }), /other tokens/);
  assert.throws(() => drift({ chatTemplate: undefined }), /chat template/);
});
