import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { noGrad, Random, tensor, tidy } from '@attune/torch';
import { createModel } from '../../src/models/create.ts';
import { keepLayers } from '../../src/models/keepLayers.ts';
import { loadModel } from '../../src/models/load.ts';
import { Packed } from '../../src/models/Packed.ts';
import { saveModel } from '../../src/models/save.ts';
import { probeStates } from '../../src/trainers/probeStates.ts';
import { assertClose } from '../assertClose.ts';

const sizes = { vocab_size: 23, tie_word_embeddings: true };
const configs = {
  llama: {
    ...{ architectures: ['LlamaForCausalLM'], model_type: 'llama', hidden_size: 16, intermediate_size: 32 },
    ...{ num_hidden_layers: 4, num_attention_heads: 2, num_key_value_heads: 1, max_position_embeddings: 64 },
    ...{ rms_norm_eps: 1e-5, ...sizes },
  },
  qwen2: {
    ...{ architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', hidden_size: 16, intermediate_size: 32 },
    ...{ num_hidden_layers: 4, num_attention_heads: 2, num_key_value_heads: 1, max_position_embeddings: 64 },
    ...{ rms_norm_eps: 1e-5, layer_types: Array(4).fill('full_attention'), max_window_layers: 4, ...sizes },
  },
  gpt2: {
    ...{ architectures: ['GPT2LMHeadModel'], model_type: 'gpt2', n_embd: 16, n_layer: 4, n_head: 2, n_positions: 64 },
    ...sizes,
  },
};
const groups = [
  { prompt: [1, 2, 3], responses: [[4, 5], [6]] },
  {
    prompt: [7],
    responses: [
      [8, 9, 10, 11],
      [12, 13, 14],
    ],
  },
];

for (const [family, config] of Object.entries(configs)) {
  const made = () => createModel(config, new Random(5), { dtype: 'float64', device: 'cpu' });

  test(`${family}: a state of some depth is what the model says at a response’s last token when it ends at that depth`, () => {
    using whole = made();
    const states = tidy(() => noGrad(() => probeStates(whole, groups, [3, 1, 4]).map((of) => of.toArray())));
    for (const [i, depth] of [3, 1, 4].entries()) {
      using shorter = made();
      keepLayers(shorter, depth);
      const alone = groups.flatMap(({ prompt, responses }) =>
        responses.flatMap((response) => {
          const ids = [...prompt, ...response];
          using packed = new Packed([{ ids }]);
          const hidden = shorter.hidden(tensor(ids, { dtype: 'int64' }), packed);
          return hidden.select(0, ids.length - 1).toArray();
        }),
      );
      assertClose(states[i]!, alone, { atol: 1e-12 });
    }
  });

  test(`${family}: fewer layers are a whole model: saved and loaded it says the same`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-layers-'));
    t.after(() => rmSync(folder, { recursive: true }));
    using model = made();
    keepLayers(model, 2);
    saveModel(model, folder);
    using again = loadModel(folder, { dtype: 'float64', device: 'cpu' });
    assert.equal(again.layers.length, 2);
    if (family === 'qwen2') assert.deepEqual(again.config.layer_types, ['full_attention', 'full_attention']);
    const say = (one: typeof model) => {
      const ids = [1, 2, 3, 4];
      using packed = new Packed([{ ids }]);
      return one.hidden(tensor(ids, { dtype: 'int64' }), packed).toArray();
    };
    assertClose(say(again), say(model), { atol: 1e-12 });
  });
}
