import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startChat } from '../../../preferences/test/judges/chatServer.ts';
import { annotator, judged, scripted } from '../annotationParts.ts';
import { jsonl } from '../studio.ts';
import { beginProject, comeIn, importFile, openStudio } from './pages.ts';

test('the page says what ratings will cost, has them made, and shows the votes by them, scenario by scenario', async (t) => {
  const open = await openStudio(t);
  if (!open) return;
  const server = await startChat(scripted);
  t.after(server.stop);
  Object.assign(open.studio, { env: { ATTUNE_ENDPOINTS: server.url } });
  const { page, alarms } = await open.visitor();
  await comeIn(page, open.setUp, 'Ada', 'Begin');
  const project = await beginProject(page, 'Stories');
  await importFile(page, project, 'judged.jsonl', jsonl(judged(72)));
  await page.goto(`${project}/dissect`);
  await page.locator('figure').waitFor();

  await page.getByRole('button', { name: 'Have properties rated…' }).click();
  const { model, price } = annotator(server.url);
  await page.getByLabel('Model').fill(model);
  await page.getByLabel('Price of a million tokens read').fill(String(price.input));
  await page.getByLabel('Price of a million written').fill(String(price.output));
  assert.equal(await page.getByRole('button', { name: 'Rate', exact: true }).count(), 0); // not before one knows what it costs
  await page.getByRole('button', { name: 'Estimate the cost' }).click();
  await page.getByText('72 comparisons: about 504 calls').waitFor();
  assert.equal(server.asked.length, 0);
  await page.getByLabel('Comparisons at most').fill('60');
  await page.getByRole('button', { name: 'Estimate the cost' }).click(); // for other settings anew
  await page.getByText('60 comparisons: about 420 calls').waitFor();
  await page.getByRole('button', { name: 'Rate', exact: true }).click();
  await page.getByText('finished').waitFor();
  await page.getByText('60 of 60').waitFor();

  assert.equal(await page.getByText('no severe errors').count(), 0);
  await page.getByRole('combobox', { name: 'Properties' }).click();
  await page.getByRole('option', { name: 'Rated by large (60)' }).click();
  await page.getByText('no severe errors').first().waitFor();
  await page.getByRole('combobox', { name: 'Prompts' }).click();
  await page.getByRole('option', { name: 'Communication (60)' }).click();
  await page.getByText('no severe errors').first().waitFor();
  assert.deepEqual(alarms, []);
});
