import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { seededRandom } from '@attune/preferences';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { type DataPlace, openDatabase, type Studio, setUpLink, studioApp } from '../server/index.ts';

const origin = 'http://127.0.0.1:4242';
export const password = 'a long enough password';

/** A studio in a folder of its own, asked in process. */
export interface TestStudio {
  readonly app: FastifyInstance;
  readonly studio: Studio;
}

export async function testStudio(t: TestContext, place?: DataPlace): Promise<TestStudio> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-studio-'));
  const db = await openDatabase(place ?? { folder });
  const attune = [process.execPath, join(import.meta.dirname, '../../cli/src/main.ts')];
  const random = seededRandom(7).uniform;
  const studio: Studio = { db, now: Date.now, origin, folder, attune, random };
  const app = await studioApp(studio);
  t.after(async () => {
    await app.close();
    await db.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  return { app, studio };
}

/** Somebody's browser: keeps the cookie, says where its changes come from. */
export class Browser {
  readonly #app: FastifyInstance;
  readonly #origin: string;
  #cookie = '';

  constructor({ app, studio }: TestStudio) {
    this.#app = app;
    this.#origin = studio.origin;
  }

  /** For requests that are not made in process. */
  get cookie(): string {
    return this.#cookie;
  }

  get #headers() {
    return { origin: this.#origin, cookie: this.#cookie };
  }

  /** A reply as it is, for what is no JSON. */
  raw(path: string) {
    return this.#app.inject({ method: 'GET', url: `/api${path}`, headers: this.#headers });
  }

  async send(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT',
    path: string,
    body?: unknown,
    // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect to be there.
  ): Promise<{ status: number; body: any }> {
    const options: InjectOptions = { method, url: `/api${path}`, headers: this.#headers };
    const isForm = body instanceof FormData;
    const sent = isForm ? new Response(body) : undefined;
    const payload = sent ? Buffer.from(await sent.arrayBuffer()) : (body as object | undefined);
    const type = sent && { 'content-type': sent.headers.get('content-type')! };
    const reply = await this.#app.inject({
      ...{ ...options, headers: { ...options.headers, ...type } },
      ...(payload !== undefined && { payload }),
    });
    const set = reply.cookies.find(({ name }) => name === 'attune_session');
    if (set) this.#cookie = `attune_session=${set.value}`;
    const isJson = reply.headers['content-type']?.toString().includes('json');
    return { status: reply.statusCode, body: isJson ? reply.json() : reply.body };
  }
}

/** The owner, signed in. */
export async function owner(place: TestStudio): Promise<Browser> {
  const browser = new Browser(place);
  const token = (await setUpLink(place.studio))!.split('#')[1]!;
  await browser.send('POST', '/setup', { token, name: 'Ada', email: 'ada@example.org', password });
  return browser;
}

/** Somebody who joined a project by an invitation. */
export async function member(
  place: TestStudio,
  by: Browser,
  projectId: string,
  role: string,
  name: string,
): Promise<Browser> {
  const { body } = await by.send('POST', `/projects/${projectId}/invitations`, { role });
  const browser = new Browser(place);
  const token = body.link.split('#')[1];
  await browser.send('POST', '/join', { token, name, email: `${name.toLowerCase()}@example.org`, password });
  return browser;
}

/** A file as a browser sends it. */
export function upload(content: string | Uint8Array<ArrayBuffer>, name = 'file.jsonl'): FormData {
  const form = new FormData();
  form.set('file', new File([content], name));
  return form;
}

/** Records as JSONL. */
export const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Comparisons that nobody has judged yet. */
export const comparisons = (n: number): object[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `c${i}`,
    prompt: `Question ${i}?`,
    a: `Answer ${i}.`,
    b: `No answer, ${i}.`,
  }));
