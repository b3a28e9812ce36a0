import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Asked, startChat } from '../../preferences/test/judges/chatServer.ts';
import type { Db } from '../server/db/open.ts';
import { type DataPlace, openDatabase } from '../server/index.ts';
import { AT_A_TIME } from '../server/jobs/endpoints.ts';
import type { Job } from '../shared/jobs.ts';
import { annotator, callsFor, judged, said, scripted } from './annotationParts.ts';
import { populate } from './populate.ts';
import { postgresBin, startPostgres } from './postgres.ts';
import { serveStudio } from './servedStudio.ts';
import { comparisons, jsonl, upload } from './studio.ts';

/** Work of the studio that asks a model, and what it comes to when nothing goes wrong. */
interface Kind {
  readonly name: 'sampling' | 'judging' | 'annotation';
  readonly rows: readonly object[];
  settings(url: string): object;
  answer(asked: Asked): Answer;
  /** Answers that it takes, and how many of them to the same question. */
  readonly calls: number;
  readonly each: number;
  /** Results on record. */
  results(db: Db): Promise<readonly unknown[]>;
  readonly made: number;
}

const served = (url: string) => ({ from: 'endpoint', url, model: 'large', keyName: null, price: null });

const COUNT = 40;
let drawn = 0;

const kinds: readonly Kind[] = [
  {
    ...{ name: 'sampling', calls: 2 * COUNT, each: 2, made: COUNT },
    rows: Array.from({ length: COUNT }, (_, i) => ({ id: `p${i}`, prompt: `Question ${i}?` })),
    settings: (url) => ({ source: served(url), prompts: 'all', temperature: 0.8, maxTokens: 100 }),
    answer: ({ question }) => said(`${question} Answer ${drawn++}.`),
    results: (db) => db.selectFrom('items').select('id').where('kind', '=', 'comparison').execute(),
  },
  {
    ...{ name: 'judging', calls: 2 * COUNT, each: 1, made: 2 * COUNT },
    rows: comparisons(COUNT),
    settings: (url) => ({ ...served(url), preset: 'pair', order: 'both' }),
    answer: () => said(JSON.stringify({ reason: 'It is.', better: 'first' })),
    results: (db) => db.selectFrom('votes').select('id').where('annotator', '=', 'judge:large (pair)').execute(),
  },
  {
    ...{ name: 'annotation', calls: callsFor(COUNT), each: 1, made: COUNT },
    rows: judged(COUNT),
    settings: annotator,
    answer: scripted,
    results: (db) => db.selectFrom('annotations').select('item_id').execute(),
  },
];

/** When the studio is killed: with nothing but questions on the wire, or amid answers that it may have heard or not. */
const kills = ['held', 'amid'] as const;

const promise = (name: string) =>
  `kill -9 amid ${name}: restarted it goes on, nothing is lost and only what was on the wire is paid twice`;

for (const kind of kinds) {
  test(`${promise(kind.name)} (SQLite)`, async (t) => {
    const folder = folderOf(t);
    await killed(t, kind, folder, { folder });
  });
}

test(`${promise('annotation')} (PostgreSQL)`, async (t) => {
  const bin = postgresBin();
  if (!bin) return t.skip('PostgreSQL is not installed: neither /usr/lib/postgresql nor pg_config is there');
  const server = await startPostgres(bin);
  t.after(() => server.stop());
  await killed(t, kinds.find(({ name }) => name === 'annotation')!, folderOf(t), await server.database());
});

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-killed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function killed(t: TestContext, kind: Kind, folder: string, place: DataPlace): Promise<void> {
  const script = { left: 0, held: 0, atLast: () => {} };
  const answered = new Map<string, number>();
  const model = await startChat(async (asked) => {
    if (script.left === 0) {
      script.held++;
      await new Promise(() => {}); // until the connection breaks
    }
    if (--script.left === 0) script.atLast();
    const question = JSON.stringify(asked.body);
    answered.set(question, (answered.get(question) ?? 0) + 1);
    return kind.answer(asked);
  });
  t.after(model.stop);
  const { projectId, editorKey } = await inDatabase(place, (db) =>
    populate(db, { items: 0, annotators: 0, overlap: 1 }),
  );
  const path = `/api/projects/${projectId}`;
  const env = { ATTUNE_ENDPOINTS: model.url, ...('url' in place && { DATABASE_URL: place.url }) };

  for (const [i, kill] of kills.entries()) {
    const { process: studio, origin } = await serveStudio(folder, env);
    const send = sender(`${origin}${path}`, editorKey);
    if (i === 0) await send('POST', '/imports', upload(jsonl(kind.rows)));
    else assert.equal((await stateOf(send, kind)).state, 'stopped');
    Object.assign(script, { left: Math.round(kind.calls / 4), held: 0 });
    const amid = Promise.withResolvers<void>();
    if (kill === 'amid') script.atLast = amid.resolve;
    await send('POST', `/${kind.name}${i === 0 ? '' : '/resume'}`, i === 0 ? kind.settings(model.url) : undefined);
    if (kill === 'amid') await amid.promise;
    else {
      while (script.held < AT_A_TIME) await sleep(5); // whatever was answered made room for these
      assert.equal((await stateOf(send, kind)).state, 'running'); // and was kept before this is
    }
    const gone = once(studio, 'exit');
    studio.kill('SIGKILL');
    await gone;
  }

  script.left = Number.POSITIVE_INFINITY;
  const { process: studio, origin } = await serveStudio(folder, env);
  t.after(() => studio.kill());
  const send = sender(`${origin}${path}`, editorKey);
  await send('POST', `/${kind.name}/resume`);
  let job = await stateOf(send, kind);
  for (; job.state === 'running'; job = await stateOf(send, kind)) await sleep(20);
  assert.deepEqual([job.state, job.done, job.total, job.failures], ['finished', COUNT, COUNT, []]);
  const gone = once(studio, 'exit');
  studio.kill('SIGTERM');
  await gone;

  const paid = [...answered.values()].reduce((sum, times) => sum + times, 0);
  t.diagnostic(`${paid} answers paid for, of ${kind.calls} that it takes`);
  assert.equal(answered.size, kind.calls / kind.each);
  assert.ok([...answered.values()].every((times) => times >= kind.each && times <= kind.each + AT_A_TIME));
  assert.ok(paid <= kind.calls + AT_A_TIME, 'at most as many as are asked at a time, of the one kill amid answers');
  assert.equal((await inDatabase(place, kind.results)).length, kind.made);
}

async function inDatabase<T>(place: DataPlace, work: (db: Db) => Promise<T>): Promise<T> {
  await using db = await openDatabase(place);
  return await work(db);
}

type Send = ReturnType<typeof sender>;

const sender =
  (base: string, key: string) =>
  async (method: string, path: string, body?: object): Promise<Record<string, Job>> => {
    const isForm = body instanceof FormData;
    const headers = { authorization: `Bearer ${key}`, ...(body && !isForm && { 'content-type': 'application/json' }) };
    const sent = body && (isForm ? body : JSON.stringify(body));
    const reply = await fetch(`${base}${path}`, { method, headers, ...(sent && { body: sent }) });
    const answer = (await reply.json()) as Record<string, Job>;
    assert.equal(reply.status, 200, JSON.stringify(answer));
    return answer;
  };

const stateOf = async (send: Send, { name }: Kind): Promise<Job> => (await send('GET', `/${name}`))[name]!;
