import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type AdamW, Random } from '@attune/torch';
import { type Batch, batches } from '../../src/data/batches.ts';
import type { EncodedPair } from '../../src/data/encode.ts';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/trainers/checkpoint.ts';
import { type DpoStep, dpo } from '../../src/trainers/dpo.ts';
import { liveReference, referenceLogps, rememberedReference } from '../../src/trainers/reference.ts';
import { tinyModel } from '../models/plain.ts';
import { allWeights, eightPairs, inParts, updating, withLora } from './runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-checkpoint-'));
after(() => rmSync(folder, { recursive: true }));

interface Setup {
  readonly model: CausalLm;
  readonly noise: Random;
  readonly optimizer: AdamW;
  run(data: Iterable<Batch<EncodedPair>>, stepsDone: number): AsyncGenerator<DpoStep>;
}

const kinds = {
  'all weights': {},
  'adapters with dropout': { lora: true },
  'all weights in bfloat16': { dtype: 'bfloat16' as const },
};

function setup({ lora = false, dtype = 'float32' as 'float32' | 'bfloat16' } = {}): Setup {
  const noise = new Random(11);
  const model = tinyModel('llama', 1, { dtype });
  if (lora) withLora(model, new Random(2), noise);
  const logps = referenceLogps(liveReference(model, { adaptersOff: lora }), eightPairs, { batchSize: 8 });
  const reference = rememberedReference(eightPairs, logps);
  const update = updating(model, { learningRate: 3e-3 });
  const objective = { types: ['sigmoid', 'sft'] as const, options: { beta: 0.1 } };
  return {
    model,
    noise,
    optimizer: update.optimizer,
    run: (data, stepsDone) => {
      const windows = Iterator.from(data).map(({ examples }) => inParts(examples, 2));
      return dpo({ policy: model, reference, objective, windows, ...update, stepsDone });
    },
  };
}

const order = { batchSize: 4, seed: 5 };

for (const [name, options] of Object.entries(kinds)) {
  test(`${name}: six steps are three, a checkpoint, and three more after it, to the last bit`, async () => {
    const whole = setup(options);
    const expected = await Array.fromAsync(whole.run([...batches(eightPairs, { ...order, epochs: 3 })], 0));
    assert.equal(expected.length, 6);

    const at = join(folder, name);
    const half = setup(options);
    const given: Batch<EncodedPair>[] = batches(eightPairs, order).take(3).toArray();
    const first = await Array.fromAsync(half.run(given, 0));
    const place = { step: 3, position: given[2]!.next, tokens: 77 };
    saveCheckpoint(at, half, place);

    const resumed = setup(options);
    const progress = loadCheckpoint(at, resumed);
    assert.deepEqual(progress, place);
    const rest = batches(eightPairs, { ...order, from: progress.position })
      .take(3)
      .toArray();
    const second = await Array.fromAsync(resumed.run(rest, progress.step));
    assert.deepEqual([...first, ...second], expected);
    assert.deepEqual(allWeights(resumed.model), allWeights(whole.model));
    assert.deepEqual(resumed.noise.state, whole.noise.state);
    for (const { model, optimizer } of [whole, half, resumed]) {
      optimizer[Symbol.dispose]();
      model[Symbol.dispose]();
    }
  });
}

test('a checkpoint that is not whole, or of another model, is refused with its name', () => {
  const at = join(folder, 'good');
  const made = setup();
  saveCheckpoint(at, made, { step: 1, position: { epoch: 0, index: 1 }, tokens: 3 });
  const spoiled = (name: string, spoil: (to: string) => void) => {
    const to = join(folder, name);
    cpSync(at, to, { recursive: true });
    spoil(to);
    return to;
  };
  const cases: [RegExp, string][] = [
    [/absent: is not a whole checkpoint: it has no state\.json\. Resume from an older one/, join(folder, 'absent')],
    [/state\.json/, spoiled('cut-state', (to) => truncateSync(join(to, 'state.json'), 20))],
    [
      /weights\.safetensors: .*cut off/,
      spoiled('cut-weights', (to) =>
        truncateSync(join(to, 'weights.safetensors'), readFileSync(join(to, 'weights.safetensors')).length - 4),
      ),
    ],
    [
      /optimizer\.safetensors: cannot be opened/,
      spoiled('no-optimizer', (to) => rmSync(join(to, 'optimizer.safetensors'))),
    ],
    [/weights\.safetensors/, spoiled('no-weights', (to) => writeFileSync(join(to, 'weights.safetensors'), ''))],
  ];
  for (const [message, path] of cases) assert.throws(() => loadCheckpoint(path, made), { code: 'file', message });

  const lora = setup({ lora: true });
  assert.throws(() => loadCheckpoint(at, lora), {
    code: 'file',
    message: /weights\.safetensors: has no model\.layers\.0\..*lora_A\.weight\. Is the run of another model/,
  });
  for (const { model, optimizer } of [made, lora]) {
    optimizer[Symbol.dispose]();
    model[Symbol.dispose]();
  }
});
