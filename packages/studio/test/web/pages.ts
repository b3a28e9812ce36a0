import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { openDatabase, type Studio, setUpLink, startStudio } from '../../server/index.ts';
import { password } from '../studio.ts';

const CHROMIUM = '/usr/bin/chromium';
const root = join(import.meta.dirname, '../../../..');
const scratch = mkdtempSync(join(tmpdir(), 'attune-pages-'));
let browser: Promise<Browser> | undefined;
let pages: Promise<string> | undefined;

after(async () => {
  await (await browser)?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** The pages as their sources are now: those that scripts/setup.sh has built, or built here once for a test file. */
export function builtPages(): Promise<string> {
  pages ??= areBuilt() ? Promise.resolve(join(root, 'packages/studio/web/dist')) : buildInto(join(scratch, 'pages'));
  return pages;
}

async function buildInto(outDir: string): Promise<string> {
  const { build } = await import('vite'); // which takes longer to load than most tests last
  const web = join(root, 'packages/studio/web');
  await build({ root: web, configFile: join(web, 'vite.config.ts'), build: { outDir }, logLevel: 'error' });
  return outDir;
}

/** Whether the stamp of scripts/setup.sh is that of the sources. */
function areBuilt(): boolean {
  const stamp = join(root, '.attune/pages');
  if (!existsSync(stamp)) return false;
  const sources = execFileSync(join(root, 'scripts/pageSources.sh'), { maxBuffer: 64 << 20 });
  return readFileSync(stamp, 'utf8').trim() === createHash('sha256').update(sources).digest('hex').slice(0, 16);
}

/** A studio that listens, in an empty folder, and a browser to look at it with. */
export interface OpenStudio {
  readonly origin: string;
  readonly studio: Studio;
  /** The link that the terminal shows. */
  readonly setUp: string;
  /** Somebody's own browser window: no cookies, no storage. */
  visitor(): Promise<Visitor>;
}

/** A window, and everything in it that must not be. */
export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Dialogs, errors of scripts, and requests to anywhere but the studio. */
  readonly alarms: string[];
}

/** Undefined, with the test skipped, where there is no Chromium. */
export async function openStudio(t: TestContext): Promise<OpenStudio | undefined> {
  if (!existsSync(CHROMIUM)) {
    t.skip(`${CHROMIUM} is not installed`);
    return undefined;
  }
  browser ??= chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const folder = mkdtempSync(join(scratch, 'data-'));
  const db = await openDatabase({ folder });
  const attune = [process.execPath, join(import.meta.dirname, '../../../cli/src/main.ts')];
  const given = { db, folder, attune, now: Date.now };
  const { studio, close } = await startStudio(given, { port: 0, host: '127.0.0.1', pages: await builtPages() });
  t.after(close);
  const { origin } = studio;
  return { origin, studio, setUp: (await setUpLink(studio))!, visitor: () => visitor(t, origin) };
}

async function visitor(t: TestContext, origin: string): Promise<Visitor> {
  const context = await (await browser!).newContext({ locale: 'en-GB', acceptDownloads: true });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const alarms: string[] = [];
  context.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${origin}/`)) alarms.push(request.url());
  });
  context.on('dialog', async (dialog) => {
    if (dialog.type() === 'beforeunload') return dialog.accept(); // the studio's own, when votes are still on their way
    alarms.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on('pageerror', (error) => alarms.push(`error: ${error.message}`));
  return { page, context, alarms };
}

/** Fills in the form of a set-up or invitation link. */
export async function comeIn(page: Page, link: string, name: string, action: 'Begin' | 'Join'): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('E-mail').fill(`${name.replace(/\W/g, '').toLowerCase() || 'somebody'}@example.org`);
  await page.getByLabel('Password', { exact: false }).first().fill(password);
  await page.getByRole('button', { name: action }).click();
  await page.getByRole('heading', { name: 'Projects' }).waitFor();
}

/** Begins a project on the page of projects; its address. */
export async function beginProject(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name: 'New project' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('How to go on').waitFor();
  return page.url();
}

/** Drops a file on the Data page and takes it in as it is. */
export async function importFile(page: Page, project: string, name: string, content: string): Promise<void> {
  await page.goto(`${project}/data`);
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });
  await page.getByRole('button', { name: /^Import \d/ }).click();
  await page.getByText(/^Imported: /).waitFor();
}

/** A link from the People page that brings an annotator in. */
export async function invitation(page: Page, project: string): Promise<string> {
  await page.goto(`${project}/people`);
  await page.getByRole('button', { name: 'Make a link' }).click();
  return page.getByLabel(/^Invitation link/).inputValue();
}

/** What the comparison on the screen asks. */
export const shownPrompt = (page: Page): Promise<string | null> =>
  page.locator('article:visible').getByRole('region', { name: 'Prompt' }).textContent();
