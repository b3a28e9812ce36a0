import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { liveTensors, noGrad, Random, readSafetensors, readSafetensorsHeader, tidy } from '@attune/torch';
import { loadAdapter, saveAdapter } from '../../src/models/adapters.ts';
import { loadModel } from '../../src/models/load.ts';
import { adaptersOf, addLora, mergeAdapters, withoutAdapters } from '../../src/nn/lora.ts';
import { assertClose } from '../assertClose.ts';
import { readJson } from '../shared.ts';
import { logitsOf, tinyModel } from './plain.ts';

const golden = join(import.meta.dirname, '../golden');
const folder = mkdtempSync(join(tmpdir(), 'attune-adapters-'));
after(() => rmSync(folder, { recursive: true }));

interface Row {
  readonly position: number;
  readonly values: number[];
}

interface Expected {
  readonly base: string;
  readonly ids: number[];
  readonly logits: Row[];
  readonly baseLogits: Row[];
  readonly mergedLogits: Row[];
}

for (const name of ['llama-gqa-tied', 'llama-rslora-all-linear', 'gpt2']) {
  const peft = join(golden, 'peft', name);
  const { base, ids, ...expected }: Expected = readJson(join(peft, 'expected.json'));
  const check = (ours: number[][], rows: Row[]) => {
    for (const { position, values } of rows)
      assertClose(ours[position]!, values, { atol: 1e-4, what: `position ${position}` });
  };

  test(`${name}: PEFT's adapter on, off and merged gives PEFT's logits`, () => {
    const before = liveTensors();
    {
      using model = loadModel(join(golden, base));
      loadAdapter(model, peft);
      check(logitsOf(model, ids), expected.logits);
      check(
        withoutAdapters(model, () => logitsOf(model, ids)),
        expected.baseLogits,
      );
      check(logitsOf(model, ids), expected.logits);
      mergeAdapters(model);
      assert.equal(adaptersOf(model).length, 0);
      check(logitsOf(model, ids), expected.mergedLogits);
    }
    assert.equal(liveTensors(), before);
  });

  test(`${name}: an adapter that is loaded and saved has PEFT's names, values and settings`, () => {
    const saved = join(folder, name);
    using model = loadModel(join(golden, base));
    loadAdapter(model, peft);
    saveAdapter(model, saved, { base: 'llama' });
    const [ours, theirs] = [saved, peft].map((at) => join(at, 'adapter_model.safetensors')) as [string, string];
    tidy(() => {
      const [mine, wanted] = [readSafetensors(ours), readSafetensors(theirs)];
      assert.deepEqual([...mine.keys()].sort(), [...wanted.keys()].sort());
      for (const [weight, tensor] of wanted) assert.deepEqual(mine.get(weight)!.toArray(), tensor.toArray(), weight);
    });
    assert.deepEqual(readSafetensorsHeader(ours).metadata, readSafetensorsHeader(theirs).metadata);
    const [config, wanted] = [saved, peft].map((at) => readJson(join(at, 'adapter_config.json'))) as [
      Record<string, unknown>,
      Record<string, unknown>,
    ];
    for (const key of ['peft_type', 'task_type', 'r', 'lora_dropout', 'bias', 'fan_in_fan_out'])
      assert.deepEqual(config[key], wanted[key], key);
    const scale = (c: Record<string, unknown>) =>
      Number(c.lora_alpha) / (c.use_rslora ? Math.sqrt(Number(c.r)) : Number(c.r));
    assertClose(scale(config), scale(wanted), { rtol: 1e-12 });

    using again = loadModel(join(golden, base));
    loadAdapter(again, saved);
    assert.deepEqual(logitsOf(again, ids), logitsOf(model, ids));
  });
}

test('adapters on some layers only come back on those layers', () => {
  const saved = join(folder, 'some');
  using model = tinyModel('gpt2');
  addLora(model, { rank: 2, alpha: 3, dropout: 0.25, targets: [/h\.1\.attn\.c_proj$/, 'c_fc'] }, new Random(1));
  noGrad(() => {
    for (const [, { loraB }] of adaptersOf(model)) loraB.normal_({ random: new Random(2) });
  });
  saveAdapter(model, saved, { base: 'tiny' });
  using again = tinyModel('gpt2');
  loadAdapter(again, saved);
  assert.deepEqual(
    adaptersOf(again).map(([name]) => name),
    ['transformer.h.0.mlp.c_fc', 'transformer.h.1.attn.c_proj', 'transformer.h.1.mlp.c_fc'],
  );
  assert.equal(adaptersOf(again)[0]![1].dropout, 0.25);
  assert.deepEqual(logitsOf(again, [1, 2, 3]), logitsOf(model, [1, 2, 3]));
});

/** A copy of PEFT's adapter with other settings. */
function changed(name: string, settings: Record<string, unknown>): string {
  const to = join(folder, name);
  cpSync(join(golden, 'peft/gpt2'), to, { recursive: true });
  const config = readJson(join(to, 'adapter_config.json'));
  writeFileSync(join(to, 'adapter_config.json'), JSON.stringify({ ...config, ...settings }));
  return to;
}

test('an adapter of another kind, of another model, or that asks for what is not computed is refused by name', () => {
  const cases: [string, Record<string, unknown>, RegExp][] = [
    ['other-kind', { peft_type: 'IA3' }, /adapter_config\.json: "peft_type" is "IA3"; only LORA/],
    ['dora', { use_dora: true }, /"use_dora" is set, which is not supported/],
    ['patterns', { rank_pattern: { c_attn: 2 } }, /"rank_pattern" is set/],
    ['modules', { modules_to_save: ['lm_head'] }, /"modules_to_save" has lm_head/],
    ['biases', { bias: 'all' }, /"bias" is/],
    [
      'target',
      { target_modules: ['q_proj'] },
      /q_proj names no linear layer of this model\. There are: c_attn, c_proj, c_fc/,
    ],
    ['more', { target_modules: ['c_attn', 'c_fc'] }, /has no lora_A for the layer transformer\.h\.0\.mlp\.c_fc/],
    ['fewer', { target_modules: 'transformer.h.0.attn.c_attn' }, /transformer\.h\.1\.attn\.c_attn/],
    ['rank', { r: 2 }, /lora_A.*\[4, ?32\].*\[2, ?32\]|\[2, ?32\].*\[4, ?32\]/],
  ];
  for (const [name, settings, message] of cases) {
    using model = loadModel(join(golden, 'models/gpt2'));
    assert.throws(() => loadAdapter(model, changed(name, settings)), message, name);
  }
  using model = loadModel(join(golden, 'models/gpt2'));
  assert.throws(() => loadAdapter(model, join(folder, 'absent')), { code: 'file', message: /absent/ });
});

test('a text for targets is a regular expression over the whole name, as in PEFT', () => {
  const to = changed('pattern', { target_modules: '.*\\.c_attn' });
  using model = loadModel(join(golden, 'models/gpt2'));
  loadAdapter(model, to);
  const { ids, logits }: Expected = readJson(join(golden, 'peft/gpt2/expected.json'));
  assertClose(logitsOf(model, ids)[logits[0]!.position]!, logits[0]!.values, { atol: 1e-4 });
});
