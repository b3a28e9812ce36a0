import assert from 'node:assert/strict';
import { testOnBoth } from './both.ts';
import { member, owner } from './studio.ts';

testOnBoth('somebody who has an account joins one more project by an invitation, once', async (_, place) => {
  const ada = await owner(place);
  const first = (await ada.send('POST', '/projects', { name: 'First' })).body;
  const second = (await ada.send('POST', '/projects', { name: 'Second' })).body;
  const bob = await member(place, ada, first.id, 'annotator', 'Bob');
  const link = async () => (await ada.send('POST', `/projects/${second.id}/invitations`, { role: 'viewer' })).body.link;
  const token = (await link()).split('#')[1];
  assert.deepEqual((await bob.send('POST', '/invitations/accept', { token })).body, { projectId: second.id });
  const projects = (await bob.send('GET', '/me')).body.projects.map(({ name, role }: Record<string, string>) => [
    name,
    role,
  ]);
  assert.deepEqual(projects, [
    ['First', 'annotator'],
    ['Second', 'viewer'],
  ]);
  const again = (await link()).split('#')[1];
  assert.equal((await bob.send('POST', '/invitations/accept', { token })).status, 403);
  assert.equal((await bob.send('POST', '/invitations/accept', { token: again })).body.code, 'member_already');
  assert.equal((await ada.send('POST', '/invitations/accept', { token: again })).body.code, 'member_already');
});

testOnBoth('an editor gives a member another role or takes one out, and the trail tells of it', async (_, place) => {
  const ada = await owner(place);
  const { id } = (await ada.send('POST', '/projects', { name: 'P' })).body;
  const bob = await member(place, ada, id, 'annotator', 'Bob');
  const cem = await member(place, ada, id, 'annotator', 'Cem');
  const people = (await ada.send('GET', `/projects/${id}/members`)).body;
  const path = (name: string) =>
    `/projects/${id}/members/${people.find((one: { name: string }) => one.name === name).id}`;
  assert.equal((await bob.send('DELETE', path('Cem'))).status, 403);
  assert.equal((await ada.send('PATCH', path('Bob'), { role: 'editor' })).status, 200);
  assert.equal((await bob.send('DELETE', path('Cem'))).status, 200);
  assert.equal((await cem.send('GET', `/projects/${id}`)).status, 404);
  assert.equal((await bob.send('DELETE', path('Cem'))).status, 404);
  const { entries, next } = (await ada.send('GET', `/projects/${id}/audit?limit=2`)).body;
  const told = entries.map(({ who, action }: Record<string, string>) => [who, action]);
  assert.deepEqual(told, [
    ['Bob', 'member.remove'],
    ['Ada', 'member.role'],
  ]);
  const rest = (await ada.send('GET', `/projects/${id}/audit?before=${next}`)).body;
  assert.deepEqual(rest.entries.at(-1).action, 'project.create');
  assert.equal(rest.next, null);
});

testOnBoth('an API key does what its owner may, is told once, and is nothing once revoked', async (_, place) => {
  const ada = await owner(place);
  const made = (await ada.send('POST', '/keys', { name: 'robot' })).body;
  const ask = () => place.app.inject({ url: '/api/me', headers: { authorization: `Bearer ${made.key}` } });
  assert.equal((await ask()).json().name, 'Ada');
  const [listed] = (await ada.send('GET', '/keys')).body;
  assert.equal(listed.name, 'robot');
  assert.ok(listed.lastUsedAt > 0);
  assert.ok(!JSON.stringify(listed).includes(made.key));
  assert.equal((await ada.send('DELETE', `/keys/${made.id}`)).status, 200);
  assert.equal((await ask()).statusCode, 401);
  assert.equal((await ada.send('DELETE', `/keys/${made.id}`)).status, 404);
});
