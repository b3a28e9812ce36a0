import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { z } from 'zod';
import { dpoStage } from '../../../cli/src/settings/dpo.ts';
import { ppoStage } from '../../../cli/src/settings/ppo.ts';
import { readSettings } from '../../../cli/src/settings/readSettings.ts';
import { rewardStage } from '../../../cli/src/settings/reward.ts';
import { sftStage } from '../../../cli/src/settings/sft.ts';
import { spaStage } from '../../../cli/src/settings/spa.ts';
import { fieldsOf } from '../../shared/runFields.ts';
import { type RunLine, type SpaRound, TrainStage } from '../../shared/runs.ts';
import { comparedPlots, plotsOf, smoothed, trainingCurves } from '../../web/src/features/runs/charts.ts';
import { fieldsBeside, freeName, presetNames, presetOf, withEstimator } from '../../web/src/features/runs/presets.ts';
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

test('each training of self-annotation is a curve of its own; one that has logged nothing is none', () => {
  const round = (number: number, training: RunLine[]): SpaRound => {
    return { round: number, part: 'over', prompts: 1, responses: 2, numbers: null, training, judgments: [] };
  };
  const rounds = [round(0, [{ step: 1, loss: 0.7 }]), round(1, [])];
  assert.deepEqual(
    trainingCurves(rounds, ({ round }) => `round ${round}`),
    [{ label: 'round 0', x: [1], y: [0.7] }],
  );
});

test('smoothing leaves a constant as it is, from its first value on, and keeps gaps', () => {
  const { y } = smoothed({ label: 'loss', x: [1, 2, 3], y: [2, null, 2] }, 0.9);
  assert.deepEqual(
    y.map((value) => value && Number(value.toFixed(12))),
    [2, null, 2],
  );
});

test('what is written by hand counts before the field of the same setting', () => {
  const fields = fieldsBeside(presetOf('dpo', 'trial', 0), 'beta: 0.5\nloss_type: [sigmoid, sft]');
  assert.deepEqual([fields.beta, fields.max_steps, fields.use_lora], [undefined, 20, true]);
  assert.equal(fieldsBeside(presetOf('sft', 'whole', 0), '').beta, undefined);
});

const stages = { sft: sftStage, reward: rewardStage, dpo: dpoStage, ppo: ppoStage, spa: spaStage };

test('every preset of every training is taken by the server and by the command line as it is', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-presets-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'settings.yaml');
  const needed = { model: 'm', data: 'd' };
  const own = { ppo: { reward_model: 'r' }, spa: { prompts: 'p' } };
  for (const stage of TrainStage.options) {
    for (const name of presetNames) {
      const settings = presetOf(stage, name, 100);
      const critic = stage === 'ppo' ? [{ ...settings, ...withEstimator('gae') }] : [];
      for (const fields of [settings, ...critic].map((all) => fieldsBeside(all, ''))) {
        assert.deepEqual(fieldsOf[stage].parse(fields), fields, `${stage}, ${name}`);
        writeFileSync(file, stringify({ ...needed, ...own[stage as 'ppo'], ...fields }));
        assert.doesNotThrow(() => readSettings(stages[stage] as typeof dpoStage, file), `${stage}, ${name}`);
      }
    }
  }
});

test('a field of the form has the type and bounds that the command line gives its setting', () => {
  const of = (schema: z.ZodType) =>
    (z.toJSONSchema(schema, { io: 'input' }).properties ?? {}) as Record<string, object>;
  for (const stage of TrainStage.options) {
    const theirs = of(stages[stage].schema);
    for (const [name, ours] of Object.entries(of(fieldsOf[stage]))) {
      if (name === 'max_steps') continue; // there −1 stands for passes in place of steps
      const { description: _, default: __, ...there } = (theirs[name] ?? {}) as Record<string, unknown>;
      const { maxItems: ___, ...here } = ours as Record<string, unknown>; // as many rounds as a page can show
      assert.deepEqual(here, there, `${stage}, ${name}`);
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
