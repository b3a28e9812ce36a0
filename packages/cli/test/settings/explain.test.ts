import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preferenceLosses as losses } from '@attune/align';
import { DpoSettings, dpoStage } from '../../src/settings/dpo.ts';
import { explain, settingLines } from '../../src/settings/explain.ts';
import { PretrainSettings } from '../../src/settings/pretrain.ts';
import { settingsFrom } from '../../src/settings/readSettings.ts';
import { SftSettings } from '../../src/settings/sft.ts';

test('every setting says what it means', () => {
  for (const schema of [DpoSettings, SftSettings, PretrainSettings]) {
    for (const { name, means } of settingLines(schema)) assert.notEqual(means, '', name);
  }
});

test('the losses read only settings that exist', () => {
  for (const { reads } of Object.values(losses)) for (const name of reads) assert.ok(name in DpoSettings.shape, name);
});

test('--explain shows every formula with its paper, or those of the chosen losses with the settings in use', () => {
  const all = explain(dpoStage);
  for (const { formula, paper } of Object.values(losses)) assert.ok(all.includes(formula) && all.includes(paper));
  assert.match(all, /learning_rate: 1e-6 +Peak learning rate \(number > 0\)/);

  const settings = settingsFrom(dpoStage, { model: 'm', data: 'd', loss_type: 'ipo', beta: 0.3 }, 'the test');
  const chosen = explain(dpoStage, settings);
  assert.ok(chosen.includes(losses.ipo.formula) && !chosen.includes(losses.hinge.formula));
  assert.match(chosen, /beta: 0\.3 /);
});
