import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { ArenaBoard, ArenaChoice, TurnEvent } from '../shared/arena.ts';
import { testOnBoth } from './both.ts';
import { chatServer } from './chatServer.ts';
import { type Browser, member, owner, type TestStudio, testStudio } from './studio.ts';

const answers = { short: 'Yes.', long: '# Yes\n\nThere are **many** reasons, and here they all are, one by one.' };

async function arenaWith(t: TestContext, place: TestStudio, models: readonly string[], keyName: string | null = null) {
  const server = await chatServer(t, answers);
  const ada = await owner(place);
  const project = (await ada.send('POST', '/projects', { name: 'Talks' })).body.id;
  const path = `/projects/${project}/arena`;
  for (const model of models) {
    const { status } = await ada.send('POST', `${path}/models`, {
      name: `The ${model} one`,
      url: server.url,
      model,
      keyName,
    });
    assert.equal(status, 200);
  }
  return { ada, project, path, server };
}

/** Asks both models; the events as they came. */
async function ask(browser: Browser, path: string, prompt: string): Promise<TurnEvent[]> {
  const { status, body } = await browser.send('POST', `${path}/turns`, { prompt });
  assert.equal(status, 200, JSON.stringify(body));
  return (body as string)
    .split('\n\n')
    .filter(Boolean)
    .map((block) => JSON.parse(block.slice('data: '.length)));
}

testOnBoth(
  'two models are asked side by side; who they are is told after the vote and not before',
  async (t, place) => {
    const { path, ada, server } = await arenaWith(t, place, ['short', 'long']);
    const chat = (await ada.send('POST', `${path}/chats`)).body;
    assert.deepEqual([chat.turns, chat.vote], [[], null]);
    const own = `${path}/chats/${chat.id}`;
    assert.equal((await ada.send('POST', `${own}/vote`, { choice: 'first' })).body.code, 'nothing_said');

    const events = await ask(ada, own, 'Is it so?');
    assert.equal(events.at(-1)!.kind, 'done');
    const text = (side: string) =>
      events.map((event) => (event.kind === 'piece' && event.side === side ? event.text : '')).join('');
    assert.deepEqual([text('first'), text('second')].sort(), Object.values(answers).sort());
    await ask(ada, own, 'And then?');
    const [, , third] = server.asked;
    assert.deepEqual(
      third!.messages.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    );
    assert.equal(third!.messages[1]!.content, answers[third!.model as keyof typeof answers]); // its own words, not the other's

    const before = JSON.stringify((await ada.send('GET', own)).body);
    assert.ok(!/short|long one|The /.test(before.replaceAll(answers.long.slice(5), '')), before);
    const { body: after } = await ada.send('POST', `${own}/vote`, { choice: 'second' });
    assert.deepEqual([after.vote.first, after.vote.second].sort(), ['The long one', 'The short one']);
    const isShort = (side: 'first' | 'second') => after.turns[0][side] === answers.short;
    assert.equal(after.vote.first === 'The short one', isShort('first'));

    assert.equal((await ada.send('POST', `${own}/vote`, { choice: 'second' })).status, 200); // sent again: the same
    assert.equal((await ada.send('POST', `${own}/vote`, { choice: 'first' })).body.code, 'voted');
    assert.equal((await ada.send('POST', `${own}/turns`, { prompt: 'More?' })).body.code, 'voted');
    const { n } = await place.studio.db
      .selectFrom('arena_votes')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    assert.equal(Number(n), 1);
  },
);

test('where one model fails there was no such turn, and the voter is not told which or why', async (t) => {
  const place = await testStudio(t);
  const { path, ada } = await arenaWith(t, place, ['broken', 'whole']);
  t.mock.method(console, 'error', () => {});
  const own = `${path}/chats/${(await ada.send('POST', `${path}/chats`)).body.id}`;
  const events = await ask(ada, own, 'Is it so?');
  const last = events.at(-1)!;
  assert.deepEqual(Object.keys(last).sort(), ['kind', 'side']);
  assert.equal(last.kind, 'failed');
  assert.deepEqual((await ada.send('GET', own)).body.turns, []);
});

