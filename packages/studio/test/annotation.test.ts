import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupKeys, namesOf, standardProperties, standardScenarios } from '@attune/preferences';
import { type Answer, type Asked, startChat } from '../../preferences/test/judges/chatServer.ts';
import { stopAllJobs } from '../server/jobs/job.ts';
import type { Annotation, AnnotationEstimate, AnnotationPage } from '../shared/annotation.ts';
import {
  type DissectOverview,
  type ExplainedPage,
  type GroupDissection,
  RatedProperty,
  Scenario,
} from '../shared/dissect.ts';
import { annotator, callsFor, contentOf, judged, said, scripted, stepOf } from './annotationParts.ts';
import { testOnBoth } from './both.ts';
import { type Browser, comparisons, jsonl, member, owner, type TestStudio, testStudio, upload } from './studio.ts';

async function annotating(
  t: TestContext,
  place: TestStudio,
  count: number,
  answer: (asked: Asked) => Answer | Promise<Answer> = scripted,
) {
  const server = await startChat(answer);
  t.after(server.stop);
  Object.assign(place.studio, { env: { ATTUNE_ENDPOINTS: server.url } });
  const ada = await owner(place);
  const { id: project } = (await ada.send('POST', '/projects', { name: 'Stories', overlap: 1 })).body;
  await ada.send('POST', `/projects/${project}/imports`, upload(jsonl(judged(count))));
  const path = `/projects/${project}/annotation`;
  return { server, ada, project, path };
}

/** Waits until the work is over. */
async function ended(ada: Browser, path: string): Promise<Annotation> {
  for (;;) {
    const { annotation } = (await ada.send('GET', path)).body as AnnotationPage;
    if (annotation?.state !== 'running') return annotation!;
    await sleep(20);
  }
}

test('what pages call the properties and scenarios of the study is what the pipeline calls them', () => {
  assert.deepEqual(RatedProperty.options, namesOf(standardProperties()));
  assert.deepEqual(Scenario.options, groupKeys(standardScenarios()));
});

testOnBoth(
  'a chat model rates the 29 properties of judged comparisons, and the votes are dissected by them',
  async (t, place) => {
    const { server, ada, project, path } = await annotating(t, place, 72);
    await ada.send('POST', `/projects/${project}/imports`, upload(jsonl(comparisons(3)))); // nobody has judged these
    const page = (await ada.send('GET', path)).body as AnnotationPage;
    assert.deepEqual([page.judged, page.annotation, page.choices.endpoints], [72, null, [server.url]]);

    const estimate = (await ada.send('POST', `${path}/estimate`, annotator(server.url))).body as AnnotationEstimate;
    assert.deepEqual([estimate.comparisons, estimate.calls, estimate.cached], [72, 72 * 7, 0]); // a constraint may be anywhere
    assert.ok(Math.abs(estimate.cost! - (estimate.input + 2 * estimate.output) / 1e6) < 1e-9);
    assert.equal(server.asked.length, 0);

    assert.equal((await ada.send('POST', path, annotator(server.url))).status, 200);
    const annotation = await ended(ada, path);
    assert.deepEqual([annotation.state, annotation.done, annotation.failed], ['finished', 72, 0]);
    assert.deepEqual([annotation.calls, server.asked.length], [callsFor(72), callsFor(72)]);
    assert.ok(Math.abs(annotation.cost! - callsFor(72) * 120e-6) < 1e-9); // 100 tokens at 1 and 10 at 2, for a million
    assert.equal((await ada.send('POST', path, annotator(server.url))).body.code, 'nothing_left');

    const dissect = `/projects/${project}/dissect`;
    const overview = (await ada.send('GET', `${dissect}?annotator=large`)).body as DissectOverview;
    const { annotators } = (await ada.send('GET', path)).body as AnnotationPage;
    assert.deepEqual(annotators, [{ name: 'large', comparisons: 72 }]);
    assert.deepEqual([overview.comparisons, overview.used, overview.unchecked], [72, 72, 0]);
    assert.deepEqual(overview.groups, [
      { group: 'all', comparisons: 72 },
      { group: 'Communication', comparisons: 72 }, // "chitchat" belongs to it
      { group: 'w_constraints', comparisons: 24 },
    ]);
    const all = (await ada.send('GET', `${dissect}/groups/all?annotator=large`)).body as GroupDissection;
    const everyone = all.judges.find(({ judge }) => judge === 'everyone')!;
    const polite = everyone.weights.find(({ property }) => property === 'polite')!;
    assert.deepEqual([polite.samples, polite.mean > 0], [72, true]); // the more it is worth, the politer, and the more it is liked
    const errors = everyone.weights.find(({ property }) => property === 'no severe errors')!;
    assert.equal(errors.samples, 15); // 0, 5, …, 70
    assert.ok(!everyone.weights.some(({ property }) => property === 'show empathetic'), 'nobody shows feelings');
    const few = (await ada.send('GET', `${dissect}/groups/w_constraints?annotator=large`)).body as GroupDissection;
    assert.deepEqual([few.comparisons, few.judges[0]!.samples, few.judges[0]!.weights], [24, 24, []]);
    assert.ok(few.judges[0]!.needs! > 24);

    const samples = `${dissect}/groups/all/samples?judge=everyone&annotator=large`;
    const explained = (await ada.send('GET', samples)).body as ExplainedPage;
    assert.equal(explained.total, 72);
    const names = new Set(explained.samples.flatMap(({ shares }) => shares.map(({ property }) => property)));
    assert.ok(names.has('polite') && !names.has('length'));
    const counted = (await ada.send('GET', dissect)).body as DissectOverview;
    assert.ok(!counted.groups.some(({ group }) => group === 'Communication'));
    assert.equal((await ada.send('GET', `${dissect}?annotator=nobody`)).status, 404);
  },
);

