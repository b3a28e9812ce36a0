import type { TestContext } from 'node:test';
import { studioApp } from '../../server/app.ts';
import { chatServer } from '../chatServer.ts';
import type { Browser } from '../studio.ts';
import { type Believable, believableStudio } from './believable.ts';
import { openStudio, type Visitor } from './pages.ts';

export type Language = 'en' | 'zh';

export interface EveryPage {
  readonly origin: string;
  readonly believable: Believable;
  /** A window for each of those who look, in the light. */
  windows(language: Language): Promise<Record<'ada' | 'ben' | 'nobody', Visitor>>;
}

const answers = { tuned: 'I would call it *Patience*.', base: 'Boaty!', small: 'The **Lady Grey**, perhaps.' };

/** A studio as after some weeks; undefined, with the test skipped, where there is no Chromium. */
export async function openEveryPage(t: TestContext): Promise<EveryPage | undefined> {
  const open = await openStudio(t);
  if (!open) return undefined;
  const { studio, origin } = open;
  const app = await studioApp(studio);
  t.after(() => app.close());
  const { url } = await chatServer(t, answers);
  const believable = await believableStudio({ app, studio }, url);
  const window = async (language: Language, who?: Browser) => {
    const visitor = await open.visitor();
    visitor.page.setDefaultTimeout(60_000); // some pages compute for a while, and a busy machine is slow
    const keep = { 'attune.language': language, 'mantine-color-scheme-value': 'light' };
    await visitor.context.addInitScript((kept) => {
      for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, value);
    }, keep);
    if (who) {
      const [name, value] = who.cookie.split('=') as [string, string];
      await visitor.context.addCookies([{ name, value, url: origin }]);
    }
    return visitor;
  };
  return {
    origin,
    believable,
    windows: async (language) => ({
      ada: await window(language, believable.ada),
      ben: await window(language, believable.ben),
      nobody: await window(language),
    }),
  };
}
