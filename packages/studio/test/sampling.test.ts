import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Asked, completion, startChat } from '../../preferences/test/judges/chatServer.ts';
import { openDatabase } from '../server/index.ts';
import { latestJob, stopAllJobs } from '../server/jobs/job.ts';
import type { Sampling, SamplingPage } from '../shared/sampling.ts';
import { testOnBoth } from './both.ts';
import { type Browser, jsonl, member, owner, type TestStudio, testStudio, upload } from './studio.ts';

/** Builds a model of a few thousand weights; undefined where there is no libtorch. */
const tinyModel = await import('../../cli/test/train/fixture.ts').then(
  (fixture) => fixture.tinyModel,
  () => undefined,
);

const prompts = (n: number) => jsonl(Array.from({ length: n }, (_, i) => ({ id: `p${i}`, prompt: `Question ${i}?` })));

async function projectWith(place: TestStudio, n: number): Promise<{ ada: Browser; project: string }> {
  const ada = await owner(place);
  const { id: project } = (await ada.send('POST', '/projects', { name: 'Stories', overlap: 1 })).body;
  await ada.send('POST', `/projects/${project}/imports`, upload(prompts(n)));
  return { ada, project };
}

/** A server of models that the studio's owner has allowed, with the key in ATTUNE_TEST_KEY. */
async function allowedServer(
  t: TestContext,
  { studio }: TestStudio,
  answer: (asked: Asked) => Answer | Promise<Answer>,
) {
  const server = await startChat(answer);
  t.after(server.stop);
  Object.assign(studio, {
    env: { ATTUNE_ENDPOINTS: `https://elsewhere.example/v1 ${server.url}`, ATTUNE_TEST_KEY: 'k3y' },
  });
  return server;
}

const asked = (url: string, more: object = {}) => ({
  source: {
    from: 'endpoint',
    url,
    model: 'large',
    keyName: 'ATTUNE_TEST_KEY',
    price: { input: 1, output: 2 },
    ...more,
  },
  ...{ prompts: 'all', temperature: 0.8, maxTokens: 100 },
});

/** Waits until the work is over. */
async function ended(ada: Browser, project: string): Promise<Sampling> {
  for (;;) {
    const { body } = await ada.send('GET', `/projects/${project}/sampling`);
    const { sampling } = body as SamplingPage;
    if (sampling?.state !== 'running') return sampling!;
    await sleep(20);
  }
}

const items = async (ada: Browser, project: string, kind: string) =>
  (await ada.send('GET', `/projects/${project}/items?kind=${kind}`)).body.items;

/** Answers "one", "two", … to the same question, with tokens counted as 10 and 5. */
function counting(): (asked: Asked) => Answer {
  const times = new Map<string, number>();
  return ({ question }) => {
    const time = (times.get(question) ?? 0) + 1;
    times.set(question, time);
    return completion(`${question} Answer ${time}.`, { usage: { prompt_tokens: 10, completion_tokens: 5 } });
  };
}

testOnBoth('each prompt gets two responses of a model on a server, which are then a comparison', async (t, place) => {
  const { ada, project } = await projectWith(place, 3);
  const server = await allowedServer(t, place, counting());
  const before = (await ada.send('GET', `/projects/${project}/sampling`)).body as SamplingPage;
  assert.deepEqual(before.left, { all: 3, kept: 0 });
  assert.deepEqual(before.choices.endpoints, ['https://elsewhere.example/v1', server.url]);
  assert.equal((await ada.send('POST', `/projects/${project}/sampling`, asked(server.url))).status, 200);
  const sampling = await ended(ada, project);
  assert.deepEqual([sampling.state, sampling.done, sampling.total, sampling.failed], ['finished', 3, 3, 0]);
  // six calls of 10 tokens at 1 and 5 tokens at 2 for a million: 6 · (10 + 10) / 1e6
  assert.deepEqual([sampling.calls, sampling.input, sampling.output], [6, 60, 30]);
  assert.ok(Math.abs(sampling.cost! - 120e-6) < 1e-12);
  assert.deepEqual(new Set(server.asked.map(({ authorization }) => authorization)), new Set(['Bearer k3y']));
  assert.deepEqual(new Set(server.asked.map(({ temperature }) => temperature)), new Set([0.8]));
  assert.ok(!JSON.stringify(sampling).includes('k3y'));

  const made = await items(ada, project, 'comparison');
  assert.deepEqual(made.map((item: { externalId: string }) => item.externalId).sort(), ['p0', 'p1', 'p2']);
  const detail = (await ada.send('GET', `/projects/${project}/items/${made[0].id}`)).body;
  assert.deepEqual(
    [detail.a, detail.b].sort(),
    [1, 2].map((time) => `${detail.prompt[0].content} Answer ${time}.`),
  );
  assert.deepEqual([detail.aSource, detail.bSource], ['large', 'large']);
  assert.equal((await items(ada, project, 'prompt')).length, 3); // they keep what was said of them
  const again = await ada.send('POST', `/projects/${project}/sampling`, asked(server.url));
  assert.equal(again.body.code, 'nothing_left');
  const queue = (await ada.send('GET', `/projects/${project}/queue`)).body;
  assert.ok(queue.items.length > 0);
});

