import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { assertClose } from '../../../align/test/assertClose.ts';
import { attune } from '../train/attune.ts';
import { pairs, settingsFile, texts, tinyModel, workshop, writeLines } from '../train/fixture.ts';
import { readLines } from './lines.ts';

const root = workshop();
const data = join(root, 'pairs.jsonl');
const runs = { lora: join(root, 'lora'), whole: join(root, 'whole'), pretrain: join(root, 'pretrain') };

before(async () => {
  const model = await tinyModel(join(root, 'model'));
  writeLines(data, pairs(8));
  const rhythm = { max_steps: 4, save_steps: 2, per_device_train_batch_size: 4, learning_rate: 0.02, warmup_steps: 0 };
  const shape = { hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 1 };
  const plain = writeLines(
    join(root, 'texts.jsonl'),
    texts(8, 'completions').map((text) => ({ text: JSON.stringify(text) })),
  );
  const stages = {
    lora: ['dpo', { ...rhythm, model, data, use_lora: true, lora_r: 2 }],
    whole: ['dpo', { ...rhythm, model, data }],
    pretrain: [
      'pretrain',
      { ...rhythm, ...shape, intermediate_size: 32, block_size: 64, tokenizer: model, data: plain },
    ],
  } as const;
  for (const [name, [stage, settings]] of Object.entries(stages)) {
    const { code, stderr } = await attune('train', stage, settingsFile(root, name, settings));
    assert.equal(code, 0, stderr);
  }
});

let outputs = 0;
const place = (ending = '') => join(root, `out-${outputs++}${ending}`);

async function exported(run: string, to: string, ...args: string[]): Promise<string> {
  const { code, stderr } = await attune('export', run, to, '--json', ...args);
  assert.equal(code, 0, stderr);
  return to;
}

/** Log-probabilities of the pairs' responses, as `attune logps` gives them. */
async function sums(model: string): Promise<number[]> {
  const out = place('.jsonl');
  const { code, stderr } = await attune('logps', '--model', model, '--data', data, '--out', out, '--threads', '1');
  assert.equal(code, 0, stderr);
  return readLines(out).flatMap(({ chosen, rejected }) => [chosen, rejected]);
}

test('a run with adapters becomes a model, a GGUF file or PEFT adapters that all compute what the run does', async () => {
  const learned = await sums(runs.lora);
  const start = await sums(join(root, 'model'));
  assert.ok(learned.some((sum, i) => Math.abs(sum - start[i]!) > 0.1)); // there is something to lose
  const merged = await exported(runs.lora, place(), '--format', 'hf');
  const gguf = await exported(runs.lora, place('.gguf'), '--format', 'gguf');
  const adapter = await exported(runs.lora, place(), '--format', 'hf', '--no-merge');
  const merging = { atol: 1e-3 }; // W + BA in float32 in place of Wx + BAx, in sums of some dozen terms
  assertClose(await sums(merged), learned, merging);
  assertClose(await sums(gguf), learned, merging);
  assert.deepEqual(await sums(adapter), learned);
  assert.ok(existsSync(join(adapter, 'adapter_model.safetensors')) && !existsSync(join(adapter, 'model.safetensors')));
  assert.equal(existsSync(join(merged, 'adapter_config.json')), false);
  for (const folder of [merged, adapter]) {
    for (const file of ['tokenizer.json', 'chat_template.jinja']) assert.ok(existsSync(join(folder, file)), file);
  }
});

test('the last checkpoint of a run is its result, an earlier one is not', async () => {
  for (const run of [runs.lora, runs.whole]) {
    const final = await sums(await exported(run, place(), '--format', 'hf'));
    const checkpoint = (step: number, ...more: string[]) =>
      exported(join(run, 'checkpoints', `step-${step}`), place(), '--format', 'hf', ...more);
    assert.notDeepEqual(await sums(await checkpoint(2)), final);
  }
  const early = ['lora', 'checkpoints', 'step-2'];
  const merged = await exported(join(root, ...early), place(), '--format', 'hf');
  const adapter = await exported(join(root, ...early), place(), '--format', 'hf', '--no-merge');
  assertClose(await sums(adapter), await sums(merged), { atol: 1e-3 });
});

test('a checkpoint of pretraining becomes a model though there was none to start from', async () => {
  const early = await exported(join(runs.pretrain, 'checkpoints', 'step-2'), place(), '--format', 'hf');
  const { code, stdout } = await attune(
    'generate',
    '--model',
    early,
    '--prompt',
    'the',
    '--max-new-tokens',
    '3',
    '--json',
  );
  assert.equal(code, 0);
  assert.equal(JSON.parse(stdout).responses[0].tokens.length > 0, true);
});

test('what cannot be exported is said with its remedy, ends with 2 and leaves nothing', async () => {
  const to = place();
  const cases: [args: string[], message: RegExp][] = [
    [[runs.whole, to], /required option '--format/],
    [[runs.whole, to, '--format', 'onnx'], /Allowed choices are hf, gguf/],
    [[runs.whole, to, '--format', 'hf', '--no-merge'], /has no adapters. Leave --no-merge out/],
    [[runs.lora, `${to}.gguf`, '--format', 'gguf', '--no-merge'], /a GGUF file holds a whole model/],
    [[runs.lora, to, '--format', 'gguf'], /does not end in \.gguf/],
    [[join(root, 'no'), to, '--format', 'hf'], /no: there is no such file or folder/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await attune('export', ...args);
    assert.match(stderr, message);
    assert.equal(code, 2);
  }
  assert.equal(existsSync(to), false);
  assert.deepEqual(
    readdirSync(root).filter((name) => name.includes('partial')),
    [],
  );
});
