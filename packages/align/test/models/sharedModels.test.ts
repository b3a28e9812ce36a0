import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadModel } from '../../src/models/load.ts';
import { generate } from '../../src/sampling/generate.ts';
import { assertClose } from '../assertClose.ts';
import { noShared, readJson, shared } from '../shared.ts';
import { logitsOf, tokenLogpsOf } from './plain.ts';

interface Expected {
  readonly greedy: readonly {
    readonly prompt_ids: number[];
    readonly last_logits_first8: number[];
    readonly new_ids: number[];
    readonly new_logprobs: number[];
    readonly top2_logit_gap: number[];
  }[];
  readonly score: readonly { readonly ids: number[]; readonly token_logprobs: number[]; readonly sum: number }[];
  readonly pairs: readonly Record<
    'chosen' | 'rejected',
    { ids: number[]; completion_start: number; sum_logprob: number }
  >[];
}

/** Each model of the shared data: its file or folder, by which it is loaded. */
const models = {
  stories260K: 'stories260K.bin',
  'stories3M-q80': 'stories3M-q80.bin',
  'tinystories-656k': '',
};

// Computed there in float64 and given to 6 digits; float32 over 2 to 6 layers is within 1e-4 of it.
const close = { atol: 1e-4, rtol: 1e-5 };

for (const [name, file] of Object.entries(models)) {
  test(`${name} computes what was computed for it in float64: logits, greedy stories, log-probabilities`, async (t) => {
    const folder = shared('models', name);
    if (!folder) return t.skip(noShared);
    const expected: Expected = readJson(`${folder}/expected.json`);
    using model = loadModel(file ? `${folder}/${file}` : folder);

    for (const { prompt_ids, last_logits_first8 } of expected.greedy) {
      assertClose(logitsOf(model, prompt_ids).at(-1)!.slice(0, 8), last_logits_first8, close);
    }
    const prompts = expected.greedy.map(({ prompt_ids }) => prompt_ids);
    const maxNewTokens = expected.greedy[0]!.new_ids.length;
    for await (const { prompt, ids, logps } of generate(model, prompts, {
      maxNewTokens,
      temperature: 0,
      endIds: [],
      seed: 0,
    })) {
      const { new_ids, new_logprobs, top2_logit_gap } = expected.greedy[prompt]!;
      assert.ok(Math.min(...top2_logit_gap) > 1e-3); // so that rounding cannot choose another token
      assert.deepEqual(ids, new_ids);
      assertClose(logps, new_logprobs, close);
    }
    for (const { ids, token_logprobs } of expected.score) assertClose(tokenLogpsOf(model, ids), token_logprobs, close);
    for (const { ids, completion_start: start, sum_logprob } of expected.pairs.flatMap((p) => [p.chosen, p.rejected])) {
      const sum = tokenLogpsOf(model, ids)
        .slice(start - 1)
        .reduce((a, b) => a + b);
      assertClose(sum, sum_logprob, { rtol: 1e-5, atol: 1e-4 });
    }
  });
}

test('tiny-random-gpt2 writes the published greedy outputs, and the published logits', async (t) => {
  const folder = shared('models', 'tiny-random-gpt2');
  if (!folder) return t.skip(noShared);
  using model = loadModel(folder);
  // From the README beside the model: the tests of microsoft/onnxruntime-genai.
  const prompts = [
    [0, 0, 0, 52],
    [0, 0, 195, 731],
  ];
  const published = [
    [204, 204, 204, 204, 204, 204],
    [731, 114, 114, 114, 114, 114],
  ];
  for await (const { prompt, ids } of generate(model, prompts, {
    maxNewTokens: 6,
    temperature: 0,
    endIds: [],
    seed: 0,
  })) {
    assert.deepEqual(ids, published[prompt]);
  }
  const logits = [0.29389288, 0.04394004, -0.05172526, -0.00799483, -0.16209182, 0.15265601, -0.06451081, -0.06920682];
  assertClose(logitsOf(model, prompts[1]!).at(-1)!.slice(0, 8), logits, { atol: 1e-6 });
});