testOnBoth('only prompts that most found clear are answered where that is asked', async (t, place) => {
  const { ada, project } = await projectWith(place, 3);
  const server = await allowedServer(t, place, counting());
  const page = (await ada.send('GET', `/projects/${project}/triage?prefetch=3`)).body;
  const classes = ['kept', 'unanswerable', 'kept'];
  for (const [i, { itemId }] of page.items.entries()) {
    await ada.send('POST', `/projects/${project}/triage`, { itemId, class: classes[i] });
  }
  const { left } = (await ada.send('GET', `/projects/${project}/sampling`)).body as SamplingPage;
  assert.deepEqual(left, { all: 3, kept: 2 });
  await ada.send('POST', `/projects/${project}/sampling`, { ...asked(server.url), prompts: 'kept' });
  assert.equal((await ended(ada, project)).done, 2);
  const summary = (await ada.send('GET', `/projects/${project}/triage/summary`)).body;
  assert.deepEqual([summary.prompts, summary.judged], [3, 3]);
});

test('what failed is counted by its reason, and is tried again when the work goes on', async (t) => {
  const place = await testStudio(t);
  const { ada, project } = await projectWith(place, 4);
  let isMended = false;
  const count = counting();
  const server = await allowedServer(t, place, (question) => {
    if (isMended || question.question === 'Question 0?') return count(question);
    if (question.question === 'Question 1?') return { status: 400, body: 'no such words here' };
    return question.question === 'Question 2?' ? 'The same.' : ' ';
  });
  await ada.send('POST', `/projects/${project}/sampling`, asked(server.url));
  const first = await ended(ada, project);
  assert.deepEqual([first.state, first.done, first.failed], ['finished', 1, 3]);
  const reasons = first.failures.map(({ reason, count }) => [reason, count]).sort();
  assert.deepEqual(reasons, [
    ['empty response', 1],
    ['failed call', 1],
    ['same response twice', 1],
  ]);
  assert.match(first.failures.find(({ reason }) => reason === 'failed call')!.example, /no such words here/);
  isMended = true;
  assert.equal((await ada.send('POST', `/projects/${project}/sampling/resume`)).status, 200);
  const second = await ended(ada, project);
  assert.deepEqual([second.done, second.total, second.failed], [4, 4, 0]);
});

test('a studio that ended in the midst goes on with what is left, and asks no question twice that was answered', async (t) => {
  const place = await testStudio(t);
  const { ada, project } = await projectWith(place, 12);
  const answered = new Map<string, number>();
  const isDown = { now: false };
  let isMended = false;
  const server = await allowedServer(t, place, async ({ question }) => {
    if (isDown.now) throw new Error('the studio is gone before it hears the answer');
    const time = (answered.get(question) ?? 0) + 1;
    answered.set(question, time);
    isDown.now = !isMended && answered.size > 5;
    return `${question} ${time}`;
  });
  await ada.send('POST', `/projects/${project}/sampling`, asked(server.url));
  while (!isDown.now) await sleep(5);
  await using db = await openDatabase({ folder: place.studio.folder }); // a studio of another process, as after a crash
  const found = latestJob({ ...place.studio, db }, { projectId: project, name: 'sampling' });
  assert.equal(found?.state, 'stopped');
  await stopAllJobs(place.studio);
  const stopped = (await ada.send('GET', `/projects/${project}/sampling`)).body.sampling as Sampling;
  assert.equal(stopped.state, 'stopped');
  [isDown.now, isMended] = [false, true];
  await ada.send('POST', `/projects/${project}/sampling/resume`);
  const done = await ended(ada, project);
  assert.deepEqual([done.state, done.done, done.total], ['finished', 12, 12]);
  assert.deepEqual([...answered.values()], Array(12).fill(2)); // two answers to each question, and never a third
});

