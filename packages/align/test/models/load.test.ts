import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { liveTensors, readSafetensors, type Tensor, tensor, tidy, writeSafetensors } from '@attune/torch';
import { loadModel } from '../../src/models/load.ts';
import { saveModel } from '../../src/models/save.ts';
import { readJson } from '../shared.ts';
import { logitsOf, tinyModel } from './plain.ts';

const golden = join(import.meta.dirname, '../golden/models');
const folder = mkdtempSync(join(tmpdir(), 'attune-load-model-'));
after(() => rmSync(folder, { recursive: true }));

for (const name of readdirSync(golden)) {
  test(`${name}: a model that is saved and loaded again computes the same, to the last bit`, () => {
    const saved = join(folder, 'saved', name);
    using model = loadModel(join(golden, name));
    saveModel(model, saved);
    using again = loadModel(saved);
    assert.deepEqual(logitsOf(again, [1, 5, 9]), logitsOf(model, [1, 5, 9]));
    const { torch_dtype: _, dtype: __, ...config } = readJson(join(golden, name, 'config.json'));
    assert.deepEqual(readJson(join(saved, 'config.json')), { ...config, torch_dtype: 'float32' });
  });
}

test('a model saved in bfloat16 is the rounding of its weights, and says so', () => {
  const saved = join(folder, 'rounded');
  using model = tinyModel('gpt2', 1, { dtype: 'float32' });
  saveModel(model, saved, { dtype: 'bfloat16' });
  assert.equal(readJson(join(saved, 'config.json')).torch_dtype, 'bfloat16');
  tidy(() => {
    const read = readSafetensors(join(saved, 'model.safetensors'));
    for (const [name, parameter] of model.namedParameters()) {
      assert.equal(read.get(name)!.dtype, 'bfloat16');
      assert.deepEqual(read.get(name)!.toArray(), parameter.to('bfloat16').toArray());
    }
  });
});

/** A copy of the golden Llama with another config or other weights. */
function changed(config: Record<string, unknown>, weights: (all: Map<string, Tensor>) => void = () => {}): string {
  const to = mkdtempSync(join(folder, 'changed-'));
  cpSync(join(golden, 'llama-gqa-tied'), to, { recursive: true });
  const before = readJson(join(to, 'config.json'));
  writeFileSync(join(to, 'config.json'), JSON.stringify({ ...before, ...config }));
  tidy(() => {
    const all = readSafetensors(join(golden, 'llama-gqa-tied', 'model.safetensors'));
    weights(all);
    writeSafetensors(join(to, 'model.safetensors'), all);
  });
  return to;
}

