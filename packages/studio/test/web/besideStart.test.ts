import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decidedItems } from '../decidedItems.ts';
import { tinyModel } from '../runStudio.ts';
import { beginProject, comeIn, openStudio } from './pages.ts';

test('a finished run is held beside its start: both respond, and people judge in the queue without knowing which is which; the run tells what they said', async (t) => {
  if (!tinyModel) return t.skip('there is no libtorch here');
  const open = await openStudio(t);
  if (!open) return;
  const { page, alarms } = await open.visitor();
  await comeIn(page, open.setUp, 'Ada', 'Begin');
  const project = await beginProject(page, 'Stories');
  const id = project.split('/').at(-1)!;
  await decidedItems(open.studio, id, 12);
  const model = join(open.studio.folder, 'models/tiny');
  mkdirSync(model, { recursive: true });
  await tinyModel(model);
  page.setDefaultTimeout(180_000); // models are loaded in processes of their own, on whatever else the machine does

  await page.goto(`${project}/runs/new`);
  await page.getByText('Trial', { exact: true }).click();
  await page.getByLabel('Steps').fill('2');
  await page.getByLabel('Learning rate').fill('0.05'); // so much that the two say different things
  await page.getByLabel('Other settings, as YAML').fill('threads: 1\ndevice: cpu\n');
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByRole('heading', { name: 'Beside its start' }).waitFor();
  await page.getByText('runs/dpo-1 and models/tiny respond to the same prompts').waitFor();
  await page.getByLabel('Prompts', { exact: true }).fill('5');
  await page.getByLabel('Longest response, tokens').fill('8');
  await page.getByRole('button', { name: 'Compare with its start' }).click();
  await page.getByText('5 of 5').waitFor();
  await page.getByText(/Responses have [\d.]+ tokens on average, those of its start [\d.]+\./).waitFor();
  await page
    .getByText(/^models\/tiny · \d tokens?$/)
    .first()
    .waitFor();

  await page.getByRole('button', { name: 'Have people judge them blind' }).click();
  const told = await page.getByText(/comparisons? (is|are) in the queue/).textContent();
  const asked = Number(/^\d+/.exec(told!)![0]);
  assert.ok(asked >= 1 && asked <= 5, told!);
  const items = () => open.studio.db.selectFrom('items').selectAll().where('project_id', '=', id);
  const made = await items().where('a_source', 'is not', null).execute();
  assert.equal(made.length, asked);
  for (const { a_source, b_source } of made) {
    assert.deepEqual([a_source, b_source].sort(), ['models/tiny', 'runs/dpo-1']);
  }

  await page.goto(`${project}/judge`);
  for (let voted = 0; voted < 12 + asked; voted++) {
    await page.getByText(`${voted} judged`).waitFor();
    const item = await page.locator('article:visible').textContent();
    assert.ok(!item!.includes('models/tiny') && !item!.includes('runs/dpo-1'), item!); // nothing tells which is which
    await page.keyboard.press('2');
  }
  await page.getByRole('heading', { name: 'All done' }).waitFor();
  const voted = (await items().where('a_source', 'is not', null).execute()).map((row) => row.a_votes + row.b_votes);
  assert.deepEqual(
    voted,
    made.map(() => 1),
  );
  await page.goto(`${project}/runs/dpo-1`);
  await page
    .getByText(new RegExp(`People judged ${asked} comparisons? \\(votes: ${asked}\\): it wins [\\d.]+ %`))
    .waitFor();
  assert.deepEqual(alarms, []);
});
