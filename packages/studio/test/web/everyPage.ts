import type { Page } from 'playwright-core';
import type { Believable } from './believable.ts';

/** Something there is to see: an address, and what to do there until it shows. Nothing here depends on the language. */
export interface View {
  readonly name: string;
  readonly at: string;
  readonly who: 'ada' | 'ben' | 'nobody';
  readonly open?: (page: Page) => Promise<unknown>;
}

/** Every page of the studio, with its dialogs, and as it is while there is nothing yet. */
export function everyPage({ project, empty, invitation }: Believable): readonly View[] {
  const ada = (name: string, at: string, open?: View['open']): View => ({
    name,
    at,
    who: 'ada',
    ...(open && { open }),
  });
  const keys = (name: string, ...pressed: string[]) =>
    ada(name, `${project}/judge`, async (page) => {
      await page.locator('article:visible').waitFor();
      for (const key of pressed) await page.keyboard.press(key);
    });
  return [
    { name: 'set-up', at: '/setup#token', who: 'nobody' },
    { name: 'sign-in', at: '/sign-in', who: 'nobody' },
    { name: 'invitation', at: invitation, who: 'nobody' },
    ada('invitation-signed-in', invitation),
    ada('projects', '/'),
    ada('projects-new', '/', (page) => page.locator('main button').first().click()),
    { name: 'projects-annotator', at: '/', who: 'ben' },
    ada('menu', '/', (page) => page.locator('header button').last().click()),
    ada('account', '/account'),
    ada('nothing-here', '/nowhere'),
    ada('no-such-project', '/projects/00000000-0000-4000-8000-000000000000'),
    ada('no-such-part', `${project}/nowhere`),
    ada('overview', project),
    ada('overview-new', empty),
    { name: 'overview-annotator', at: project, who: 'ben' },
    ada('data', `${project}/data`, (page) => page.locator('tbody tr').first().waitFor()),
    ada('data-new', `${empty}/data`),
    ada('data-item', `${project}/data`, openItem),
    ada(
      'data-preview',
      `${empty}/data`,
      give('new.jsonl', '{"prompt":"Is it so?","a":"Yes.","b":"No."}\n{"prompt":4}\n'),
    ),
    ada('data-mapping', `${empty}/data`, give('table.csv', 'question,left,right\nIs it so?,Yes.,No.\n')),
    ada('data-sampling', `${project}/data`, (page) =>
      page.locator('section').nth(2).getByRole('button').last().click(),
    ),
    keys('judge'),
    keys('judge-details', 'n'),
    keys('judge-guidelines', 'g'),
    keys('judge-raw', 'r'),
    keys('judge-keys', '?'),
    keys('judge-skip', 's'),
    ada('judge-done', `${empty}/judge`),
    ada('triage', `${project}/triage`),
    ada('triage-done', `${empty}/triage`),
    ada('quality', `${project}/quality`, (page) => page.locator('article').first().waitFor()),
    ada('quality-new', `${empty}/quality`),
    ada('quality-judge', `${project}/quality`, async (page) => {
      await page.locator('article').first().waitFor();
      await page
        .locator('section', { has: page.getByRole('progressbar') })
        .getByRole('button')
        .last()
        .click();
    }),
    ada('runs', `${project}/runs`),
    ada('runs-none', `${empty}/runs`),
    ada('run-new', `${project}/runs/new`),
    ada('run-new-ppo', `${project}/runs/new`, (page) => page.locator('.mantine-SegmentedControl-label').nth(3).click()),
    ada('run-new-spa', `${project}/runs/new`, (page) => page.locator('.mantine-SegmentedControl-label').nth(4).click()),
    ada('run', `${project}/runs/dpo-1`, (page) => page.locator('canvas').first().waitFor()),
    ada('run-stopped', `${project}/runs/dpo-2`, (page) => page.locator('canvas').first().waitFor()),
    ada('run-failed', `${project}/runs/reward-1`),
    ada('runs-compared', `${project}/runs/compare?runs=dpo-1,dpo-2`, (page) =>
      page.locator('canvas').first().waitFor(),
    ),
    ada('dissect', `${project}/dissect`, (page) => page.locator('figure').first().waitFor()),
    ada('dissect-sample', `${project}/dissect`, async (page) => {
      await page.locator('.mantine-Accordion-control').first().click();
    }),
    ada('dissect-none', `${empty}/dissect`),
    ada('dissect-upload', `${project}/dissect`, async (page) => {
      await page.locator('figure').first().waitFor();
      await page.locator('main button').first().click();
    }),
    ada('dissect-annotate', `${project}/dissect`, async (page) => {
      await page.locator('figure').first().waitFor();
      await page.locator('main section').last().getByRole('button').last().click();
    }),
    ada('arena', `${project}/arena`),
    ada('arena-answered', `${project}/arena`, async (page) => {
      await page.getByRole('textbox').fill('What is a good name for a boat?');
      await page.keyboard.press('Enter');
      await page.locator('fieldset button').first().waitFor();
    }),
    ada('arena-board', `${project}/arena/board`, (page) => page.locator('table').first().waitFor()),
    ada('arena-board-none', `${empty}/arena/board`),
    ada('arena-models', `${project}/arena/models`),
    ada('people', `${project}/people`),
    ada('settings', `${project}/settings`),
    ada('settings-preview', `${project}/settings`, (page) =>
      page.locator('.mantine-SegmentedControl-label').last().click(),
    ),
    ada('audit', `${project}/audit`),
  ];
}

async function openItem(page: Page): Promise<void> {
  await page.locator('tbody tr').nth(1).getByRole('button').click();
  await page.getByRole('dialog').locator('article, p').first().waitFor();
}

const give = (name: string, content: string) => async (page: Page) => {
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });
  await page.locator('section').first().locator('table, select, input[aria-haspopup]').first().waitFor();
};

/** Opens a view, and waits until nothing is being loaded any more. */
export async function show(page: Page, origin: string, { at, open }: View): Promise<void> {
  if (at.includes('#')) await page.goto('about:blank'); // another part behind # alone would load nothing
  await page.goto(origin + at);
  await settled(page);
  await open?.(page);
  await settled(page);
}

/** Waits until nothing is being loaded, and nothing moves. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1, h2, main p').first().waitFor();
  await page.locator('.mantine-Loader-root').first().waitFor({ state: 'detached' });
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await page.evaluate('Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => undefined)');
}

/** The light switch, also where a dialog is before it: as if it had been used in another tab. */
export async function switchTo(page: Page, theme: 'light' | 'dark'): Promise<void> {
  await page.evaluate(`{
    const [key, newValue] = ['mantine-color-scheme-value', '${theme}'];
    localStorage.setItem(key, newValue);
    dispatchEvent(new StorageEvent('storage', { key, newValue, storageArea: localStorage }));
  }`);
  await settled(page);
}