test('a server that refuses the key ends the work with the reason, and the key is in none of it', async (t) => {
  const place = await testStudio(t);
  const { ada, project } = await projectWith(place, 3);
  const server = await allowedServer(t, place, () => ({ status: 401, body: 'k3y is no key' }));
  await ada.send('POST', `/projects/${project}/sampling`, asked(server.url));
  const { state, error } = await ended(ada, project);
  assert.equal(state, 'failed');
  assert.match(error!, /status 401: \[key\] is no key.*ATTUNE_TEST_KEY/);
});

test('only addresses that the owner has allowed are asked, with keys of their own kind, and only by editors', async (t) => {
  const place = await testStudio(t);
  const { ada, project } = await projectWith(place, 1);
  const server = await allowedServer(t, place, () => 'Never asked.');
  const bob = await member(place, ada, project, 'annotator', 'Bob');
  const send = async (by: Browser, more: object) =>
    (await by.send('POST', `/projects/${project}/sampling`, asked(server.url, more))).body.code;
  Object.assign(place.studio.env!, {
    AWS_SECRET: 's',
    ATTUNE_ENDPOINTS: `file:///etc/passwd http://a:b@c ${server.url}`,
  });
  for (const url of ['http://169.254.169.254/latest', `${server.url}/`, `${server.url}@evil.example`]) {
    assert.equal(await send(ada, { url }), 'endpoint_not_allowed', url);
  }
  for (const url of ['file:///etc/passwd', 'http://a:b@c']) assert.equal(await send(ada, { url }), 'no_endpoint', url);
  assert.equal(await send(ada, { keyName: 'AWS_SECRET' }), 'bad_request');
  assert.equal(await send(ada, { keyName: 'ATTUNE_OTHER_KEY' }), 'no_key');
  assert.equal(await send(bob, {}), 'role_too_small');
  for (const path of ['sampling', 'sampling/stop', 'sampling/resume']) {
    const method = path === 'sampling' ? 'GET' : 'POST';
    assert.equal((await bob.send(method, `/projects/${project}/${path}`)).status, 403, path);
  }
  assert.equal(server.asked.length, 0);
});

test('a model on this machine answers in a process of its own; a prompt that does not fit is told of', async (t) => {
  if (!tinyModel) return t.skip('there is no libtorch here');
  const place = await testStudio(t);
  const { ada, project } = await projectWith(place, 3);
  const long = jsonl([{ id: 'long', prompt: 'cat '.repeat(600) }]);
  await ada.send('POST', `/projects/${project}/imports`, upload(long));
  const folder = join(place.studio.folder, 'models/tiny');
  mkdirSync(folder, { recursive: true });
  await tinyModel(folder);
  const source = { from: 'model', model: 'models/tiny' };
  const settings = { source, prompts: 'all', temperature: 1, maxTokens: 12 };
  assert.equal((await ada.send('POST', `/projects/${project}/sampling`, settings)).status, 200);
  const sampling = await ended(ada, project);
  assert.deepEqual([sampling.state, sampling.error], ['finished', null]);
  assert.equal(sampling.done + sampling.failed, 4); // a model of random weights may also say nothing
  assert.ok(sampling.done > 0);
  const unfit = sampling.failures.find(({ reason }) => reason === 'does not fit')!;
  assert.equal(unfit.count, 1);
  assert.match(unfit.example, /positions/);
  assert.equal((await items(ada, project, 'comparison')).length, sampling.done);
  const none = { ...settings, source: { ...source, model: 'models/../..' } };
  assert.equal((await ada.send('POST', `/projects/${project}/sampling`, none)).body.code, 'no_model');
});
