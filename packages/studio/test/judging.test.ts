import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Asked, completion, startChat } from '../../preferences/test/judges/chatServer.ts';
import type { Judging, JudgingPage } from '../shared/judging.ts';
import { testOnBoth } from './both.ts';
import { type Browser, comparisons, jsonl, member, owner, type TestStudio, testStudio, upload } from './studio.ts';

/** Builds a model of a few thousand weights; undefined where there is no libtorch. */
const tinyModel = await import('../../cli/test/train/fixture.ts').then(
  (fixture) => fixture.tinyModel,
  () => undefined,
);

async function projectWith(place: TestStudio, rows: readonly object[]): Promise<{ ada: Browser; project: string }> {
  const ada = await owner(place);
  const { id: project } = (await ada.send('POST', '/projects', { name: 'Stories', overlap: 1 })).body;
  await ada.send('POST', `/projects/${project}/imports`, upload(jsonl(rows)));
  return { ada, project };
}

async function allowedServer(t: TestContext, { studio }: TestStudio, answer: (asked: Asked) => Answer) {
  const server = await startChat(answer);
  t.after(server.stop);
  Object.assign(studio, { env: { ATTUNE_ENDPOINTS: server.url, ATTUNE_TEST_KEY: 'k3y' } });
  return server;
}

const served = (url: string, more: object = {}) => ({
  ...{ from: 'endpoint', url, model: 'large', keyName: 'ATTUNE_TEST_KEY', price: { input: 1, output: 2 } },
  ...{ preset: 'pair', order: 'both', ...more },
});

/** Waits until the work is over. */
async function ended(ada: Browser, project: string): Promise<Judging> {
  for (;;) {
    const { judging } = (await ada.send('GET', `/projects/${project}/judging`)).body as JudgingPage;
    if (judging?.state !== 'running') return judging!;
    await sleep(20);
  }
}

/** Prefers the response that says "No", wherever it stands: that is `b` of every comparison. */
function verdict({ body }: Asked): Answer {
  const asked = body.messages.at(-1)!.content;
  const better = asked.indexOf('No answer') < asked.lastIndexOf('Answer') ? 'first' : 'second';
  const said = JSON.stringify({ reason: 'It says no.', better });
  return completion(said, { usage: { prompt_tokens: 100, completion_tokens: 10 } });
}

const votesOf = ({ studio: { db } }: TestStudio, judge: string) =>
  db.selectFrom('votes').selectAll().where('annotator', '=', `judge:${judge}`).orderBy('round').execute();

testOnBoth(
  'a chat model votes on every comparison in both orders, and stands on the quality page',
  async (t, place) => {
    const { ada, project } = await projectWith(place, comparisons(3));
    const server = await allowedServer(t, place, verdict);
    const page = (await ada.send('GET', `/projects/${project}/judging`)).body as JudgingPage;
    assert.equal(page.comparisons, 3);
    assert.ok(page.presets.includes('pair') && !page.presets.includes('mt-bench-single'));
    const begun = await ada.send('POST', `/projects/${project}/judging`, served(server.url));
    assert.equal(begun.status, 200, begun.body.message);
    const judging = await ended(ada, project);
    assert.deepEqual([judging.state, judging.judge, judging.done], ['finished', 'large (pair)', 3]);
    // six calls of 100 tokens at 1 and 10 tokens at 2 for a million: 6 · (100 + 20) / 1e6
    assert.equal(judging.calls, 6);
    assert.ok(Math.abs(judging.cost! - 720e-6) < 1e-12);
    const votes = await votesOf(place, 'large (pair)');
    assert.deepEqual(
      votes.map(({ round, choice, shown_first }) => [round, choice, shown_first]),
      [...Array(3).fill([0, 'b', 'a']), ...Array(3).fill([1, 'b', 'b'])],
    );
    const { annotators } = (await ada.send('GET', `/projects/${project}/quality`)).body;
    assert.deepEqual(
      annotators.map(({ name, judge }: { name: string; judge: boolean }) => [name, judge]),
      [['large (pair)', true]],
    );
    const items = await place.studio.db.selectFrom('items').selectAll().execute();
    const counts = items.map(({ b_votes, vote_count, taken }) => [b_votes, vote_count, taken]);
    assert.deepEqual(counts, Array(3).fill([1, 0, 0])); // people are still asked
    const again = await ada.send('POST', `/projects/${project}/judging`, served(server.url));
    assert.equal(again.body.code, 'nothing_left');
  },
);

