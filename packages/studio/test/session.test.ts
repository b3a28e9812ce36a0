import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setUpLink } from '../server/index.ts';
import { Browser, member, owner, password, testStudio } from './studio.ts';

test('an empty studio has no account and no default password: the link of the terminal makes the owner, once', async (t) => {
  const place = await testStudio(t);
  const browser = new Browser(place);
  assert.deepEqual((await browser.send('GET', '/welcome')).body, { ready: false });
  assert.equal((await browser.send('GET', '/me')).status, 401);

  const ada = { name: 'Ada', email: 'Ada@Example.org', password };
  assert.equal((await browser.send('POST', '/setup', { ...ada, token: 'guessed' })).status, 403);
  const token = (await setUpLink(place.studio))!.split('#')[1]!;
  assert.equal((await browser.send('POST', '/setup', { ...ada, token, password: 'short' })).status, 400);
  const made = await browser.send('POST', '/setup', { ...ada, token });
  assert.equal(made.body.owner, true);
  assert.equal((await browser.send('GET', '/me')).body.email, 'ada@example.org');
  assert.equal((await browser.send('POST', '/setup', { ...ada, token })).status, 403);
  assert.equal(await setUpLink(place.studio), undefined);
});

test('an invitation brings one person into one project, with its role and no other', async (t) => {
  const place = await testStudio(t);
  const ada = await owner(place);
  const mine = (await ada.send('POST', '/projects', { name: 'Stories' })).body;
  const other = (await ada.send('POST', '/projects', { name: 'Secret' })).body;
  const { body } = await ada.send('POST', `/projects/${mine.id}/invitations`, { role: 'annotator' });
  const token = body.link.split('#')[1];
  const bob = new Browser(place);
  assert.equal(
    (await bob.send('POST', '/join', { token, name: 'Bob', email: 'bob@example.org', password })).status,
    200,
  );
  assert.deepEqual((await bob.send('GET', '/me')).body.projects, [{ id: mine.id, name: 'Stories', role: 'annotator' }]);
  assert.equal((await bob.send('GET', `/projects/${other.id}`)).status, 404);
  assert.equal((await bob.send('PATCH', `/projects/${mine.id}`, { overlap: 3 })).status, 403);
  const again = await new Browser(place).send('POST', '/join', {
    token,
    name: 'Eve',
    email: 'eve@example.org',
    password,
  });
  assert.equal(again.status, 403);
  assert.equal((await ada.send('GET', `/projects/${mine.id}/members`)).body.length, 1);
});

test('changes that a page of another site sends are refused', async (t) => {
  const place = await testStudio(t);
  const reply = await place.app.inject({
    method: 'POST',
    url: '/api/session',
    headers: { origin: 'https://elsewhere.example' },
    payload: { email: 'a@example.org', password },
  });
  assert.equal(reply.statusCode, 403);
  assert.equal(reply.json().code, 'foreign_origin');
});

test('ten wrong passwords close the account for a while, also to the right one', async (t) => {
  const place = await testStudio(t);
  await owner(place);
  const eve = new Browser(place);
  const guess = (word: string) => eve.send('POST', '/session', { email: 'ada@example.org', password: word });
  for (let i = 0; i < 10; i++) assert.equal((await guess(`guess number ${i}`)).status, 401);
  assert.equal((await guess(password)).status, 429);
});

test('signing out ends the session on the server, not only in the browser', async (t) => {
  const place = await testStudio(t);
  const ada = await owner(place);
  const project = (await ada.send('POST', '/projects', { name: 'Stories' })).body;
  const bob = await member(place, ada, project.id, 'viewer', 'Bob');
  assert.equal((await bob.send('GET', '/me')).status, 200);
  assert.equal(
    Number(
      (
        await place.studio.db
          .selectFrom('sessions')
          .select((eb) => eb.fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    ),
    2,
  );
  await bob.send('DELETE', '/session');
  assert.equal(
    Number(
      (
        await place.studio.db
          .selectFrom('sessions')
          .select((eb) => eb.fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    ),
    1,
  );
});
