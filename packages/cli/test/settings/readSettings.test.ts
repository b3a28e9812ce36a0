import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { SettingError } from '../../src/errors.ts';
import { dpoStage } from '../../src/settings/dpo.ts';
import { pretrainStage } from '../../src/settings/pretrain.ts';
import { readSettings, settingsFrom } from '../../src/settings/readSettings.ts';
import { sftStage } from '../../src/settings/sft.ts';
import type { Stage } from '../../src/settings/stage.ts';

/** Reads settings from a file with this text; `folder` in a message becomes nothing. */
function read<Schema extends z.ZodObject>(stage: Stage<Schema>, yaml: string, ...set: string[]): z.infer<Schema> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'));
  try {
    writeFileSync(join(folder, 'run.yaml'), yaml);
    return readSettings(stage, join(folder, 'run.yaml'), set);
  } catch (error) {
    if (error instanceof SettingError) error.message = error.message.replaceAll(`${folder}/`, '');
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const complaint = (stage: Stage, yaml: string, ...set: string[]): string => {
  try {
    read(stage, yaml, ...set);
  } catch (error) {
    assert.ok(error instanceof SettingError, String(error));
    return error.message;
  }
  throw new assert.AssertionError({ message: 'expected a SettingError' });
};

const needed = 'model: m\ndata: pairs.jsonl\n';

test('settings left out have the defaults of TRL’s configuration classes', () => {
  // Source: TRL's DPOConfig, SFTConfig, ModelConfig and transformers' TrainingArguments, versions of July 2026.
  const settings = read(dpoStage, needed);
  assert.deepEqual(
    {
      beta: settings.beta,
      loss_type: settings.loss_type,
      label_smoothing: settings.label_smoothing,
      discopop_tau: settings.discopop_tau,
      f_divergence_type: settings.f_divergence_type,
      learning_rate: settings.learning_rate,
      batch: settings.per_device_train_batch_size,
      epochs: settings.num_train_epochs,
      max_length: settings.max_length,
      betas: [settings.adam_beta1, settings.adam_beta2, settings.adam_epsilon],
      norm: settings.max_grad_norm,
      schedule: settings.lr_scheduler_type,
      logging: settings.logging_steps,
      lora: [settings.lora_r, settings.lora_alpha, settings.lora_dropout],
      seed: settings.seed,
    },
    {
      beta: 0.1,
      loss_type: ['sigmoid'],
      label_smoothing: 0,
      discopop_tau: 0.05,
      f_divergence_type: 'reverse_kl',
      learning_rate: 1e-6,
      batch: 8,
      epochs: 3,
      max_length: 1024,
      betas: [0.9, 0.999, 1e-8],
      norm: 1,
      schedule: 'linear',
      logging: 10,
      lora: [16, 32, 0.05],
      seed: 42,
    },
  );
  assert.equal(read(sftStage, needed).learning_rate, 2e-5);
});

test('the later wins: defaults, then the file, then --set, whose values are YAML', () => {
  const settings = read(dpoStage, `${needed}beta: 0.2\n`, 'beta=5e-2', 'loss_type=[sigmoid, sft]', 'use_lora=true');
  assert.equal(settings.beta, 0.05);
  assert.deepEqual(settings.loss_type, ['sigmoid', 'sft']);
  assert.equal(settings.use_lora, true);
  assert.equal(read(dpoStage, `${needed}beta: 0.2\n`, 'beta=').beta, 0.1, 'an empty value leaves the setting out');
});

test('an unknown setting is named with file, line and the nearest right name', () => {
  assert.equal(
    complaint(dpoStage, `${needed}\n# a comment\nlerning_rate: 1e-5\n`),
    'run.yaml:5: lerning_rate is not a setting of dpo. Did you mean learning_rate?',
  );
  assert.equal(
    complaint(dpoStage, needed, 'model_name_or_path=gpt2'),
    '--set model_name_or_path=gpt2: model_name_or_path is not a setting of dpo. Did you mean model?',
  );
});

test('a wrong type is named with file, line, what was found and what was expected', () => {
  const message = complaint(dpoStage, `${needed}beta: "0.1"\nsave_steps: 1.5\nuse_lora: 1\n`);
  assert.match(message, /^run\.yaml:3: beta is "0\.1"; expected a number, found text\./m);
  assert.match(message, /^run\.yaml:4: save_steps is 1\.5; expected a whole number\./m);
  assert.match(message, /^run\.yaml:5: use_lora is 1; expected true or false\./m);
});

test('a value out of range and a misspelled choice say what is allowed', () => {
  assert.match(complaint(dpoStage, needed, 'label_smoothing=0.7'), /expected less than 0\.5/);
  assert.match(complaint(dpoStage, needed, 'beta=0'), /expected more than 0/);
  assert.match(complaint(dpoStage, needed, 'max_steps=0'), /expected −1 or a whole number above 0/);
  assert.match(complaint(dpoStage, needed, 'loss_type=sigmod'), /one of sigmoid, hinge.*did you mean sigmoid\?/);
  assert.match(complaint(dpoStage, needed, 'loss_type=[sft, hing]'), /did you mean hinge\?/);
  assert.match(complaint(dpoStage, needed, 'data=[]'), /a list with something in it/);
});

test('a missing setting, a missing file, broken YAML and a repeated key each get one clear message', () => {
  assert.equal(
    complaint(dpoStage, 'data: d\n'),
    'run.yaml: model is missing. Model folder or GGUF file to start from.',
  );
  assert.match(complaint(dpoStage, ''), /model is missing.*data is missing/s);
  assert.match(complaint(dpoStage, 'model: [a\n'), /^run\.yaml:\d: this is not YAML: /);
  assert.match(
    complaint(dpoStage, `${needed}beta: 1\nbeta: 2\n`),
    /^run\.yaml:4: this is not YAML: Map keys must be unique/,
  );
  assert.match(complaint(dpoStage, '- a\n'), /^run\.yaml:1: expected lines of the form/);
  assert.match(complaint(dpoStage, needed, 'beta'), /^--set beta: expected --set setting=value/);
  assert.throws(() => readSettings(dpoStage, 'nowhere.yaml'), {
    name: 'SettingError',
    message: 'The settings file nowhere.yaml does not exist. Give the path of a YAML file.',
  });
});

test('a setting that nothing would read is an error', () => {
  const cases: [settings: string, setting: string][] = [
    ['loss_type: hinge\nlabel_smoothing: 0.1', 'label_smoothing'],
    ['simpo_gamma: 1', 'simpo_gamma'],
    ['loss_type: simpo\nprecompute_ref_log_probs: false', 'precompute_ref_log_probs'],
    ['loss_type: [simpo, sft]\nf_divergence_type: js_divergence', 'f_divergence_type'],
    ['f_alpha_divergence_coef: 0.3', 'f_alpha_divergence_coef'],
    ['lora_r: 4', 'lora_r'],
    ['eval_steps: 4', 'eval_steps'],
    ['eval_data: e\neval_share: 0.1', 'eval_share'],
    ['max_steps: 4\nnum_train_epochs: 1', 'num_train_epochs'],
  ];
  for (const [yaml, setting] of cases) {
    assert.match(
      complaint(dpoStage, `${needed}${yaml}\n`),
      new RegExp(`^run\\.yaml:\\d: ${setting} has no effect`),
      yaml,
    );
  }
});

test('settings that contradict each other are an error', () => {
  assert.match(
    complaint(dpoStage, `${needed}loss_type: [sigmoid, sft]\nloss_weights: [1]\n`),
    /has 1 numbers for the 2/,
  );
  assert.match(complaint(dpoStage, `${needed}loss_type: exo_pair\n`), /label_smoothing must be above 0/);
  const shape = 'tokenizer: t\ndata: d\nhidden_size: 100\nnum_attention_heads: 8\nnum_key_value_heads: 3\n';
  assert.match(complaint(pretrainStage, shape), /hidden_size is 100.*num_key_value_heads is 3/s);
});

test('complete settings, written down and read back, are the same settings', () => {
  const lists: [Stage, Record<string, unknown>][] = [
    [dpoStage, { model: 'm', data: ['a', 'b'], loss_type: ['sigmoid', 'sft'], loss_weights: [1, 0.2] }],
    [dpoStage, { model: 'm', data: 'd', loss_type: 'simpo', simpo_gamma: 1 }],
    [sftStage, { model: 'm', data: 'd', use_lora: true, lora_target_modules: ['q_proj'] }],
    [pretrainStage, { tokenizer: 't', data: 'd' }],
  ];
  for (const [stage, given] of lists) {
    const settings = settingsFrom(stage, given, 'the test');
    assert.deepEqual(read(stage, stringify(settings)), settings);
  }
});
