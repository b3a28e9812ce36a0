import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatServer } from '../chatServer.ts';
import { beginProject, comeIn, openStudio } from './pages.ts';

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

test('a vote on a talk in which a model said which it is counts only where a switch says so', async (t) => {
  const open = await openStudio(t);
  if (!open) return;
  const server = await chatServer(t, { plain: 'It is so.', named: 'I am Kimi, and it is so.' });
  const { page } = await open.visitor();
  await comeIn(page, open.setUp, 'Ada', 'Begin');
  const project = await beginProject(page, 'Talks');
  for (const model of ['plain', 'named']) {
    const data = { name: `${model} model`, url: server.url, model, keyName: null };
    const headers = { origin: open.origin };
    await page.request.post(`${project.replace('/projects/', '/api/projects/')}/arena/models`, { data, headers });
  }
  await page.goto(`${project}/arena`);
  await page.getByRole('textbox', { name: 'Your question' }).fill('Is it so?');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Equally good' }).click();
  await page.getByText('One of the two said which model it is').waitFor();
  await page.goto(`${project}/arena/board`);
  await page.getByText('1 vote is left out: a model said which it is.').waitFor();
  await page.getByLabel('Count them').click();
  await page.getByRole('cell', { name: 'named model' }).waitFor();
  await page.getByText('1 vote is counted although a model said which it is.').waitFor();
});
