import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatServer } from '../chatServer.ts';
import { decidedItems } from '../decidedItems.ts';
import { beginProject, comeIn, openStudio } from './pages.ts';

/** Builds a model of a few thousand weights; undefined where there is no libtorch. */
const tinyModel = await import('../../../cli/test/train/fixture.ts').then(
  (fixture) => fixture.tinyModel,
  () => undefined,
);

test('votes are trained on from a form, its curves appear, and what the votes reward is opened', async (t) => {
  if (!tinyModel) return t.skip('there is no libtorch here');
  const open = await openStudio(t);
  if (!open) return;
  const { page, alarms } = await open.visitor();
  await comeIn(page, open.setUp, 'Ada', 'Begin');
  const project = await beginProject(page, 'Stories');
  await decidedItems(open.studio, project.split('/').at(-1)!, 24);
  const model = join(open.studio.folder, 'models/tiny');
  mkdirSync(model, { recursive: true });
  await tinyModel(model);

  await page.goto(`${project}/runs`);
  await page.getByRole('link', { name: 'New run' }).click();
  await page.getByText('Trial', { exact: true }).click();
  const more = page.getByLabel('Other settings, as YAML');
  await more.fill('betta: 1');
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByText(/betta is not a setting/).waitFor();
  await more.fill('threads: 1\ndevice: cpu');
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByRole('heading', { name: 'dpo-1' }).waitFor();
  await page.locator('figure', { hasText: 'rewards/margins' }).locator('canvas').waitFor();
  await page.getByText('finished', { exact: true }).waitFor({ timeout: 60_000 });
  await page.getByRole('heading', { name: 'What the numbers say' }).waitFor();
  await page.getByText('· step 20 ·').waitFor();

  await page.getByRole('link', { name: 'Training', exact: true }).click();
  await page.getByRole('row', { name: /dpo-1.*finished/ }).waitFor();
  await page.getByRole('link', { name: 'Dissect' }).click();
  await page.getByRole('heading', { name: 'Preference for each property' }).waitFor();
  await page.getByRole('figure', { name: 'Weights of the properties' }).getByText('exclamation').waitFor();
  await page
    .getByText(/chosen, foretold/)
    .first()
    .click();
  await page
    .getByText(/Percentage points/)
    .first()
    .waitFor();
  assert.deepEqual(alarms, []);
});

test('two models of the arena answer a question, and a key says which was better', async (t) => {
  const open = await openStudio(t);
  if (!open) return;
  const hostile = '<img src=x onerror=alert(1)> **bold** ![](https://elsewhere.example/x.png)';
  const server = await chatServer(t, { plain: 'It is so.', hostile });
  const { page, alarms } = await open.visitor();
  await comeIn(page, open.setUp, 'Ada', 'Begin');
  const project = await beginProject(page, 'Talks');
  await page.goto(`${project}/arena/models`);
  for (const name of ['plain', 'hostile']) {
    await page.getByLabel('Name').fill(`${name} model`);
    await page.getByLabel('Model', { exact: false }).last().fill(name);
    await page.getByLabel('Address').fill(server.url);
    await page.getByRole('button', { name: 'Add a model' }).click();
    await page.getByRole('cell', { name: `${name} model` }).waitFor();
  }
  await page.getByRole('link', { name: 'Talk' }).click();
  const question = page.getByRole('textbox', { name: 'Your question' });
  await question.fill('Is it so?');
  await question.press('Enter');
  await page.getByRole('button', { name: '1 is better' }).waitFor();
  await page.getByText('It is so.').waitFor();
  assert.equal(await page.getByText('plain model').count(), 0);
  await page.getByRole('heading', { name: 'Arena' }).click(); // out of the field, where keys write
  await page.keyboard.press('1');
  await page.getByText(/was better than/).waitFor();
  await page.getByRole('link', { name: 'Leaderboard' }).click();
  await page.getByRole('cell', { name: /plain model/ }).waitFor();
  assert.deepEqual(alarms, []);
});
