import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { TestContext } from 'node:test';
import { seededRandom } from '@attune/preferences';
import { type DataPlace, openDatabase } from '../server/index.ts';
import { testServedOnBoth } from './both.ts';
import { type Populated, populate } from './populate.ts';
import { serveStudio } from './servedStudio.ts';

/** How often the server is killed: 3 in the ordinary suite, 25 where ATTUNE_KILLS says so. */
const KILLS = Number(process.env.ATTUNE_KILLS ?? 3);
const ANNOTATORS = 50;
const OVERLAP = 2;
const ITEMS = 300 * KILLS; // twice as many votes as there are kills to come

interface Annotator {
  readonly key: string;
  /** A vote whose answer never came. */
  unsure?: { itemId: string; choice: string; seconds: number } | undefined;
  readonly acknowledged: Map<string, string>;
}

/** Votes until the server is gone. */
async function annotate(
  origin: string,
  projectId: string,
  annotator: Annotator,
  agent: Agent,
  voted: () => void,
): Promise<void> {
  const ask = (method: string, path: string, body?: object) =>
    send(agent, `${origin}/api/projects/${projectId}${path}`, method, annotator.key, body);
  try {
    for (;;) {
      if (!annotator.unsure) {
        const { body } = await ask('GET', '/queue?prefetch=1');
        const [item] = body.items;
        if (!item) return;
        annotator.unsure = { itemId: item.itemId, choice: item.first < item.second ? 'first' : 'tie', seconds: 1 };
      }
      const { status, body } = await ask('POST', '/votes', annotator.unsure);
      assert.equal(status, 200, JSON.stringify(body));
      assert.ok(!annotator.acknowledged.has(body.voteId), 'acknowledged once');
      annotator.acknowledged.set(body.voteId, annotator.unsure.choice);
      annotator.unsure = undefined;
      voted();
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
  }
}

async function send(
  agent: Agent,
  url: string,
  method: string,
  key: string,
  body?: object,
  // biome-ignore lint/suspicious/noExplicitAny: the test reads what it expects to be there.
): Promise<{ status: number; body: any }> {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
  const sent = request(url, { agent, method, headers });
  sent.end(body && JSON.stringify(body));
  const [reply] = await once(sent, 'response');
  let text = '';
  for await (const chunk of reply) text += chunk;
  return { status: reply.statusCode, body: JSON.parse(text) };
}

async function killed(t: TestContext, folder: string, place: DataPlace): Promise<void> {
  const url = 'url' in place ? place.url : undefined;
  const { projectId, annotatorKeys } = await filled(place);
  const annotators = annotatorKeys.map((key): Annotator => ({ key, acknowledged: new Map() }));
  const random = seededRandom(KILLS);
  for (let kill = 0; kill < KILLS; kill++) {
    const { process: server, origin } = await serveStudio(folder, url === undefined ? {} : { DATABASE_URL: url });
    const agent = new Agent({ keepAlive: true, maxSockets: ANNOTATORS });
    let left = 100 + random.below(300); // votes until it is killed
    const enough = Promise.withResolvers<void>();
    const voted = () => void (--left === 0 && enough.resolve());
    const working = annotators.map((annotator) => annotate(origin, projectId, annotator, agent, voted));
    await Promise.race([Promise.all(working), enough.promise]);
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
    await Promise.all(working);
    agent.destroy();
  }
  const acknowledged = annotators.flatMap(({ acknowledged: votes }) => [...votes]);
  const found = await votesIn(place, projectId);
  t.diagnostic(`${KILLS} times killed, ${acknowledged.length} votes acknowledged, ${found.length} on record`);
  assert.ok(acknowledged.length > 100 * KILLS, 'the crowd was at work');
  const record = new Map(found.map(({ id, choice }) => [id, choice]));
  for (const [id, choice] of acknowledged) {
    assert.ok(record.has(id), `vote ${id} was acknowledged and is lost`);
    assert.equal(record.get(id) === 'tie', choice === 'tie');
  }
  const unsure = new Set(annotators.flatMap(({ unsure: vote }) => vote?.itemId ?? []));
  const sure = new Set(acknowledged.map(([id]) => id));
  assert.ok(
    found.every(({ id }) => sure.has(id) || unsure.has(id)),
    'nothing is on record that nobody said',
  );
  const once1 = new Set(found.map(({ item_id, annotator }) => `${item_id} ${annotator}`));
  assert.equal(once1.size, found.length, 'every vote is there once');
  for (const votes of Map.groupBy(found, ({ item_id }) => item_id).values()) assert.ok(votes.length <= OVERLAP);
}

async function filled(place: DataPlace): Promise<Populated> {
  const db = await openDatabase(place);
  try {
    return await populate(db, { items: ITEMS, annotators: ANNOTATORS, overlap: OVERLAP });
  } finally {
    await db.destroy();
  }
}

async function votesIn(place: DataPlace, projectId: string) {
  const db = await openDatabase(place);
  try {
    return await db.selectFrom('votes').selectAll().where('project_id', '=', projectId).execute();
  } finally {
    await db.destroy();
  }
}

testServedOnBoth('every vote that was acknowledged outlives kill -9 of the server, exactly once', killed);
