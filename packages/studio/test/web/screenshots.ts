/** Pictures of every page in both languages, both themes, on a desk and in a hand: node screenshots.ts FOLDER [NAME …] */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { everyPage, settled, show, switchTo } from './everyPage.ts';
import { openEveryPage } from './openEveryPage.ts';

const widths = { desk: { width: 1280, height: 860 }, hand: { width: 390, height: 844 } };
const [folder, ...names] = process.argv.slice(2);

test('pictures', async (t) => {
  if (!folder) throw new Error('Say where the pictures belong: node screenshots.ts FOLDER');
  mkdirSync(folder, { recursive: true });
  const open = await openEveryPage(t);
  if (!open) return;
  const views = everyPage(open.believable).filter(({ name }) => names.length === 0 || names.includes(name));
  for (const language of ['en', 'zh'] as const) {
    const people = await open.windows(language);
    for (const view of views) {
      const { page } = people[view.who];
      await page.setViewportSize(widths.desk);
      await show(page, open.origin, view);
      for (const theme of ['light', 'dark'] as const) {
        await switchTo(page, theme);
        for (const [width, size] of Object.entries(widths)) {
          await page.setViewportSize(size);
          await settled(page);
          await page.evaluate('scrollTo(0, 0)'); // a head that stays in sight belongs on top of a whole page's picture
          await page.screenshot({
            path: join(folder, `${view.name}.${width}.${language}.${theme}.png`),
            fullPage: (await page.getByRole('dialog').count()) === 0,
          });
        }
      }
    }
  }
});
