import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { everyPage, show, switchTo } from './everyPage.ts';
import { openEveryPage } from './openEveryPage.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const levels = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] };
const contrast = { type: 'rule', values: ['color-contrast'] };

test('axe finds nothing against WCAG 2.1 A and AA on any page, in the light or in the dark', async (t) => {
  const open = await openEveryPage(t);
  if (!open) return;
  const people = await open.windows('en');
  const found: string[] = [];
  const rules = new Set<string>();
  const views = everyPage(open.believable);
  for (const view of views) {
    const { page } = people[view.who];
    await show(page, open.origin, view);
    await page.evaluate(axe);
    const { violations, passes } = await audit(page, levels);
    for (const { id } of passes) rules.add(id);
    await switchTo(page, 'dark');
    const dark = await audit(page, contrast); // the other rules know no colours
    for (const { id, nodes } of [...violations, ...dark.violations]) {
      for (const { html, failureSummary } of nodes) found.push(`${view.name}: ${id}: ${html}\n${failureSummary}`);
    }
  }
  t.diagnostic(`${views.length} pages and dialogs, ${rules.size} rules that had something to say`);
  assert.deepEqual(found, []);
});

/** What the rules find wrong, and which of them looked at something. */
const audit = (page: Page, runOnly: object): Promise<Pick<AxeResults, 'violations' | 'passes'>> =>
  page.evaluate(`axe.run(${JSON.stringify({ runOnly, resultTypes: ['violations'] })})`);
