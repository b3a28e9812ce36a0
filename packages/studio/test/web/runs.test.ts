import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { dpoStage } from '../../../cli/src/settings/dpo.ts';
import { readSettings } from '../../../cli/src/settings/readSettings.ts';
import { rewardStage } from '../../../cli/src/settings/reward.ts';
import { sftStage } from '../../../cli/src/settings/sft.ts';
import { TrainStage } from '../../shared/runs.ts';
import { comparedPlots, plotsOf, smoothed } from '../../web/src/features/runs/charts.ts';
import { freeName, presetNames, presetOf, yamlOf } from '../../web/src/features/runs/presets.ts';
import * as words from '../../web/src/features/runs/words.ts';

test('a plot holds the curves that a run has, each at its own steps; what was not a number is a gap', () => {
  const lines = [
    { step: 0, eval_loss: 0.7 },
    { step: 1, loss: 0.6, 'rewards/accuracies': 0.5 },
    { step: 2, loss: null, 'rewards/accuracies': 0.75 },
  ];
  assert.deepEqual(plotsOf(lines), [
    {
      name: 'loss',
      curves: [
        { label: 'loss', x: [1, 2], y: [0.6, null] },
        { label: 'eval_loss', x: [0], y: [0.7] },
      ],
    },
    { name: 'accuracy', curves: [{ label: 'rewards/accuracies', x: [1, 2], y: [0.5, 0.75] }] },
  ]);
});

test('runs of different kinds are compared by what stands for the same', () => {
  const plots = comparedPlots([
    { name: 'dpo', lines: [{ step: 1, 'rewards/accuracies': 0.5 }] },
    { name: 'reward', lines: [{ step: 1, accuracy: 0.6 }] },
    { name: 'new', lines: [] },
  ]);
  assert.deepEqual(
    plots.map(({ name, curves }) => [name, curves.map(({ label, y }) => [label, y])]),
    [
      [
        'accuracy',
        [
          ['dpo', [0.5]],
          ['reward', [0.6]],
        ],
      ],
    ],
  );
});

test('smoothing leaves a constant as it is, from its first value on, and keeps gaps', () => {
  const { y } = smoothed({ label: 'loss', x: [1, 2, 3], y: [2, null, 2] }, 0.9);
  assert.deepEqual(
    y.map((value) => value && Number(value.toFixed(12))),
    [2, null, 2],
  );
});

test('what is written by hand counts before the field of the same setting, and the two are one YAML', () => {
  const text = yamlOf(presetOf('dpo', 'trial'), 'beta: 0.5\nloss_type: [sigmoid, sft]');
  const { beta, loss_type, max_steps, use_lora } = parse(text);
  assert.deepEqual(
    { beta, loss_type, max_steps, use_lora },
    { beta: 0.5, loss_type: ['sigmoid', 'sft'], max_steps: 20, use_lora: true },
  );
  assert.equal(parse(yamlOf(presetOf('sft', 'whole'), '')).beta, undefined);
});

test('every preset of every training is taken by the command line as it is', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-presets-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'settings.yaml');
  const read = {
    sft: () => readSettings(sftStage, file),
    reward: () => readSettings(rewardStage, file),
    dpo: () => readSettings(dpoStage, file),
  };
  for (const stage of TrainStage.options) {
    for (const name of presetNames) {
      writeFileSync(file, `model: m\ndata: d\n${yamlOf(presetOf(stage, name), '')}`);
      assert.doesNotThrow(read[stage], `${stage}, ${name}`);
    }
  }
});

test('the name that is offered is one that no run has', () => {
  assert.equal(freeName('dpo', ['dpo-1', 'reward-2']), 'dpo-2');
});

test('every sentence exists in both languages with the same blanks to fill', () => {
  const blanks = (texts: object): unknown =>
    Object.fromEntries(
      Object.entries(texts).map(([key, text]) => [
        key,
        typeof text === 'string' ? (text.match(/\{\{\w+\}\}/g) ?? []).sort() : blanks(text),
      ]),
    );
  assert.deepEqual(blanks(words.zh), blanks(words.en));
});