test('slow answers, errors, broken connections and broken JSON: what failed is counted by its reason, and asked for again', async (t) => {
  const place = await testStudio(t);
  let isMended = false;
  let count = 0;
  const { server, ada, path } = await annotating(t, place, 8, async (asked) => {
    count++;
    const [content, step] = [contentOf(asked), stepOf(asked)];
    if (count % 7 === 0) await sleep(20);
    if (count === 9) throw new Error('the connection breaks');
    if (count === 11) return { status: 503, headers: { 'retry-after': '0' }, body: 'later' };
    if (isMended) return scripted(asked);
    if (content.includes('Question 5.') && step === 'query_info') return said('I cannot say.');
    if (content.includes('Answer 2,') && step === 'query_free') return { status: 400, body: 'no such words here' };
    return scripted(asked);
  });
  await ada.send('POST', path, annotator(server.url));
  const first = await ended(ada, path);
  assert.deepEqual([first.state, first.done, first.failed, first.total], ['finished', 6, 2, 8]);
  const reasons = first.failures.map(({ reason, count, example }) => `${reason} ${count}: ${example}`).sort();
  assert.match(reasons[0]!, /^failed call 1: query-free: .*no such words here/);
  assert.match(reasons[1]!, /^unusable answer 1: query-info: the reply is no JSON object — I cannot say\.$/);
  [isMended, count] = [true, 100];
  const left = (await ada.send('POST', `${path}/estimate`, annotator(server.url))).body as AnnotationEstimate;
  assert.equal(left.comparisons, 2);
  assert.ok(left.cached > 0, 'the other answers of a comparison that failed are kept');
  server.asked.length = 0;
  assert.equal((await ada.send('POST', `${path}/resume`)).status, 200);
  const second = await ended(ada, path);
  assert.deepEqual([second.state, second.done, second.failed], ['finished', 8, 0]);
  assert.deepEqual(server.asked.map(stepOf).sort(), ['query_free', 'query_info']);
});

