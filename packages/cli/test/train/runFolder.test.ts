import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { type EncodedPair, openModel, pairLogps } from '@attune/align';
import { tidy } from '@attune/torch';
import { readStepLines } from '../../src/run/lines.ts';
import { dpoStage } from '../../src/settings/dpo.ts';
import { readSettings } from '../../src/settings/readSettings.ts';
import { attune, type Ended } from './attune.ts';
import { pairs, settingsFile, tinyModel, workshop, writeLines } from './fixture.ts';

const root = workshop();
const run = join(root, 'run');
let ended: Ended;

before(async () => {
  const model = await tinyModel(join(root, 'model'));
  const data = writeLines(join(root, 'pairs.jsonl'), pairs(12));
  const settings = { model, data, eval_share: 0.25, max_steps: 4, save_steps: 2, learning_rate: 0.01 };
  ended = await attune('train', 'dpo', settingsFile(root, 'run', settings), '--set', 'beta=0.2', '--json');
});

test('--json prints one line of JSON on stdout and nothing else there; everything for people goes to stderr', () => {
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /^[^\n]+\n$/);
  const { metrics, ...outcome } = JSON.parse(ended.stdout);
  assert.deepEqual(outcome, { run, step: 4, steps: 4, finished: true });
  assert.ok(metrics.loss > 0 && metrics.eval_loss > 0);
  assert.match(
    ended.stderr,
    /9 of 9 examples kept.*Samples, as tokens.*policy = reference before the first step.*step 4 of 4/s,
  );
});

test('a run folder holds what the data contract names', () => {
  assert.deepEqual(readdirSync(run).sort(), [
    'checkpoints',
    'config.yaml',
    'events.out.tfevents.0.attune',
    'final',
    'metrics.jsonl',
    'report.html',
    'samples.jsonl',
  ]);
  assert.deepEqual(readdirSync(join(run, 'checkpoints')), ['step-2']);
  assert.deepEqual(readdirSync(join(run, 'checkpoints/step-2')).sort(), [
    'optimizer.safetensors',
    'state.json',
    'weights.safetensors',
  ]);
  assert.deepEqual(readdirSync(join(run, 'final')).sort(), [
    'chat_template.jinja',
    'config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
});

test('config.yaml is complete, and starts the same run again', () => {
  const settings = readSettings(dpoStage, join(run, 'config.yaml'));
  assert.deepEqual(settings, readSettings(dpoStage, join(root, 'run.yaml'), ['beta=0.2']));
  const written = readFileSync(join(run, 'config.yaml'), 'utf8');
  for (const [name, value] of Object.entries(settings))
    if (value !== undefined) assert.ok(written.includes(`${name}:`), name);
});

// Of the names that TRL 1.16's DPOTrainer logs, those that tell how preferences are learned.
const shared = [
  'loss',
  'rewards/chosen',
  'rewards/rejected',
  'rewards/accuracies',
  'rewards/margins',
  'logps/chosen',
  'logps/rejected',
];

test('metrics.jsonl has a line for each step and each evaluation, under TRL’s names', () => {
  const lines = readStepLines(join(run, 'metrics.jsonl'));
  assert.deepEqual(
    lines.map((line) => [line.step, 'eval_loss' in line]),
    [
      [0, true],
      [1, false],
      [2, false],
      [3, false],
      [4, false],
      [4, true],
    ],
  );
  const own = ['step', 'time', 'grad_norm', 'learning_rate', 'epoch', 'num_tokens'];
  assert.deepEqual(Object.keys(lines[1]!).sort(), [...own, ...shared].sort());
  const held = ['step', 'time', 'eval_pairs', ...shared.map((name) => `eval_${name}`)];
  assert.deepEqual(Object.keys(lines[0]!).sort(), held.sort());
});

test('TensorBoard’s event file names the same numbers', () => {
  const events = readFileSync(join(run, 'events.out.tfevents.0.attune'), 'latin1');
  for (const name of ['loss', 'rewards/margins', 'eval_loss']) assert.ok(events.includes(name), name);
});

test('the report is one page that fetches nothing', () => {
  const report = readFileSync(join(run, 'report.html'), 'utf8');
  assert.match(report, /^<!doctype html>.*<svg.*<\/html>\s*$/is);
  assert.doesNotMatch(report, /(?:src|href)\s*=\s*["']?(?:https?:)?\/\/|@import|url\(\s*["']?http/i);
});

test('the result opens as a model with its tokenizer, and it is the one that the last numbers were measured on', async () => {
  using opened = await openModel(run, { dtype: 'float32', device: 'cpu' });
  assert.equal(opened.tokenizer.hasChatTemplate, true);
  using checkpointed = await openModel(join(root, 'model'), { dtype: 'float32', device: 'cpu' });
  const pair = { prompt: [52, 69, 76], chosen: [261, 0], rejected: [263, 0] } as unknown as EncodedPair;
  const [after, start] = [opened, checkpointed].map(({ model }) =>
    tidy(() => pairLogps(model, [pair]).logps.chosen.toArray()[0]!),
  );
  assert.notEqual(after, start);
  const settings = { model: run, data: join(root, 'pairs.jsonl'), beta: 0.2, eval_share: 0.25, max_steps: 1 };
  const again = await attune('train', 'dpo', settingsFile(root, 'again', settings), '--json');
  const [before] = readStepLines(join(root, 'again/metrics.jsonl'));
  const last = readStepLines(join(run, 'metrics.jsonl')).at(-1)!;
  assert.equal(again.code, 0, again.stderr);
  assert.ok(Math.abs((before!['eval_logps/chosen'] as number) - (last['eval_logps/chosen'] as number)) < 1e-4);
});

test('--explain prints formula, paper and every setting, with the values of a settings file where one is given', async () => {
  const all = await attune('train', 'dpo', '--explain');
  assert.equal(all.code, 0);
  assert.match(all.stdout, /−\(1−ε\)·log σ\(βd\).*arXiv:2305\.18290.*arXiv:2402\.01306.*\n {2}beta: 0\.1 +β: higher/s);
  const here = await attune('train', 'dpo', join(root, 'run.yaml'), '--set', 'loss_type=ipo', '--explain');
  assert.match(here.stdout, /\n {2}loss_type: ipo /);
  assert.doesNotMatch(here.stdout, /arXiv:2402\.01306/);
  const json = await attune('train', 'sft', '--explain', '--json');
  const { loss, settings } = JSON.parse(json.stdout);
  assert.match(loss[0], /log π/);
  assert.ok(settings.some(({ name }: { name: string }) => name === 'learning_rate'));
});

test('--help says how it is called, with an example', async () => {
  for (const stage of ['pretrain', 'sft', 'dpo']) {
    const { code, stdout } = await attune('train', stage, '--help');
    assert.equal(code, 0);
    assert.match(
      stdout,
      new RegExp(
        `^Usage: attune train ${stage} .*--set <key=value>.*--resume.*Examples:\n  \\$ attune train ${stage} `,
        's',
      ),
    );
  }
});