test('what it could not say is counted by its reason, and asked again when it goes on; what it said is not', async (t) => {
  const place = await testStudio(t);
  const { ada, project } = await projectWith(place, comparisons(3));
  let isMended = false;
  const server = await allowedServer(t, place, (asked) => {
    const about = (question: string) => asked.body.messages.at(-1)!.content.includes(question);
    if (!isMended && about('Question 1?')) return 'I would rather not say.';
    return !isMended && about('Question 2?') ? { status: 400, body: 'no such words here' } : verdict(asked);
  });
  await ada.send('POST', `/projects/${project}/judging`, served(server.url));
  const first = await ended(ada, project);
  assert.deepEqual([first.state, first.done, first.failed], ['finished', 1, 2]);
  assert.deepEqual(first.failures.map(({ reason }) => reason).sort(), ['failed call', 'unreadable reply']);
  isMended = true;
  server.asked.length = 0;
  assert.equal((await ada.send('POST', `/projects/${project}/judging/resume`)).status, 200);
  assert.deepEqual([(await ended(ada, project)).done, server.asked.length], [3, 4]); // two comparisons in two orders
});

test('a written rule votes too, and what is wrong with one is said before it begins', async (t) => {
  const place = await testStudio(t);
  const { ada, project } = await projectWith(place, comparisons(2));
  const asked = (rule: string) =>
    ada.send('POST', `/projects/${project}/judging`, { from: 'rule', name: 'longer', rule });
  const wrong = await asked('weights: {wrods: 1}');
  assert.equal(wrong.body.code, 'wrong_rule');
  assert.match(wrong.body.message, /wrods/);
  await asked('weights: {words: 1}');
  assert.equal((await ended(ada, project)).state, 'finished');
  // "No answer, 0." has a word more than "Answer 0."
  assert.deepEqual(
    (await votesOf(place, 'longer')).map(({ choice }) => choice),
    ['b', 'b'],
  );
});

test('a model on this machine votes from a process of its own', async (t) => {
  if (!tinyModel) return t.skip('there is no libtorch here');
  const place = await testStudio(t);
  const { ada, project } = await projectWith(place, comparisons(2));
  const folder = join(place.studio.folder, 'models/tiny');
  mkdirSync(folder, { recursive: true });
  await tinyModel(folder);
  const begun = await ada.send('POST', `/projects/${project}/judging`, { from: 'model', model: 'models/tiny' });
  assert.equal(begun.status, 200, begun.body.message);
  const judging = await ended(ada, project);
  assert.deepEqual([judging.error, judging.state, judging.done + judging.failed], [null, 'finished', 2]);
  assert.ok((await votesOf(place, 'models/tiny')).length >= judging.done);
});

test('only allowed addresses, known presets and models, and only editors', async (t) => {
  const place = await testStudio(t);
  const { ada, project } = await projectWith(place, comparisons(1));
  const server = await allowedServer(t, place, verdict);
  const bob = await member(place, ada, project, 'annotator', 'Bob');
  const code = async (by: Browser, asked: object) =>
    (await by.send('POST', `/projects/${project}/judging`, asked)).body.code;
  assert.equal(await code(ada, served('http://169.254.169.254/')), 'endpoint_not_allowed');
  assert.equal(await code(ada, served(server.url, { preset: 'mt-bench-single' })), 'no_preset');
  assert.equal(await code(ada, served(server.url, { keyName: 'PATH' })), 'bad_request');
  assert.equal(await code(ada, { from: 'model', model: '../..' }), 'no_model');
  assert.equal(await code(bob, served(server.url)), 'role_too_small');
  assert.equal((await bob.send('GET', `/projects/${project}/judging`)).status, 403);
  assert.equal(server.asked.length, 0);
});
