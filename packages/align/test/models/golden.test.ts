import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { liveTensors } from '@attune/torch';
import { loadModel } from '../../src/models/load.ts';
import { generate } from '../../src/sampling/generate.ts';
import { assertClose } from '../assertClose.ts';
import { readJson } from '../shared.ts';
import { logitsOf, tokenLogpsOf } from './plain.ts';

interface Expected {
  readonly source: string;
  readonly sequences: readonly {
    readonly ids: number[];
    readonly logits: readonly { position: number; values: number[] }[];
    readonly tokenLogps: number[];
    readonly greedy: { ids: number[]; logps: number[] };
  }[];
}

const folder = join(import.meta.dirname, '../golden/models');

for (const name of readdirSync(folder)) {
  const { sequences }: Expected = readJson(join(folder, name, 'expected.json'));

  test(`${name}: logits and log-probabilities are those of transformers`, () => {
    const before = liveTensors();
    {
      using model = loadModel(join(folder, name));
      for (const { ids, logits, tokenLogps } of sequences) {
        const ours = logitsOf(model, ids);
        // Both sides float32, logits up to 10: 1e-4 is a hundred roundings.
        for (const { position, values } of logits)
          assertClose(ours[position]!, values, { atol: 1e-4, what: `position ${position}` });
        assertClose(tokenLogpsOf(model, ids), tokenLogps, { atol: 1e-4 });
      }
    }
    assert.equal(liveTensors(), before, 'a model frees all that it owns');
  });

  test(`${name}: greedy responses are those of transformers, also both prompts in one batch`, async () => {
    using model = loadModel(join(folder, name));
    const prompts = sequences.map(({ ids }) => ids);
    const maxNewTokens = sequences[0]!.greedy.ids.length;
    const responses = await Array.fromAsync(
      generate(model, prompts, { maxNewTokens, temperature: 0, endIds: [], seed: 0 }),
    );
    for (const { prompt, ids, logps, finish } of responses) {
      const { greedy } = sequences[prompt]!;
      assert.deepEqual(ids, greedy.ids);
      assertClose(logps, greedy.logps, { atol: 1e-4 });
      assert.equal(finish, 'length');
    }
    assert.equal(responses.length, prompts.length);
  });
}

test('a GGUF file of every quantisation gives the logits of transformers on its dequantised weights', () => {
  const gguf = join(import.meta.dirname, '../golden/gguf');
  const { ids, logits } = readJson(join(gguf, 'expected.json')) as {
    ids: number[];
    logits: { position: number; values: number[] }[];
  };
  using model = loadModel(join(gguf, 'llama.gguf'));
  const ours = logitsOf(model, ids);
  for (const { position, values } of logits)
    assertClose(ours[position]!, values, { atol: 1e-4, what: `position ${position}` });
});

test('in bfloat16 logits are those of float32 to its 8 bits', () => {
  const [{ ids, logits }] = (readJson(join(folder, 'llama-bf16', 'expected.json')) as Expected).sequences as [
    Expected['sequences'][0],
  ];
  using model = loadModel(join(folder, 'llama-bf16'), { dtype: 'bfloat16', device: 'cpu' });
  const ours = logitsOf(model, ids);
  // Rounding of 1/256 at each of some dozen operations, in logits of standard deviation near 2.
  for (const { position, values } of logits)
    assertClose(ours[position]!, values, { atol: 0.25, what: `position ${position}` });
});
