import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readGguf } from '../../src/formats/gguf.ts';
import { exportGguf } from '../../src/formats/ggufExport.ts';
import { openGguf } from '../../src/formats/ggufSource.ts';
import { type TypedValue, writeGguf } from '../../src/formats/ggufWriter.ts';
import type { ModelSource } from '../../src/formats/modelSource.ts';
import { halfRotated, interleaved, transposed } from '../../src/formats/rowOrders.ts';
import { goldenSource } from './goldenSource.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-gguf-'));
after(() => rmSync(folder, { recursive: true }));

const models = readdirSync(join(import.meta.dirname, '../golden/models'));

/** The config of a model as transformers 4 writes it, with what is absent filled in as transformers fills it in. */
function settled(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const rope = (config.rope_parameters ?? config.rope_scaling) as Record<string, unknown> | null | undefined;
  const { rope_theta, type, rope_type = type, ...scaling } = rope ?? {};
  return {
    ...config,
    rope_theta: config.rope_theta ?? rope_theta,
    rope_scaling: rope_type === undefined || rope_type === 'default' ? null : { rope_type, ...scaling },
  };
}

const text = (value: string): TypedValue => ({ type: 'string', value });

const byName = (source: ModelSource) => new Map(source.tensors.map((tensor) => [tensor.name, tensor]));

for (const model of models) {
  test(`${model}: written as GGUF and read again, every tensor is the same to the bit`, () => {
    const original = goldenSource(model);
    const path = join(folder, `${model}.gguf`);
    exportGguf(path, original, { type: 'F32', name: model });
    const back = openGguf(path);
    const [before, now] = [byName(original), byName(back)];
    assert.deepEqual([...now.keys()].sort(), [...before.keys()].sort());
    for (const [name, tensor] of now) {
      assert.deepEqual(tensor.shape, before.get(name)!.shape, name);
      assert.deepEqual(tensor.read(), before.get(name)!.read(), name);
    }
  });

  test(`${model}: written as GGUF and read again, the config says the same`, () => {
    const original = settled(goldenSource(model).config);
    const back = openGguf(join(folder, `${model}.gguf`)).config;
    // What only transformers reads, what GGUF has no key for, and what `settled` has already turned into other keys.
    const kept = Object.keys(back).filter((key) => !['architectures', 'torch_dtype', 'head_dim'].includes(key));
    for (const key of kept) {
      if (model === 'mistral' && ['model_type', 'max_position_embeddings'].includes(key)) continue; // told as a Llama
      assert.deepEqual(back[key], original[key] ?? back[key], key);
    }
  });
}

test('the context of a model with a sliding window is the window: so far llama.cpp computes the same', () => {
  const { config } = goldenSource('mistral');
  assert.equal(openGguf(join(folder, 'mistral.gguf')).config.max_position_embeddings, config.sliding_window);
});

test("Llama 3's rope scaling is recovered from the divisors in the file", () => {
  const original = goldenSource('llama-rope-llama3');
  const scaling = {
    ...{ rope_type: 'llama3', factor: 32, low_freq_factor: 1, high_freq_factor: 4 },
    original_max_position_embeddings: 8192,
  };
  const path = join(folder, 'llama3.gguf');
  const config = { ...original.config, head_dim: 16, rope_theta: 500000, rope_scaling: scaling };
  exportGguf(path, { ...original, config }, { type: 'F32', name: 'x' });
  assert.deepEqual(openGguf(path).config.rope_scaling, scaling);
});

test('divisors that follow another rule are an error, not a silent change of the model', () => {
  const path = join(folder, 'divisors.gguf');
  const original = readGguf(join(folder, 'llama-rope-llama3.gguf'));
  const number = (value: number): TypedValue => ({ type: 'float32', value });
  const metadata = Object.fromEntries(
    [...original.metadata]
      .filter(([key]) => key.startsWith('llama.'))
      .map(([key, value]) => [key, number(Number(value))]),
  );
  const divisors = Float32Array.of(1, 3, 2, 8, 8, 8, 8, 8);
  writeGguf(path, { 'general.architecture': text('llama'), ...metadata }, [
    { name: 'rope_freqs.weight', shape: [8], type: 'F32', read: () => divisors },
  ]);
  assert.throws(() => openGguf(path), /rope_freqs\.weight holds divisors/);
});

test('rows of a head go from neighbouring pairs to halves: 0 1 2 3 → 0 2 1 3', () => {
  const rows = Float32Array.of(0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15, 6, 16, 7, 17); // 2 heads of 4 rows, 2 columns
  const half = halfRotated(rows, 2, 2);
  assert.deepEqual([...half], [0, 10, 2, 12, 1, 11, 3, 13, 4, 14, 6, 16, 5, 15, 7, 17]);
  assert.deepEqual(interleaved(half, 2, 2), rows);
});

test('transposing twice changes nothing', () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  assert.deepEqual([...transposed(values, 2, 3)], [1, 4, 2, 5, 3, 6]);
  assert.deepEqual(transposed(transposed(values, 2, 3), 3, 2), values);
});

test('Q8_0 keeps vectors in float32, and F16 where a row does not divide into blocks', () => {
  const original = goldenSource('llama'); // rows of 32 and of 48
  const path = join(folder, 'q8.gguf');
  exportGguf(path, original, { type: 'Q8_0', name: 'x' });
  const { tensors, metadata } = readGguf(path);
  assert.equal(tensors.get('blk.0.attn_norm.weight')!.type, 'F32');
  assert.equal(tensors.get('blk.0.ffn_up.weight')!.type, 'Q8_0');
  assert.equal(tensors.get('blk.0.ffn_down.weight')!.type, 'F16');
  assert.equal(metadata.get('general.file_type'), 7);
});

test('what GGUF files have that we do not know is an error that names it', () => {
  const path = join(folder, 'odd.gguf');
  const open = (metadata: Record<string, TypedValue>) => {
    writeGguf(path, metadata, []);
    return () => openGguf(path);
  };
  assert.throws(open({}), /the architecture is not stated, expected one of llama, qwen2, gpt2/);
  assert.throws(open({ 'general.architecture': text('mamba') }), /the architecture is mamba/);
  assert.throws(open({ 'general.architecture': text('llama') }), /llama\.embedding_length is missing/);
  const typed: TypedValue = { type: 'bool', value: true };
  assert.throws(
    open({ 'general.architecture': text('llama'), 'llama.embedding_length': typed }),
    /llama\.embedding_length is the boolean true, expected a number/,
  );
});

test('a tensor without a place on the other side is an error that names it, either way', () => {
  const original = goldenSource('llama');
  const extra = { name: 'model.layers.0.mixer.weight', shape: [4], read: () => new Float32Array(4) };
  const path = join(folder, 'extra.gguf');
  const write = () => exportGguf(path, { ...original, tensors: [extra] }, { type: 'F32', name: 'x' });
  assert.throws(write, /no place for the tensor model\.layers\.0\.mixer\.weight/);
  const config = { ...original.config, model_type: 'mamba' };
  const other = () => exportGguf(path, { ...original, config }, { type: 'F32', name: 'x' });
  assert.throws(other, /not for model_type mamba/);
});
