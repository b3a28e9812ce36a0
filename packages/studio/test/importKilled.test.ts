import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../server/db/open.ts';
import { type DataPlace, openDatabase } from '../server/index.ts';
import type { ImportReport } from '../shared/items.ts';
import { testServedOnBoth } from './both.ts';
import { type Populated, populate } from './populate.ts';
import { serveStudio } from './servedStudio.ts';
import { comparisons, jsonl, upload } from './studio.ts';

const BEFORE = 10;
const FILE = 4000;

async function opened<T>(place: DataPlace, use: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDatabase(place);
  try {
    return await use(db);
  } finally {
    await db.destroy();
  }
}

async function rowsOf(db: Db, table: 'items' | 'texts' | 'votes'): Promise<number> {
  const { n } = await db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(n);
}

/** Kills the server once some of the file is there; says how much. */
async function killedWithin(folder: string, place: DataPlace, { projectId, editorKey }: Populated): Promise<number> {
  const { process: server, origin } = await serveStudio(folder, 'url' in place ? { DATABASE_URL: place.url } : {});
  const gone = once(server, 'exit');
  const judged = comparisons(FILE).map((row) => ({ ...row, gold: 'a' }));
  const asked = fetch(`${origin}/api/projects/${projectId}/imports`, {
    ...{ method: 'POST', headers: { authorization: `Bearer ${editorKey}` }, body: upload(jsonl(judged)) },
  }).then(
    ({ status }) => status,
    () => 'no answer',
  );
  const there = await opened(place, async (db) => {
    let items = BEFORE;
    for (; items < BEFORE + 300; items = await rowsOf(db, 'items')) await sleep(1);
    server.kill('SIGKILL');
    await gone;
    return items;
  });
  assert.equal(await asked, 'no answer');
  return there;
}

async function killed(t: TestContext, folder: string, place: DataPlace): Promise<void> {
  const people = await opened(place, (db) => populate(db, { items: BEFORE, annotators: 1, overlap: 1 }));
  const there = await killedWithin(folder, place, people);
  t.diagnostic(`killed with ${there - BEFORE} of ${FILE} items written, none of them shown`);
  assert.ok(there > BEFORE && there < BEFORE + FILE, 'it was killed in the middle');
  const { process: server, origin } = await serveStudio(folder, 'url' in place ? { DATABASE_URL: place.url } : {});
  const headers = { authorization: `Bearer ${people.editorKey}` };
  const path = `${origin}/api/projects/${people.projectId}`;
  const total = async () => ((await (await fetch(`${path}/items`, { headers })).json()) as { total: number }).total;
  assert.equal(await total(), BEFORE);
  assert.deepEqual(await opened(place, async (db) => [await rowsOf(db, 'items'), await rowsOf(db, 'texts')]), [
    BEFORE,
    BEFORE,
  ]);
  const again = await fetch(`${path}/imports`, { method: 'POST', headers, body: upload(jsonl(comparisons(60))) });
  assert.equal(((await again.json()) as ImportReport).comparisons, 60);
  assert.equal(await total(), BEFORE + 60);
  server.kill('SIGINT');
  await once(server, 'exit');
}

testServedOnBoth(
  'an import that kill -9 cuts off leaves nothing behind, and the next one is as if it had not been',
  killed,
);
