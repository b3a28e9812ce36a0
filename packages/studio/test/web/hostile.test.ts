import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { jsonl } from '../studio.ts';
import { beginProject, comeIn, importFile, invitation, openStudio } from './pages.ts';

/** Ways in which text has become a script or a request elsewhere: HTML, Markdown, mathematics, addresses, other encodings. */
const corpus = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(2)>',
  '<img src="https://evil.example/pixel.png">',
  '<svg onload=alert(3)><animate onbegin=alert(4) attributeName=x dur=1s>',
  '<iframe src="javascript:alert(5)" srcdoc="<script>parent.alert(6)</script>"></iframe>',
  '<object data="https://evil.example/o"></object><embed src="https://evil.example/e">',
  '<link rel=stylesheet href=https://evil.example/s.css><style>@import "https://evil.example/i.css";</style>',
  '<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<form action="https://evil.example/"><button autofocus onfocus=alert(7)>x</button></form>',
  '<details open ontoggle=alert(8)><summary>x</summary></details><video><source onerror=alert(9)></video>',
  '</textarea></title></style></script><script>alert(10)</script>',
  '[a](javascript:alert(11)) [b](JaVaScRiPt:alert(12)) [c](java&#09;script:alert(13)) <javascript:alert(14)>',
  '[d](data:text/html;base64,PHNjcmlwdD5hbGVydCgxNSk8L3NjcmlwdD4=) [e](vbscript:msgbox(16)) [f](/api/session)',
  '![x](https://evil.example/image.png) ![y](//evil.example/y.png) ![z](data:image/svg+xml,<svg/onload=alert(17)>)',
  '![r][1]\n\n[1]: https://evil.example/ref.png "onload=alert(18)"',
  '$$\\href{javascript:alert(19)}{x} \\url{javascript:alert(20)} \\includegraphics{https://evil.example/k.png}$$',
  '$\\htmlData{onclick=alert(21)}{x} \\htmlStyle{background:url(https://evil.example/b)}{y} \\def\\a{\\a\\a}\\a$',
  '```html\n<script>alert(22)</script>\n```\n`<img src=x onerror=alert(23)>`',
  '| <img src=x onerror=alert(24)> | [x](javascript:alert(25)) |\n|---|---|\n| <b onmouseover=alert(26)>y</b> | z |',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what somebody would try
  '{{constructor.constructor("alert(27)")()}} ${alert(28)} $t(session.signIn) {{- x}}',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(29)&gt;">',
  "\"><img src=x onerror=alert(30)> ' onmouseover=alert(31) x=' \u202Egnp.exe\u202C \u0000\u001B[31m",
  '<a href="https://evil.example/" ping="https://evil.example/ping" style="position:fixed;inset:0">x</a>',
  '[^1]\n\n[^1]: <img src=x onerror=alert(32)> https://evil.example/footnote',
];

test('hostile prompts, responses, notes, names and file names run nothing and load nothing from elsewhere', async (t) => {
  const studio = await openStudio(t);
  if (!studio) return;
  const ada = await studio.visitor();
  const hostileName = '<img src=x onerror=alert(40)>';
  await comeIn(ada.page, studio.setUp, hostileName, 'Begin');
  const project = await beginProject(ada.page, '<script>alert(41)</script>');
  const rows = corpus.map((text, i) => ({
    id: `<img src=x onerror=alert(${i})>`,
    prompt: [
      { role: 'system', content: text },
      { role: 'user', content: text },
    ],
    ...{ a: text, b: `${text} .`, aSource: text.slice(0, 50), bSource: '<b>model</b>' },
  }));
  const fileName = '<img src=x onerror=alert(42)>.jsonl';
  await importFile(ada.page, project, fileName, jsonl(rows));
  await importFile(ada.page, project, fileName, jsonl(corpus.map((prompt) => ({ prompt: `${prompt}\n` }))));
  const { page } = ada;
  await page.goto(`${project}/settings`);
  await page.getByLabel('Guidelines').fill(corpus.join('\n\n'));
  await page.getByText('Preview').click();
  await page.getByText('onerror=alert(2)', { exact: false }).first().waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Settings saved.').waitFor();

  const bob = await studio.visitor();
  await comeIn(bob.page, await invitation(page, project), '"><svg onload=alert(43)>', 'Join');
  await judge(ada.page, project, '1', corpus.length);
  await judge(bob.page, project, '3', 4); // a tie, where Ada sees a better one: something to adjudicate

  await page.goto(`${project}/triage`);
  for (let i = 0; i < 5; i++) {
    await page.locator('article:visible').waitFor();
    await page.keyboard.press('2');
  }
  await page.goto(`${project}/quality`);
  await page.getByRole('button', { name: 'A is better' }).first().waitFor();
  await page.goto(`${project}/data`);
  await page.getByRole('row').nth(3).getByRole('button').click();
  await page.getByText('onerror', { exact: false }).first().waitFor();
  for (const part of ['/people', '/audit', '']) {
    await page.goto(`${project}${part}`);
    await page.getByText('alert(4', { exact: false }).first().waitFor();
  }
  await page.goto(studio.origin);
  await page.getByText('alert(41)', { exact: false }).waitFor();
  assert.deepEqual([...ada.alarms, ...bob.alarms], []);
  await page.evaluate('alert("seen")');
  assert.deepEqual(ada.alarms, ['dialog: seen'], 'an alarm would have been heard');
});

/** What no text may become, also where the content policy would stop it. */
const elements = 'img, iframe, script, object, embed, form, button, style, link, base, meta, video, source, animate';
const handlers = "xpath=.//*[@*[starts-with(name(), 'on')] or contains(@style, 'url')]";

/** Judges comparisons with the guidelines beside them, in both views and with a note, until `most` or all are done. */
async function judge(page: Page, project: string, key: string, most: number): Promise<void> {
  await page.goto(`${project}/judge`);
  await page.keyboard.press('g');
  const article = page.locator('article:visible');
  const done = page.getByText('All done');
  for (let i = 0; i < most; i++) {
    await article.or(done).waitFor();
    if (await done.isVisible()) return; // rows with a NUL in them are not taken in
    const item = await article.getAttribute('data-item');
    for (const forbidden of [elements, handlers]) assert.equal(await article.locator(forbidden).count(), 0);
    for (const link of await article.locator('a').all()) {
      assert.match((await link.getAttribute('href'))!, /^(https?|mailto):/);
      assert.equal(await link.getAttribute('rel'), 'noopener noreferrer nofollow');
      assert.equal(await link.getAttribute('target'), '_blank');
    }
    await page.keyboard.press('r');
    await page.keyboard.press('r');
    if (i < 3) {
      await page.keyboard.press('n');
      await page.getByLabel('Note').fill(corpus[i]!);
      await page.keyboard.press('Escape');
      await page.keyboard.press('n');
    }
    await page.keyboard.press(key);
    await page.locator(`article[data-item="${item}"]:visible`).waitFor({ state: 'detached' });
  }
}
