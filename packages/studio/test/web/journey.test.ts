import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Pair, readPairs } from '@attune/preferences';
import type { Page } from 'playwright-core';
import type { GroupDissection } from '../../shared/dissect.ts';
import type { Quality } from '../../shared/quality.ts';
import { jsonl } from '../studio.ts';
import { beginProject, comeIn, importFile, invitation, type OpenStudio, openStudio, type Visitor } from './pages.ts';

/** Builds a model of a few thousand weights; undefined where there is no libtorch. */
const tinyModel = await import('../../../cli/test/train/fixture.ts').then(
  (fixture) => fixture.tinyModel,
  () => undefined,
);

type Choice = 'a' | 'b' | 'tie';

/** What Bob and Cem will say of fifty comparisons: how many there are of each kind. */
const plan: readonly (readonly [bob: Choice, cem: Choice, comparisons: number])[] = [
  ['a', 'a', 24],
  ['b', 'b', 14],
  ['a', 'b', 3],
  ['b', 'a', 3],
  ['tie', 'a', 4],
  ['tie', 'b', 2],
];
const planned = plan.flatMap(([bob, cem, n]) => Array.from({ length: n }, () => ({ Bob: bob, Cem: cem })));
const ITEMS = 50;
const FIRST_DIVIDED = 24 + 14;

/**
 * What follows from the plan, by hand. 38 of 50 say the same. Bob says a 27, b 17, tie 6 times, Cem 31, 19, 0, both together 58,
 * 36, 6 of 100.
 */
const agreement = {
  percent: 38 / 50,
  /** Cohen 1960: by chance (27·31 + 17·19) / 50² = 0.464. */
  cohenKappa: (0.76 - 0.464) / (1 - 0.464),
  /** Fleiss 1971: by chance 0.58² + 0.36² + 0.06² = 0.4696. */
  fleissKappa: (0.76 - 0.4696) / (1 - 0.4696),
  /** Gwet 2008: by chance (0.58·0.42 + 0.36·0.64 + 0.06·0.94) / 2 = 0.2652. */
  gwetAc1: (0.76 - 0.2652) / (1 - 0.2652),
  /** Krippendorff 2011: 24 of the 100 values disagree; by chance (100² − 58² − 36² − 6²) / 99 would. */
  krippendorffAlpha: 1 - 24 / ((10_000 - 3364 - 1296 - 36) / 99),
};

/** Calm ones and excited ones; some of the calm are longer, and some of the excited ask back. */
const stories = Array.from({ length: ITEMS }, (_, i) => ({
  id: `story-${i}`,
  prompt: `Tell ${i} of a cat.`,
  a: `The cat sat on mat ${i}.${i % 2 === 0 ? '' : ' It sat there all day long, and slept until the evening came.'}`,
  b: `Another cat, number ${i}, with a hat!${i % 3 === 0 ? ' Shall I tell you more?' : ''}`,
}));

test('from an empty folder to a trained model: an owner, data, two annotators at their keys, agreement, pairs, curves, dissection', async (t) => {
  const studio = await openStudio(t);
  if (!studio) return;
  const ada = await studio.visitor();
  await comeIn(ada.page, studio.setUp, 'Ada', 'Begin');
  const project = await beginProject(ada.page, 'Stories');
  await withoutRepeats(ada.page, project);
  await importFile(ada.page, project, 'stories.jsonl', jsonl(stories));

  const annotators = [
    await annotator(studio, ada.page, project, 'Bob'),
    await annotator(studio, ada.page, project, 'Cem'),
  ];
  await Promise.all(annotators.map(({ page, name }) => judgeAsPlanned(page, name)));
  await agreementIsShown(ada.page, project);
  const pairs = await exportedPairs(ada.page, project);
  for (const { alarms } of [ada, ...annotators]) assert.deepEqual(alarms, []);

  if (!tinyModel) return t.skip('there is no libtorch here: the journey ends before the training');
  const model = join(studio.studio.folder, 'models/tiny');
  mkdirSync(model, { recursive: true });
  await tinyModel(model);
  await trainsFromThePage(ada.page, project);
  const data = join(studio.studio.folder, 'runs', project.split('/').at(-1)!, 'dpo-1/data.jsonl');
  assert.deepEqual(texts((await readPairs(data)).pairs), texts(pairs));
  await dissectionIsOpened(ada.page, project);
  assert.deepEqual(ada.alarms, []);
});

