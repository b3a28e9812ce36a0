import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ExplainedPage, GroupDissection, JudgeWeights } from '../shared/dissect.ts';
import type { Browser, TestStudio } from './studio.ts';
import { member, owner, testStudio } from './studio.ts';

const COUNT = 240;

/** What the two responses of item i are like: one has a list, or exclamation marks, or neither has anything. */
function item(i: number) {
  const list = 'Here it is:\n- one thing\n- another thing\n- a third thing.';
  const loud = 'What a day! So it went! And on it went! Then it stopped. That was all!';
  const plain = 'It was a day like any other. People went here and there. Then it ended.';
  const [a, b] = [
    [list, plain],
    [plain, list],
    [loud, plain],
    [plain, loud],
    [list, loud],
    [plain, plain],
  ][i % 6]!;
  return { a: a!, b: b! };
}

/** Ada likes lists and Bob does not, nine times of ten; a judge says as Ada does. */
async function judgedProject(t: TestContext): Promise<TestStudio & { ada: Browser; project: string; bob: string }> {
  const place = await testStudio(t);
  const ada = await owner(place);
  const project = (await ada.send('POST', '/projects', { name: 'Taste' })).body.id;
  const bob = await member(place, ada, project, 'annotator', 'Bob');
  const bobId = (await bob.send('GET', '/me')).body.id;
  const adaId = (await ada.send('GET', '/me')).body.id;
  const { db } = place.studio;
  for (let i = 0; i < COUNT; i++) {
    const { a, b } = item(i);
    const listsWin = a.includes('- one') ? 'a' : b.includes('- one') ? 'b' : i % 4 < 2 ? 'a' : 'b';
    const other = listsWin === 'a' ? 'b' : 'a';
    const isTypical = i % 10 !== 0;
    const cast = {
      [adaId]: isTypical ? listsWin : other,
      [bobId]: isTypical ? other : listsWin,
      'judge:rule': listsWin,
    };
    const aVotes = Object.values(cast).filter((choice) => choice === 'a').length;
    const id = randomUUID();
    const sources = { external_id: `item-${i}`, a_source: null, b_source: null, a_id: null, b_id: null };
    const row = {
      id,
      project_id: project,
      kind: 'comparison',
      position: i,
      shuffle: i / COUNT,
      key: `${i}`,
      ...sources,
    };
    const votes = { a_votes: aVotes, b_votes: 3 - aVotes };
    await db
      .insertInto('items')
      .values({ ...row, ...votes, gold: null, longer: null, created_at: 0 })
      .execute();
    const prompt = JSON.stringify([
      { role: 'user', content: i % 2 ? 'What happened?' : 'Tell me about the day, in some detail.' },
    ]);
    await db.insertInto('texts').values({ item_id: id, prompt, a, b }).execute();
    for (const [annotator, choice] of Object.entries(cast))
      await vote(place, project, { item: id, annotator, choice, at: i });
  }
  return { ...place, ada, project, bob: bobId };
}

async function vote(
  { studio }: TestStudio,
  project: string,
  { item, annotator, choice, at }: { item: string; annotator: string; choice: string; at: number },
) {
  const none = { strength: null, criteria: null, note: null, shown_first: null, seconds: null, propensity: null };
  const row = {
    id: randomUUID(),
    item_id: item,
    project_id: project,
    annotator,
    round: 0,
    choice,
    at,
    external_id: null,
  };
  await studio.db
    .insertInto('votes')
    .values({ ...row, ...none })
    .execute();
}

const weightOf = ({ weights }: JudgeWeights, property: string) => weights.find((one) => one.property === property)!;

test('the project’s own votes are dissected judge by judge: who likes lists has a weight above 0, who does not one below', async (t) => {
  const { ada, project, bob } = await judgedProject(t);
  const { body: overview } = await ada.send('GET', `/projects/${project}/dissect`);
  assert.deepEqual(
    overview.judges.map(({ name, kind, labels }: { name: string; kind: string; labels: number }) => [
      name,
      kind,
      labels,
    ]),
    [
      ['', 'everyone', COUNT],
      ['Ada', 'person', COUNT],
      ['Bob', 'person', COUNT],
      ['rule', 'judge', COUNT],
    ],
  );
  assert.deepEqual(
    overview.groups.map(({ group, comparisons }: { group: string; comparisons: number }) => [group, comparisons]),
    [
      ['all', 240],
      ['short', 120],
      ['long', 120],
      ['question', 120],
    ],
  );

  const { body } = await ada.send('GET', `/projects/${project}/dissect/groups/all`);
  const { judges, similarity } = body as GroupDissection;
  const [everyone, , , rule] = judges;
  const bobs = judges.find(({ judge }) => judge === bob)!;
  assert.ok(weightOf(everyone!, 'lists').q05 > 0);
  assert.ok(weightOf(bobs, 'lists').q95 < 0);
  assert.ok(!everyone!.weights.some(({ property }) => property === 'refusal'), 'no response refuses anything');
  assert.equal(weightOf(rule!, 'lists').samples, 120); // three of six kinds of items
  assert.ok(everyone!.foretold!.rate > 0.7);
  const alike = (one: string, other: string) =>
    similarity.find(({ judges: pair }) => pair.includes(one) && pair.includes(other))!.median;
  assert.ok(alike('everyone', 'judge:rule') > 0.5);
  assert.ok(alike('judge:rule', bob) < 0);
});

