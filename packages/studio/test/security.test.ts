import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { OpenAPIV3_1 } from 'openapi-types';
import { Browser, member, owner, password, type TestStudio, testStudio } from './studio.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Answered to anyone: how one comes in, and what the API is. */
const open = new Set(['GET /welcome', 'POST /setup', 'POST /session', 'DELETE /session', 'POST /join']);

/** Every operation of the API, from its own document: a route that is added later is tested too. */
async function operations({ app }: TestStudio): Promise<{ method: Method; path: string }[]> {
  await app.ready();
  const { paths } = app.swagger() as OpenAPIV3_1.Document;
  return Object.entries(paths ?? {}).flatMap(([path, methods]) =>
    Object.keys(methods ?? {}).map((method) => ({
      method: method.toUpperCase() as Method,
      path: path.replace('/api', ''),
    })),
  );
}

/** What the database holds, but for when somebody was last seen. */
async function contents({ studio: { db } }: TestStudio): Promise<string> {
  const tables = (await db.introspection.getTables()).filter(({ name }) => name !== 'sessions');
  const rows = tables.map(({ name }) =>
    db
      .selectFrom(name as 'users')
      .selectAll()
      .execute(),
  );
  return JSON.stringify(await Promise.all(rows));
}

async function twoProjects(t: TestContext) {
  const place = await testStudio(t);
  const ada = await owner(place);
  const mine = (await ada.send('POST', '/projects', { name: 'Mine' })).body;
  const other = (await ada.send('POST', '/projects', { name: 'Other' })).body;
  return { place, ada, mine, other };
}

const filled = (path: string, projectId: string) =>
  path.replace('{projectId}', projectId).replace(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000');

test('every route but those by which one comes in asks for a sign-in', async (t) => {
  const place = await testStudio(t);
  const stranger = new Browser(place);
  const all = await operations(place);
  assert.ok(all.length > 20, `${all.length} operations`);
  for (const { method, path } of all) {
    if (open.has(`${method} ${path}`)) continue;
    const { status } = await stranger.send(method, filled(path, 'any'));
    assert.equal(status, 401, `${method} ${path}`);
  }
});

test('no route opens a project to a member of another, not even its name, and none changes anything', async (t) => {
  const { place, ada, mine, other } = await twoProjects(t);
  const eve = await member(place, ada, other.id, 'editor', 'Eve');
  const before = await contents(place);
  for (const { method, path } of await operations(place)) {
    if (!path.includes('{projectId}')) continue;
    const { status, body } = await eve.send(
      method,
      filled(path, mine.id),
      method === 'GET' || method === 'DELETE' ? undefined : {},
    );
    assert.ok(status === 404 || status === 400 || status === 406 || status === 415, `${method} ${path}: ${status}`);
    assert.doesNotMatch(JSON.stringify(body), /Mine/);
  }
  assert.equal(await contents(place), before);
});

test('a viewer changes nothing, whatever the route', async (t) => {
  const { place, ada, mine } = await twoProjects(t);
  const vic = await member(place, ada, mine.id, 'viewer', 'Vic');
  const before = await contents(place);
  for (const { method, path } of await operations(place)) {
    if (!path.includes('{projectId}') || method === 'GET') continue;
    const { status } = await vic.send(method, filled(path, mine.id), method === 'DELETE' ? undefined : {});
    assert.ok(status >= 400 && status < 500, `${method} ${path}: ${status}`);
  }
  assert.equal(await contents(place), before);
});

test('a session that was planted in a browser is none after its owner signs in', async (t) => {
  const place = await testStudio(t);
  await owner(place);
  const planted = 'attune_session=planted-by-somebody-else';
  const reply = await place.app.inject({
    method: 'POST',
    url: '/api/session',
    headers: { origin: place.studio.origin, cookie: planted },
    payload: { email: 'ada@example.org', password },
  });
  const { value, httpOnly, sameSite } = reply.cookies.find(({ name }) => name === 'attune_session')!;
  assert.ok(value.length >= 43 && !planted.includes(value));
  assert.deepEqual([httpOnly, sameSite], [true, 'Lax']);
  const asPlanted = await place.app.inject({ url: '/api/me', headers: { cookie: planted } });
  assert.equal(asPlanted.statusCode, 401);
});

test('a password or a token is nowhere in the database as it is', async (t) => {
  const { place, ada, mine } = await twoProjects(t);
  const { body } = await ada.send('POST', `/projects/${mine.id}/invitations`, { role: 'viewer' });
  const sessions = await place.studio.db.selectFrom('sessions').selectAll().execute();
  const kept = (await contents(place)) + JSON.stringify(sessions);
  assert.ok(!kept.includes(password));
  assert.ok(!kept.includes(body.link.split('#')[1]));
  assert.match(kept, /\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test('answers carry a policy under which a page runs no foreign or inline script, and is framed by nobody', async (t) => {
  const place = await testStudio(t);
  const { headers } = await place.app.inject({ url: '/api/welcome' });
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('bodies that are too large, cut off or no JSON are refused with a reason', async (t) => {
  const place = await testStudio(t);
  const post = (payload: string) =>
    place.app.inject({
      method: 'POST',
      url: '/api/session',
      headers: { origin: place.studio.origin, 'content-type': 'application/json' },
      payload,
    });
  const large = await post(JSON.stringify({ email: 'x'.repeat(5 << 20), password }));
  assert.equal(large.statusCode, 413);
  for (const body of [
    '{"email":',
    'null',
    '[]',
    '"text"',
    '{"email":{"$gt":""},"password":["x"]}',
    '{"__proto__":{}}',
  ]) {
    const { statusCode } = await post(body);
    assert.equal(statusCode, 400, body);
  }
});