/** Two votes for each comparison is how a project begins; repeats would make the number of votes a matter of chance. */
async function withoutRepeats(page: Page, project: string): Promise<void> {
  await page.goto(`${project}/settings`);
  assert.equal(await page.getByLabel('Votes for each comparison').inputValue(), '2');
  await page.getByLabel('Repeats').fill('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Settings saved.').waitFor();
}

type Name = 'Bob' | 'Cem';

/** Somebody in a browser of their own, invited and at the queue. */
async function annotator(
  studio: OpenStudio,
  ada: Page,
  project: string,
  name: Name,
): Promise<Visitor & { name: Name }> {
  const visitor = await studio.visitor();
  await comeIn(visitor.page, await invitation(ada, project), name, 'Join');
  await visitor.page.getByText('Stories').click();
  await visitor.page.getByRole('link', { name: 'Judge comparisons' }).click();
  return { ...visitor, name };
}

/** Judges all fifty, each by one key, and never before the next comparison is there. */
async function judgeAsPlanned(page: Page, name: Name): Promise<void> {
  const article = page.locator('article:visible');
  for (let judged = 0; judged < ITEMS; judged++) {
    // biome-ignore lint/performance/useDomNodeTextContent: as people see it
    const seen = await article.innerText();
    const item = await article.getAttribute('data-item');
    await page.keyboard.press(keyFor(seen, name));
    await page.locator(`article[data-item="${item}"]:visible`).waitFor({ state: 'detached' });
  }
  await page.getByText('All done').waitFor();
  await page.locator('[data-left="0"]').waitFor(); // everything has been acknowledged
}

function keyFor(seen: string, name: Name): string {
  const i = Number(/Tell (\d+) of a cat/.exec(seen)![1]);
  const choice = planned[i]![name];
  if (choice === 'tie') return '3';
  const isFirst = seen.indexOf('The cat sat') < seen.indexOf('Another cat') === (choice === 'a');
  return isFirst ? '1' : '2';
}

async function agreementIsShown(page: Page, project: string): Promise<void> {
  await page.goto(`${project}/quality`);
  await page.getByText(`Over ${ITEMS} comparisons`, { exact: false }).waitFor();
  const { cohenKappa, ...others } = agreement;
  const names = {
    ...{ percent: 'Same choice', krippendorffAlpha: 'Krippendorff’s α' },
    ...{ fleissKappa: 'Fleiss’ κ', gwetAc1: 'Gwet’s AC1' },
  };
  const part = page.locator('section', { has: page.getByRole('heading', { name: 'Agreement', exact: true }) });
  // biome-ignore lint/performance/useDomNodeTextContent: as people see it
  const shown = await part.innerText();
  for (const [measure, name] of Object.entries(names)) {
    const value = others[measure as keyof typeof others].toFixed(2);
    assert.match(shown, new RegExp(`${name}\\s+[^\\n]+\\s+${value}\\s`), `${name} is ${value}`);
  }
  const row = page.getByRole('row', { name: /Bob · Cem|Cem · Bob/ });
  assert.match((await row.textContent())!, new RegExp(`${cohenKappa.toFixed(2)}76 %${ITEMS}$`));

  const found: Quality = await (await page.request.get(api(project, '/quality'))).json();
  assert.equal(found.progress.votes, 2 * ITEMS);
  for (const [measure, value] of Object.entries(others)) {
    assert.ok(Math.abs(found.agreement[measure as keyof typeof others]!.value - value) < 1e-12, measure);
  }
  assert.ok(Math.abs(found.pairs[0]!.kappa! - cohenKappa) < 1e-12);

  const divided = page.locator('article', { hasText: `Tell ${FIRST_DIVIDED} of a cat.` });
  await divided.getByRole('button', { name: 'A is better' }).click();
  await divided.waitFor({ state: 'detached' });
}