test('a folder that is no model, or not a whole one, is refused with file, field and remedy', () => {
  const cases: [RegExp, () => string][] = [
    [/config\.json: there is no such file\. A model folder has/, () => join(folder, 'absent')],
    [/"model_type" is "bert"; this architecture needs "llama" or "mistral"/, () => changed({ model_type: 'bert' })],
    [/"model_type" is "missing"/, () => changed({ model_type: undefined })],
    [/"model_type" is "constructor"/, () => changed({ model_type: 'constructor' })],
    [
      /"hidden_size" is "missing"; this architecture needs a positive number/,
      () => changed({ hidden_size: undefined }),
    ],
    [/"hidden_size" is -4/, () => changed({ hidden_size: -4 })],
    [/"vocab_size" is 97\.5; this architecture needs a positive whole number/, () => changed({ vocab_size: 97.5 })],
    [/"num_attention_heads" is 5; .* a divisor of 32/, () => changed({ num_attention_heads: 5, head_dim: undefined })],
    [/"head_dim" is 7; this architecture needs heads of an even size/, () => changed({ head_dim: 7 })],
    [/"hidden_act" is "gelu"; this architecture needs "silu"/, () => changed({ hidden_act: 'gelu' })],
    [
      /rope_scaling: "rope_type" is .*this architecture needs "default", "linear" or "llama3"/,
      () => changed({ rope_scaling: { type: 'yarn', factor: 2 } }),
    ],
    [/rope_scaling: "factor" is "missing"/, () => changed({ rope_scaling: { type: 'linear' } })],
    [/"tie_word_embeddings" is "yes"/, () => changed({ tie_word_embeddings: 'yes' })],
    [
      /tensor model\.embed_tokens\.weight has shape \[97,32\], config\.json asks for \[98,32\]/,
      () => changed({ vocab_size: 98 }),
    ],
    [/has no tensor lm_head\.weight/, () => changed({ tie_word_embeddings: false })],
    [/has no tensor model\.layers\.2\.input_layernorm\.weight, .* and 5 more/, () => changed({ num_hidden_layers: 3 })],
    [
      /has no tensor model\.norm\.weight\. Is config\.json of the same model/,
      () => changed({}, (all) => void all.delete('model.norm.weight')),
    ],
    [
      /tensor visual\.proj has no place in the model/,
      () => changed({}, (all) => void all.set('visual.proj', tensor([1]))),
    ],
    [/"num_key_value_heads" is 3/, () => changed({ num_key_value_heads: 3 })],
  ];
  for (const [message, make] of cases) {
    const path = make();
    const before = liveTensors();
    assert.throws(
      () => loadModel(path),
      (error: Error & { code: string; badInput: boolean }) => {
        assert.match(error.message, message);
        assert.deepEqual([error.code, error.badInput], ['file', true]);
        assert.ok(error.message.startsWith(path));
        return true;
      },
    );
    assert.equal(liveTensors(), before, 'what was made before the failure is freed');
  }
});

test('broken files in a model folder are named: config, weights cut off, an index that points nowhere', () => {
  const path = changed({});
  writeFileSync(join(path, 'config.json'), '{"model_type":');
  assert.throws(() => loadModel(path), { code: 'file', message: /config\.json: is not JSON/ });

  const cut = changed({});
  truncateSync(join(cut, 'model.safetensors'), 20_000);
  assert.throws(() => loadModel(cut), { code: 'file', message: /model\.safetensors: tensor .*cut off/ });

  const bare = changed({});
  rmSync(join(bare, 'model.safetensors'));
  assert.throws(() => loadModel(bare), {
    code: 'file',
    message: /no model\.safetensors.*Only safetensors are read, no pickles/,
  });

  writeFileSync(join(bare, 'model.safetensors.index.json'), '{}');
  assert.throws(() => loadModel(bare), { code: 'file', message: /index\.json: has no "weight_map"/ });
  writeFileSync(join(bare, 'model.safetensors.index.json'), '{"weight_map":{"a":"b.safetensors"}}');
  assert.throws(() => loadModel(bare), { code: 'file', message: /b\.safetensors: cannot be opened/ });
  writeFileSync(join(bare, 'model.safetensors.index.json'), '{"weight_map":{"a":"../../secret.safetensors"}}');
  assert.throws(() => loadModel(bare), { code: 'file', message: /outside the folder/ });
});

test('buffers that old checkpoints carry, and a tied head stored twice, are no surplus', () => {
  const path = changed({}, (all) => {
    all.set('model.layers.0.self_attn.rotary_emb.inv_freq', tensor([1]));
    all.set('lm_head.weight', all.get('model.embed_tokens.weight')!.clone());
  });
  using model = loadModel(path);
  using plain = loadModel(join(golden, 'llama-gqa-tied'));
  assert.deepEqual(logitsOf(model, [1, 2]), logitsOf(plain, [1, 2]));
});

test('a GGUF or llama2.c file that is none is refused by its name', () => {
  for (const name of ['model.gguf', 'model.bin']) {
    writeFileSync(join(folder, name), 'nonsense, and long enough to hold a header of seven numbers');
    assert.throws(
      () => loadModel(join(folder, name)),
      (error: Error) => error.message.startsWith(join(folder, name)),
    );
    assert.throws(() => loadModel(join(folder, 'absent', name)), { code: 'file' });
  }
});