test('a talk that is left while the models answer can go on', async (t) => {
  const place = await testStudio(t);
  const { path, ada } = await arenaWith(t, place, ['silent', 'short']);
  const own = `${path}/chats/${(await ada.send('POST', `${path}/chats`)).body.id}`;
  await place.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = place.app.server.address() as { port: number };
  const leave = new AbortController();
  const headers = { cookie: ada.cookie, origin: 'http://127.0.0.1:4242', 'content-type': 'application/json' };
  const asked = { method: 'POST', headers, body: JSON.stringify({ prompt: 'Well?' }), signal: leave.signal };
  const reply = await fetch(`http://127.0.0.1:${port}/api${own}/turns`, asked);
  await reply.body!.getReader().read();
  assert.equal((await ada.send('POST', `${own}/turns`, { prompt: 'Again?' })).body.code, 'answering');
  leave.abort();
  for (;;) {
    const again = await fetch(`http://127.0.0.1:${port}/api${own}/turns`, {
      ...asked,
      signal: AbortSignal.timeout(10_000),
    });
    if (again.status === 409) continue; // the server has not seen it yet
    assert.equal(again.status, 200);
    await again.body!.cancel();
    break;
  }
});

test('a key is read from the environment by its name, sent to its server alone, and shown to nobody', async (t) => {
  const place = await testStudio(t);
  Object.assign(place.studio, { env: { ATTUNE_ARENA_KEY: 'sesame', DATABASE_PASSWORD: 'secret' } });
  const { path, ada, server } = await arenaWith(t, place, ['short', 'elsewhere'], 'ATTUNE_ARENA_KEY');
  const { body: models } = await ada.send('GET', `${path}/models`);
  assert.ok(!JSON.stringify(models).includes('sesame'));
  assert.deepEqual(
    models.map(({ hasKey }: { hasKey: boolean }) => hasKey),
    [true, true],
  );
  const check = async (i: number) => (await ada.send('POST', `${path}/models/${models[i].id}/check`)).body;
  assert.deepEqual(await check(0), { answered: true, text: 'Yes.' });
  assert.equal(server.asked[0]!.key, 'Bearer sesame');
  assert.equal((await check(1)).answered, false); // it was sent on to another address

  const refused = { name: 'x', url: server.url, model: 'x' };
  for (const keyName of ['DATABASE_PASSWORD', 'OPENAI_API_KEY', 'ATTUNE_KEY\n', '']) {
    assert.equal((await ada.send('POST', `${path}/models`, { ...refused, keyName })).status, 400, keyName);
  }
  for (const url of ['file:///etc/passwd', 'javascript:1', 'ftp://x.example']) {
    assert.equal((await ada.send('POST', `${path}/models`, { ...refused, url, keyName: null })).status, 400, url);
  }
  const stored = JSON.stringify(await place.studio.db.selectFrom('arena_models').selectAll().execute());
  assert.ok(!stored.includes('sesame'));
});

test('talks are their owner’s own, models are for editors, and a model that has retired is asked no more', async (t) => {
  const place = await testStudio(t);
  const { path, ada, project } = await arenaWith(t, place, ['short', 'long']);
  const bob = await member(place, ada, project, 'annotator', 'Bob');
  const vic = await member(place, ada, project, 'viewer', 'Vic');
  const chat = (await bob.send('POST', `${path}/chats`)).body;
  assert.equal((await ada.send('GET', `${path}/chats/${chat.id}`)).status, 404);
  assert.equal((await ada.send('POST', `${path}/chats/${chat.id}/vote`, { choice: 'tie' })).status, 404);
  for (const browser of [bob, vic]) assert.equal((await browser.send('GET', `${path}/models`)).status, 403);
  assert.equal((await vic.send('POST', `${path}/chats`)).status, 403);
  assert.equal((await vic.send('GET', `${path}/board`)).status, 200);

  const other = (await ada.send('POST', '/projects', { name: 'Other' })).body.id;
  const [model] = (await ada.send('GET', `${path}/models`)).body;
  assert.equal((await ada.send('POST', `/projects/${other}/arena/models/${model.id}/check`)).status, 404);
  const { body } = await ada.send('PATCH', `${path}/models/${model.id}`, { retired: true });
  assert.equal(body[0].retired, true);
  assert.equal((await bob.send('POST', `${path}/chats`)).body.code, 'too_few_models');
});

