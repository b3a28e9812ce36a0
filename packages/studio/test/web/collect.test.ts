import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import type { ItemDetail, ItemPage, ItemVote } from '../../shared/items.ts';
import { comparisons, jsonl } from '../studio.ts';
import { beginProject, comeIn, importFile, openStudio, shownPrompt } from './pages.ts';

/** The votes on a project's items, as the studio has them. */
async function everythingSaid(page: Page, project: string): Promise<ItemVote[]> {
  const address = new URL(project);
  const items = `${address.origin}/api${address.pathname}/items`;
  const all: ItemPage = await (await page.request.get(items)).json();
  const details = all.items.map(async ({ id }) => {
    const item: ItemDetail = await (await page.request.get(`${items}/${id}`)).json();
    return item.said;
  });
  return (await Promise.all(details)).flat();
}

test('a vote goes by one key and comes back by one; strength, skips and notes are kept', async (t) => {
  const studio = await openStudio(t);
  if (!studio) return;
  const { page, alarms } = await studio.visitor();
  await comeIn(page, studio.setUp, 'Ada', 'Begin');
  const project = await beginProject(page, 'Undo');
  await importFile(page, project, 'a.jsonl', jsonl(comparisons(4)));
  await page.goto(`${project}/judge`);
  const news = page.locator('[data-judged]');

  const first = await shownPrompt(page);
  await page.keyboard.press('Shift+Digit2');
  await page.getByText('Recorded: response 2 far better.').first().waitFor();
  assert.notEqual(await shownPrompt(page), first);
  await page.keyboard.press('u');
  await page.getByText('Taken back. The comparison is here again.').first().waitFor();
  assert.equal(await shownPrompt(page), first);
  assert.equal(await news.getAttribute('data-judged'), '0');

  await page.keyboard.press('n');
  await page.getByLabel('Note').fill('1 2 3 are no votes here');
  await page.keyboard.press('Escape');
  await page.keyboard.press('q');
  await page.getByText('Recorded: response 1 slightly better.').first().waitFor();
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'The prompt cannot be understood' }).waitFor();
  await page.keyboard.press('2');
  await page.getByText('Recorded: skipped.').first().waitFor();
  await page.keyboard.press('0');
  await page.keyboard.press('t');
  await page.getByText('All done').waitFor();
  await page.locator('[data-left="0"]').waitFor();

  const said = await everythingSaid(page, project);
  const of = (strength: number | null, choice?: string) =>
    said.filter((vote) => vote.strength === strength && (choice === undefined || vote.choice === choice)).length;
  assert.equal(said.length, 4);
  assert.equal(of(1), 1);
  assert.deepEqual([of(null, 'skip'), of(null, 'bothBad'), of(null, 'tie')], [1, 1, 1]);
  const notes = said.flatMap(({ note }) => note ?? []).sort();
  assert.deepEqual(notes, ['1 2 3 are no votes here', 'The prompt cannot be understood']);
  assert.deepEqual(alarms, []);
});

test('votes given while the studio cannot be reached wait in the tab, also over a reload, and arrive', async (t) => {
  const studio = await openStudio(t);
  if (!studio) return;
  const { page, context } = await studio.visitor();
  await comeIn(page, studio.setUp, 'Ada', 'Begin');
  const project = await beginProject(page, 'Offline');
  await importFile(page, project, 'a.jsonl', jsonl(comparisons(6)));
  await page.goto(`${project}/judge`);
  await page.locator('article:visible').waitFor();

  await context.route('**/votes', (route) => route.abort());
  await page.locator('[data-choice="first2"]').click();
  await page.getByText('1 vote waits in this tab').waitFor();
  await page.keyboard.press('2');
  await page.locator('[data-pending="2"]').waitFor();
  await page.keyboard.press('u'); // never sent: taken back without the studio
  await page.locator('[data-pending="1"]').waitFor();
  await page.keyboard.press('2');
  await page.locator('[data-pending="2"]').waitFor();
  await page.reload();
  await page.locator('[data-pending="2"]').waitFor();

  await context.unroute('**/votes');
  await page.getByRole('button', { name: 'Send now' }).click();
  await page.locator('[data-pending]').waitFor({ state: 'detached' });
  assert.equal((await everythingSaid(page, project)).length, 2);
});

test('the first page loads less than 300 kB of compressed script, and all of it compressed', async (t) => {
  const studio = await openStudio(t);
  if (!studio) return;
  const { page } = await studio.visitor();
  const scripts: { readonly path: string; readonly bytes: number }[] = [];
  const uncompressed: string[] = [];
  page.on('response', async (response) => {
    if (!response.url().endsWith('.js')) return;
    if (!response.headers()['content-encoding']) uncompressed.push(response.url());
    scripts.push({ path: response.url(), bytes: gzipSync(await response.body()).length });
  });
  await comeIn(page, studio.setUp, 'Ada', 'Begin');
  await page.waitForLoadState('networkidle');
  const sum = scripts.reduce((total, { bytes }) => total + bytes, 0);
  t.diagnostic(`${scripts.length} scripts, ${Math.round(sum / 1000)} kB with gzip`);
  assert.ok(sum > 100_000, 'the scripts were seen');
  assert.ok(sum < 300_000, `${sum} bytes`);
  assert.deepEqual(uncompressed, []);
});
