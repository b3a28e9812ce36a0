import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decidedItems } from '../decidedItems.ts';
import { tinyModel } from '../runStudio.ts';
import { beginProject, comeIn, openStudio } from './pages.ts';

const quick = 'threads: 1\ndevice: cpu\n';

test('what PPO and SPA lack is said before they start; a reward model leads to PPO, and PPO to the next training', async (t) => {
  if (!tinyModel) return t.skip('there is no libtorch here');
  const open = await openStudio(t);
  if (!open) return;
  const { page, alarms } = await open.visitor();
  await comeIn(page, open.setUp, 'Ada', 'Begin');
  const project = await beginProject(page, 'Stories');
  await decidedItems(open.studio, project.split('/').at(-1)!, 12);
  const model = join(open.studio.folder, 'models/tiny');
  mkdirSync(model, { recursive: true });
  await tinyModel(model);
  page.setDefaultTimeout(180_000); // models are loaded in processes of their own, on whatever else the machine does
  const start = page.getByRole('button', { name: 'Start training' });
  const more = page.getByLabel('Other settings, as YAML');

  await page.goto(`${project}/runs/new`);
  await page.getByText('Self-annotation (SPA)', { exact: true }).click();
  await page.getByText(/prompts are asked for, and this project has 0/).waitFor();
  assert.ok(await start.isDisabled());
  await page.getByText('Reinforcement (PPO)', { exact: true }).click();
  await page.getByText(/There is no reward model yet/).waitFor();
  assert.ok(await start.isDisabled());

  await page.getByText('Reward model', { exact: true }).click();
  await page.getByText('Trial', { exact: true }).click();
  await page.getByLabel('Steps').fill('2');
  await more.fill(quick);
  await start.click();
  await page.getByRole('heading', { name: 'reward-1' }).waitFor();
  await page.getByRole('link', { name: /Reinforce what this reward model/ }).click();

  await page.getByText(/The model responds to prompts/).waitFor();
  assert.equal(await page.getByRole('combobox', { name: 'Reward model' }).inputValue(), 'runs/reward-1');
  await page.getByText('Trial', { exact: true }).click();
  await page.getByRole('combobox', { name: 'Better than what' }).click();
  await page.getByRole('option', { name: 'A critic (PPO)' }).click();
  await page.getByLabel('Steps', { exact: true }).fill('2');
  await page.getByLabel('Longest response, tokens').fill('4');
  await page.getByLabel('Weight of the KL penalty').fill('0.1');
  assert.ok(await page.getByLabel('Reference reward').isChecked());
  await more.fill(quick);
  await start.click();
  await page.getByRole('heading', { name: 'ppo-1' }).waitFor();
  for (const key of ['objective/scores', 'objective/kl', 'objective/entropy', 'loss/value_avg']) {
    await page.locator('figure', { hasText: key }).locator('canvas').waitFor();
  }
  await page.getByRole('heading', { name: 'Go on from here' }).waitFor();
  await page.getByRole('tab', { name: 'Samples' }).click();
  await page.getByText('response', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Compare with its start' }).waitFor();
  await page.getByRole('link', { name: /Train from this model: Preferences/ }).click();
  assert.equal(await page.getByRole('combobox', { name: 'Model to start from' }).inputValue(), 'runs/ppo-1');
  assert.deepEqual(alarms, []);
});