test('ratings: a model that wins three of four stands 400·log10(3) points above the other', async (t) => {
  const place = await testStudio(t);
  const { path, ada, project } = await arenaWith(t, place, ['short', 'long']);
  assert.deepEqual((await ada.send('GET', `${path}/board`)).body, { votes: 0, revealed: 0, plain: null, styled: null });
  for (let i = 0; i < 400; i++) await vote(place, project, ada, i, i % 4 === 0 ? 'short' : 'long');
  const { votes, plain, styled } = (await ada.send('GET', `${path}/board`)).body as ArenaBoard;
  assert.equal(votes, 400);
  assert.equal(plain!.method, 'bradley-terry');
  const [best, worst] = plain!.models;
  assert.deepEqual([best!.model, best!.wins, best!.losses], ['The long one', 300, 100]);
  const apart = best!.rating - worst!.rating;
  assert.ok(Math.abs(apart - 400 * Math.log10(3)) < 2, `${apart}`); // the weak prior pulls by less than that
  assert.ok(best!.interval[0] > worst!.interval[1]);
  assert.ok(plain!.better[0]![1]! > 0.999);
  // Whoever is longer wins, so that with style held fixed little is left of the lead.
  assert.ok(styled!.models[0]!.rating - styled!.models[1]!.rating < apart);
  assert.deepEqual(
    styled!.controls.map(({ name }) => name),
    ['length', 'headings', 'bold'],
  );
});

test('votes on talks in which a model said which it is are kept, and left out of the ratings unless asked for', async (t) => {
  const place = await testStudio(t);
  const { path, ada, project } = await arenaWith(t, place, ['short', 'long']);
  for (let i = 0; i < 40; i++) await vote(place, project, ada, i, i % 4 === 0 ? 'short' : 'long');
  const texts = ['I am ChatGPT.', '我是通义千问。', 'I am The long one!', 'Claude Monet. GPT-4 is a model of OpenAI.'];
  for (const [i, text] of texts.entries()) await vote(place, project, ada, 100 + i, 'short', text);
  const board = async (query = '') => (await ada.send('GET', `${path}/board${query}`)).body as ArenaBoard;
  const out = await board();
  assert.deepEqual([out.votes, out.revealed], [41, 3]); // the last only speaks of models
  const record = ({ plain }: ArenaBoard) => plain!.models.find(({ model }) => model === 'The short one')!.wins;
  assert.equal(record(out), 11);
  const all = await board('?revealed=in');
  assert.deepEqual([all.votes, all.revealed, record(all)], [44, 3, 14]);
  assert.equal((await ada.send('GET', `${path}/board?revealed=maybe`)).status, 400);

  const chats = await place.studio.db
    .selectFrom('arena_chats')
    .select('id')
    .where('created_at', '>=', 100)
    .orderBy('created_at')
    .execute();
  const marks = [];
  for (const { id } of chats) marks.push((await ada.send('GET', `${path}/chats/${id}`)).body.vote.revealed);
  assert.deepEqual(marks, [true, true, true, false]);
});

test('a model that says its name is found out also where it was streamed in pieces', async (t) => {
  const place = await testStudio(t);
  const { path, ada } = await arenaWith(t, place, ['short', 'I am Kimi.']);
  const own = `${path}/chats/${(await ada.send('POST', `${path}/chats`)).body.id}`;
  await ask(ada, own, 'Who are you?');
  const { body } = await ada.send('POST', `${own}/vote`, { choice: 'tie' });
  assert.equal(body.vote.revealed, true);
  const { votes, revealed, plain } = (await ada.send('GET', `${path}/board`)).body as ArenaBoard;
  assert.deepEqual([votes, revealed, plain], [0, 1, null]);
});

/** A vote on one turn, straight into the database; the sides take turns. */
async function vote(
  { studio: { db } }: TestStudio,
  project: string,
  ada: Browser,
  i: number,
  winner: 'short' | 'long',
  firstSays?: string,
) {
  const user_id = (await ada.send('GET', '/me')).body.id;
  const models = await db
    .selectFrom('arena_models')
    .select(['id', 'model'])
    .where('project_id', '=', project)
    .execute();
  const id = (name: string) => models.find(({ model }) => model === name)!.id;
  const [first, second] = i % 2 ? (['short', 'long'] as const) : (['long', 'short'] as const);
  const row = { id: randomUUID(), project_id: project, user_id };
  await db
    .insertInto('arena_chats')
    .values({ ...row, first_model: id(first), second_model: id(second), created_at: i })
    .execute();
  const said = { first: firstSays ?? answers[first], second: answers[second] };
  await db
    .insertInto('arena_turns')
    .values({ chat_id: row.id, turn: 0, prompt: `Is it ${i}?`, ...said, at: i })
    .execute();
  const choice: ArenaChoice = first === winner ? 'first' : 'second';
  await db.insertInto('arena_votes').values({ chat_id: row.id, project_id: project, user_id, choice, at: i }).execute();
}