test('each comparison is explained by shares that sum up to its probability, the surprising ones first', async (t) => {
  const { ada, project } = await judgedProject(t);
  const path = `/projects/${project}/dissect/groups/all/samples?judge=everyone`;
  const { total, samples } = (await ada.send('GET', path)).body as ExplainedPage;
  assert.equal(total, COUNT);
  assert.equal(samples.length, 10);
  for (const { probability, shares } of samples) {
    const sum = shares.reduce((total, { share }) => total + share, 0);
    assert.ok(Math.abs(0.5 + sum - probability) < 1e-9);
  }
  const ofLabel = samples.map(({ label, probability: p }) => Number((label === 'a' ? p : 1 - p).toFixed(9)));
  assert.deepEqual(
    ofLabel,
    ofLabel.toSorted((a, b) => a - b),
  );
  assert.ok(ofLabel[0]! < 0.5);
  const last = (await ada.send('GET', `${path}&order=imported&offset=235`)).body as ExplainedPage;
  assert.equal(last.samples.length, 5);
});

test('a dissection is computed once for the same votes, and anew after another one', async (t) => {
  const { project, ada, ...place } = await judgedProject(t);
  const files = () => readdirSync(join(place.studio.folder, 'dissections', project)).length;
  const ask = async () => (await ada.send('GET', `/projects/${project}/dissect/groups/question`)).body.version;
  const [one, other] = await Promise.all([ask(), ask()]);
  assert.equal(one, other);
  assert.equal(files(), 1);
  const { id } = await place.studio.db.selectFrom('items').select('id').limit(1).executeTakeFirstOrThrow();
  await vote({ ...place }, project, { item: id, annotator: 'judge:new', choice: 'a', at: 1000 });
  assert.notEqual(await ask(), one);
  assert.equal(files(), 2);
});

test('a new judge’s labels are taken in by the ids of items, with an account of every row, and can be forgotten', async (t) => {
  const { ada, project, app, studio } = await judgedProject(t);
  const lines = Array.from({ length: COUNT }, (_, i) => {
    const { a } = item(i);
    return { id: `item-${i}`, label: i === 5 ? null : a.includes('- one') ? 'B' : 'A' };
  });
  const text = [...lines, { id: 'nobody', label: 'A' }].map((line) => `${JSON.stringify(line)}\n`).join('');
  const send = (content: string) => upload(app, ada, `/projects/${project}/dissect/labels?judge=Grump`, content);
  const { judges, unknownIds } = (await send(text)).json();
  assert.deepEqual(judges, [{ name: 'Grump', taken: 239, undecided: 1, unknown: 1 }]);
  assert.deepEqual(unknownIds, ['nobody']);
  await send(text); // again: the same
  const overview = (await ada.send('GET', `/projects/${project}/dissect`)).body;
  assert.deepEqual(
    overview.judges.filter(({ kind }: { kind: string }) => kind === 'uploaded'),
    [{ id: 'labels:Grump', name: 'Grump', kind: 'uploaded', labels: 239 }],
  );
  const { body } = await ada.send('GET', `/projects/${project}/dissect/groups/all`);
  assert.ok(weightOf(body.judges.at(-1), 'lists').mean < weightOf(body.judges[0], 'lists').mean);

  assert.match((await send('{"label": "A"}\n{"label": "B"}\n')).json().message, /needs the id/);
  assert.match(
    (await send('{"id": "item-1", "label": "C"}\n{"id": "item-2", "label": "A"}')).json().message,
    /labels\.jsonl.*"C"/,
  );
  assert.equal((await send('{"id": "x", "label": "A"}\n{"id": "y", "label": "A"}')).json().code, 'no_items');
  assert.deepEqual(readdirSync(join(studio.folder, 'uploads')), []);
  assert.equal((await ada.send('DELETE', `/projects/${project}/dissect/labels/Grump`)).status, 200);
  assert.equal((await ada.send('GET', `/projects/${project}/dissect`)).body.judges.length, 4);
});

test('too few votes give no weights but say how many are needed; annotators see no dissection', async (t) => {
  const place = await testStudio(t);
  const ada = await owner(place);
  const project = (await ada.send('POST', '/projects', { name: 'Empty' })).body.id;
  const bob = await member(place, ada, project, 'annotator', 'Bob');
  const { body } = await ada.send('GET', `/projects/${project}/dissect/groups/all`);
  assert.deepEqual(
    body.judges.map(({ samples, needs }: JudgeWeights) => [samples, needs]),
    [[0, 10]], // a part for each of ten folds
  );
  assert.equal((await ada.send('GET', `/projects/${project}/dissect/groups/code`)).status, 404);
  assert.equal((await ada.send('GET', `/projects/${project}/dissect/groups/..%2f..`)).status, 400);
  for (const path of ['', '/groups/all', '/groups/all/samples?judge=everyone']) {
    assert.equal((await bob.send('GET', `/projects/${project}/dissect${path}`)).status, 403);
  }
});

function upload(app: TestStudio['app'], { cookie }: Browser, path: string, content: string) {
  const boundary = 'a-line-between-parts';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="labels.jsonl"\r\n\r\n`;
  return app.inject({
    method: 'POST',
    url: `/api${path}`,
    headers: {
      cookie,
      origin: 'http://127.0.0.1:4242',
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
    payload: `${head}${content}\r\n--${boundary}--\r\n`,
  });
}