test('responses that cannot be checked for errors are annotated, in no fit, and counted', async (t) => {
  const place = await testStudio(t);
  const { server, ada, project, path } = await annotating(t, place, 6, (asked) => {
    if (stepOf(asked) !== 'errors' || !contentOf(asked).includes('Question 4.')) return scripted(asked);
    const [one, other] = [
      { checkable: 'No', errors: [] },
      { checkable: 'Yes', errors: [] },
    ];
    return said(JSON.stringify({ 'response 1': one, 'response 2': other }));
  });
  await ada.send('POST', path, annotator(server.url));
  assert.equal((await ended(ada, path)).done, 6);
  const { body } = await ada.send('GET', `/projects/${project}/dissect?annotator=large`);
  assert.deepEqual([body.comparisons, body.used, body.unchecked], [5, 5, 1]);
});

test('as many comparisons are annotated as were asked for; more pay for theirs only, and another model for all', async (t) => {
  const place = await testStudio(t);
  const { server, ada, path } = await annotating(t, place, 9);
  const ask = async (more: object) => {
    server.asked.length = 0;
    await ada.send('POST', path, annotator(server.url, more));
    return (await ended(ada, path)).done;
  };
  assert.equal(await ask({ most: 4 }), 4);
  const before = server.asked.length;
  assert.equal(await ask({ most: 9 }), 5);
  assert.equal(before + server.asked.length, callsFor(9));
  assert.equal(await ask({ model: 'other', most: 2 }), 2);
  assert.deepEqual(((await ada.send('GET', path)).body as AnnotationPage).annotators, [
    { name: 'large', comparisons: 9 },
    { name: 'other', comparisons: 2 },
  ]);
});

test('stopped in the midst it can be shown as far as it is, and goes on without asking anything twice', async (t) => {
  const place = await testStudio(t);
  const held = Promise.withResolvers<void>();
  let count = 0;
  const { server, ada, project, path } = await annotating(t, place, 12, async (asked) => {
    if (++count > 40) await held.promise;
    return scripted(asked);
  });
  await ada.send('POST', path, annotator(server.url));
  while (count <= 40) await sleep(5);
  const stopping = ada.send('POST', `${path}/stop`);
  await sleep(20);
  held.resolve(); // what was under way is answered, paid for, and kept
  const stopped = (await stopping).body.annotation as Annotation;
  assert.equal(stopped.state, 'stopped');
  assert.ok(stopped.done > 0 && stopped.done < 12, `${stopped.done}`);
  const partly = (await ada.send('GET', `/projects/${project}/dissect?annotator=large`)).body as DissectOverview;
  assert.equal(partly.used, stopped.done);
  await stopAllJobs(place.studio);
  await ada.send('POST', `${path}/resume`);
  assert.deepEqual([(await ended(ada, path)).done, server.asked.length], [12, callsFor(12)]);
  const asked = server.asked.map(({ body }) => JSON.stringify(body));
  assert.equal(new Set(asked).size, asked.length);
  const whole = (await ada.send('GET', `/projects/${project}/dissect?annotator=large`)).body as DissectOverview;
  assert.notEqual(whole.version, partly.version);
});

test('only allowed addresses, only editors, and a refused key ends the work with the reason', async (t) => {
  const place = await testStudio(t);
  const { server, ada, project, path } = await annotating(t, place, 2, () => ({ status: 401, body: 'who are you' }));
  const bob = await member(place, ada, project, 'annotator', 'Bob');
  for (const at of [path, `${path}/estimate`]) {
    const url = 'http://169.254.169.254/';
    assert.equal((await ada.send('POST', at, annotator(url))).body.code, 'endpoint_not_allowed');
    assert.equal((await ada.send('POST', at, annotator(server.url, { keyName: 'PATH' }))).body.code, 'bad_request');
    assert.equal((await bob.send('POST', at, annotator(server.url))).body.code, 'role_too_small');
  }
  for (const action of ['stop', 'resume']) assert.equal((await bob.send('POST', `${path}/${action}`)).status, 403);
  assert.equal((await bob.send('GET', path)).status, 403);
  assert.equal((await ada.send('POST', `${path}/resume`)).status, 404);
  assert.equal(server.asked.length, 0);
  await ada.send('POST', path, annotator(server.url));
  const { state, error } = await ended(ada, path);
  assert.equal(state, 'failed');
  assert.match(error!, /status 401: who are you/);
});