/** Downloads the pairs and reads them as `attune` does. */
async function exportedPairs(page: Page, project: string): Promise<readonly Pair[]> {
  await page.goto(`${project}/data`);
  await page.getByText('45 pairs · 5 undecided').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ]);
  const { pairs } = await readPairs(await download.path());
  const expected = stories.flatMap(({ id, a, b }, i) => {
    const better = betterOf(i);
    return better === undefined ? [] : [better === 'a' ? [id, a, b] : [id, b, a]];
  });
  assert.deepEqual(
    pairs.map(({ id }, i) => [id, ...texts(pairs)[i]!]),
    expected,
  );
  return pairs;
}

/** By majority, to which a tie adds nothing; the first on which one said a and the other b is decided by Ada, for a. */
function betterOf(i: number): 'a' | 'b' | undefined {
  const { Bob, Cem } = planned[i]!;
  if (i === FIRST_DIVIDED) return 'a';
  if (Bob !== 'tie' && Bob !== Cem) return undefined;
  return Cem === 'tie' ? undefined : Cem;
}

const texts = (pairs: readonly Pair[]) =>
  pairs.map(({ chosen, rejected }) =>
    [chosen, rejected].map((said) => (typeof said === 'string' ? said : said.at(-1)!.content)),
  );

/** A real run of DPO, started with the form, whose curves move while it is at work. */
async function trainsFromThePage(page: Page, project: string): Promise<void> {
  await page.goto(`${project}/runs`);
  await page.getByRole('link', { name: 'New run' }).click();
  await page.getByText('Trial', { exact: true }).click();
  const more = page.getByLabel('Other settings, as YAML');
  await more.fill('betta: 1');
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByText(/betta is not a setting/).waitFor();
  await more.fill('threads: 1\ndevice: cpu\nmax_steps: 150'); // several looks of the stream long
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByRole('heading', { name: 'dpo-1' }).waitFor();

  const plot = page.locator('figure', { hasText: 'rewards/margins' });
  await plot.locator('canvas').waitFor();
  const margin = await plot.locator('b').first().elementHandle();
  await page.waitForFunction(([shown, before]) => shown!.textContent !== before, [
    margin,
    await margin!.textContent(),
  ] as const);
  await page.getByText('finished', { exact: true }).waitFor({ timeout: 60_000 });
  await page.getByText('· step 150 ·').waitFor();
  await page.getByRole('heading', { name: 'What the numbers say' }).waitFor();
  await page.getByRole('link', { name: 'Training', exact: true }).click();
  await page.getByRole('row', { name: /dpo-1.*finished/ }).waitFor();
}

/** What the votes reward: everybody's are those of the pairs, Bob's without his ties, and Cem's all. */
async function dissectionIsOpened(page: Page, project: string): Promise<void> {
  await page.getByRole('link', { name: 'Dissect' }).click();
  const plot = page.getByRole('figure', { name: 'Weights of the properties' });
  for (const property of ['exclamation', 'longer', 'asks back']) await plot.getByText(property).waitFor();
  const alike = page.getByRole('table', { name: 'How alike the judges are' });
  for (const name of ['Bob', 'Cem']) await alike.getByRole('rowheader', { name }).waitFor();
  const { judges }: GroupDissection = await (await page.request.get(api(project, '/dissect/groups/all'))).json();
  assert.deepEqual(judges.map(({ samples }) => samples).sort(), [44, 45, 50]);
  const { weights } = judges.find(({ judge }) => judge === 'everyone')!;
  assert.ok(weights.find(({ property }) => property === 'exclamation')!.mean < 0, '31 of 45 went to the calm one');
  await page
    .getByText(/chosen, foretold/)
    .first()
    .click();
  await page
    .getByText(/Percentage points/)
    .first()
    .waitFor();
}

function api(project: string, path: string): string {
  const { origin, pathname } = new URL(project);
  return `${origin}/api${pathname}${path}`;
}
