import assert from 'node:assert/strict';
import { testOnBoth } from './both.ts';
import { type Browser, comparisons, jsonl, member, owner, type TestStudio, upload } from './studio.ts';

/** A project with items and annotators; gold and repeats only where a test asks for them. */
async function project(place: TestStudio, { items = 3, overlap = 2, people = ['Bob', 'Cem'], settings = {} } = {}) {
  const ada = await owner(place);
  const shares = { goldShare: 0, repeatShare: 0 };
  const { id } = (await ada.send('POST', '/projects', { name: 'P', overlap, ...shares, ...settings })).body;
  const report = await ada.send('POST', `/projects/${id}/imports`, upload(jsonl(comparisons(items))));
  assert.equal(report.status, 200, JSON.stringify(report.body));
  const annotators = [];
  for (const name of people) annotators.push(await member(place, ada, id, 'annotator', name));
  return { ada, id, path: `/projects/${id}`, annotators };
}

const vote = (browser: Browser, path: string, itemId: string, choice = 'first', more = {}) =>
  browser.send('POST', `${path}/votes`, { itemId, choice, seconds: 4.5, ...more });
const queue = async (browser: Browser, path: string, prefetch = 2) =>
  (await browser.send('GET', `${path}/queue?prefetch=${prefetch}`)).body;

testOnBoth('the queue gives what to judge now and next, the same until it is judged, and ends', async (_, place) => {
  const { path, annotators } = await project(place);
  const [bob] = annotators as [Browser, Browser];
  const page = await queue(bob, path);
  assert.equal(page.items.length, 2);
  assert.deepEqual((await queue(bob, path)).items, page.items);
  assert.deepEqual([page.judged, page.left], [0, 3]);
  const seen = new Set();
  for (;;) {
    const [item] = (await queue(bob, path)).items;
    if (!item) break;
    seen.add(item.prompt[0].content);
    assert.equal((await vote(bob, path, item.itemId)).status, 200);
  }
  assert.equal(seen.size, 3);
  const end = await queue(bob, path);
  assert.deepEqual([end.judged, end.left], [3, 0]);
});

testOnBoth('a vote is about the responses, whichever was shown first; models are not named', async (_, place) => {
  const { ada, path, annotators } = await project(place, { items: 8, people: ['Bob'] });
  const [bob] = annotators as [Browser];
  const sides = new Set<string>();
  for (let i = 0; i < 8; i++) {
    const [item] = (await queue(bob, path)).items;
    assert.deepEqual(Object.keys(item).sort(), ['first', 'itemId', 'leaseEndsAt', 'prompt', 'second']);
    sides.add(item.first.startsWith('Answer') ? 'a' : 'b');
    const choice = item.first.startsWith('Answer') ? 'first' : 'second';
    await vote(bob, path, item.itemId, choice, { strength: 2, criteria: { fluency: choice === 'first' ? 1 : -1 } });
  }
  assert.equal(sides.size, 2, 'both sides come first, sometime');
  for (const { id } of (await ada.send('GET', `${path}/items`)).body.items) {
    const [said] = (await ada.send('GET', `${path}/items/${id}`)).body.said;
    assert.equal(said.choice, 'a');
    assert.deepEqual(said.criteria, { fluency: 1 });
    assert.equal(said.annotator, 'Bob');
  }
});

testOnBoth('a vote sent again is answered again and changes nothing; another choice is refused', async (_, place) => {
  const { ada, path, annotators } = await project(place);
  const [bob, cem] = annotators as [Browser, Browser];
  const [item] = (await queue(bob, path)).items;
  const first = await vote(bob, path, item.itemId, 'tie', { note: 'alike' });
  assert.equal(first.status, 200);
  assert.deepEqual((await vote(bob, path, item.itemId, 'tie', { note: 'alike', seconds: 9 })).body, first.body);
  assert.equal((await vote(bob, path, item.itemId, 'first')).body.code, 'voted_otherwise');
  assert.equal((await vote(cem, path, item.itemId, 'tie', { note: 'alike' })).body.code, 'no_lease');
  assert.equal((await vote(bob, path, 'made up')).body.code, 'no_lease');
  assert.equal((await ada.send('GET', path)).body.votes, 1);
});

testOnBoth('a vote taken back is gone, the item is there again, and may be judged otherwise', async (_, place) => {
  const { ada, path, annotators } = await project(place);
  const [bob, cem] = annotators as [Browser, Browser];
  const [item] = (await queue(bob, path)).items;
  const { voteId } = (await vote(bob, path, item.itemId)).body;
  assert.equal((await cem.send('DELETE', `${path}/votes/${voteId}`)).status, 404, 'only one’s own');
  const undone = await bob.send('DELETE', `${path}/votes/${voteId}`);
  assert.equal(undone.status, 200);
  const { itemId: _a, leaseEndsAt: _b, ...shown } = item;
  const { itemId: again, leaseEndsAt: _c, ...shownAgain } = undone.body.item;
  assert.deepEqual(shownAgain, shown);
  assert.equal((await queue(bob, path)).items[0].itemId, again);
  assert.equal((await vote(bob, path, item.itemId)).status, 409, 'the vote taken back does not come back');
  assert.equal((await vote(bob, path, again, 'second')).status, 200);
  assert.equal((await ada.send('GET', path)).body.votes, 1);
  const withdrawn = await place.studio.db.selectFrom('withdrawn_votes').selectAll().execute();
  assert.deepEqual(
    withdrawn.map(({ id }) => id),
    [voteId],
  );
  assert.equal((await bob.send('DELETE', `${path}/votes/${voteId}`)).status, 404);
});

testOnBoth('a skip does not count: somebody else is asked instead', async (_, place) => {
  const { ada, path, annotators } = await project(place, { items: 1, overlap: 1 });
  const [bob, cem] = annotators as [Browser, Browser];
  const [item] = (await queue(bob, path)).items;
  assert.deepEqual((await queue(cem, path)).items, [], 'Bob has the one item');
  await vote(bob, path, item.itemId, 'skip', { note: 'not my field' });
  const [other] = (await queue(cem, path)).items;
  assert.equal((await vote(cem, path, other.itemId)).status, 200);
  assert.deepEqual((await queue(bob, path)).items, []);
  const { votes, done } = (await ada.send('GET', path)).body;
  assert.deepEqual([votes, done], [1, 1]);
});

testOnBoth(
  'a lease that has ended gives the item to somebody else, and its holder’s late vote is refused',
  async (_, place) => {
    let clock = 1_800_000_000_000;
    const later = { ...place.studio, now: () => clock };
    Object.assign(place.studio, { now: later.now });
    const { path, annotators } = await project(place, { items: 1, overlap: 1 });
    const [bob, cem] = annotators as [Browser, Browser];
    const [item] = (await queue(bob, path)).items;
    clock += 9 * 60_000;
    assert.deepEqual((await queue(cem, path)).items, []);
    clock += 2 * 60_000;
    const [passed] = (await queue(cem, path)).items;
    assert.ok(passed);
    assert.equal((await vote(bob, path, item.itemId)).body.code, 'no_lease');
    assert.equal((await vote(cem, path, passed.itemId)).status, 200);
  },
);

testOnBoth('a late vote counts as long as nobody else has the item', async (_, place) => {
  let clock = 1_800_000_000_000;
  Object.assign(place.studio, { now: () => clock });
  const { path, annotators } = await project(place, { items: 1, overlap: 1 });
  const [bob] = annotators as [Browser];
  const [item] = (await queue(bob, path)).items;
  clock += 60 * 60_000;
  assert.equal((await vote(bob, path, item.itemId)).status, 200);
});

testOnBoth(
  'gold comes in at its share, does not count towards the overlap, and looks like any item',
  async (_, place) => {
    const { ada, id, path, annotators } = await project(place, {
      ...{ items: 30, overlap: 1, people: ['Bob'], settings: { goldShare: 0.5 } },
    });
    const gold = comparisons(40)
      .slice(30)
      .map((row) => ({ ...row, gold: 'a' }));
    const { body } = await ada.send('POST', `/projects/${id}/imports`, upload(jsonl(gold)));
    assert.deepEqual([body.gold, body.comparisons], [10, 0]);
    const [bob] = annotators as [Browser];
    for (let i = 0; i < 30; i++) {
      const [item] = (await queue(bob, path, 1)).items;
      assert.deepEqual(Object.keys(item).sort(), ['first', 'itemId', 'leaseEndsAt', 'prompt', 'second']);
      assert.equal((await vote(bob, path, item.itemId)).status, 200);
    }
    const project1 = (await ada.send('GET', path)).body;
    assert.equal(project1.items, 30);
    const kinds = await place.studio.db
      .selectFrom('votes')
      .innerJoin('items', 'items.id', 'votes.item_id')
      .select('kind')
      .execute();
    const asked = kinds.filter(({ kind }) => kind === 'gold').length;
    assert.ok(asked >= 3, `about half of them until all ten are seen; ${asked} were`);
    assert.equal(project1.votes, 30 - asked);
  },
);

testOnBoth('repeats come with their sides exchanged, after twenty others, once, and do not count', async (_, place) => {
  const { ada, path, annotators } = await project(place, {
    ...{ items: 60, overlap: 1, people: ['Bob'], settings: { repeatShare: 0.5 } },
  });
  const [bob] = annotators as [Browser];
  const shown = new Map<string, string[]>();
  const order: string[] = [];
  for (let i = 0; i < 60; i++) {
    const [item] = (await queue(bob, path, 1)).items;
    const text = item.prompt[0].content;
    shown.set(text, [...(shown.get(text) ?? []), item.first]);
    order.push(text);
    await vote(bob, path, item.itemId);
  }
  const repeated = [...shown].filter(([, firsts]) => firsts.length > 1);
  assert.ok(repeated.length > 0);
  for (const [text, firsts] of repeated) {
    assert.equal(firsts.length, 2);
    assert.notEqual(firsts[0], firsts[1]);
    assert.ok(order.lastIndexOf(text) - order.indexOf(text) > 20);
  }
  assert.equal((await ada.send('GET', path)).body.votes, 60 - repeated.length);
});

testOnBoth('whoever only looks on is asked nothing, and whoever is in no project learns of none', async (_, place) => {
  const { ada, path } = await project(place);
  const other = (await ada.send('POST', '/projects', { name: 'Other' })).body;
  const viewer = await member(place, ada, path.split('/')[2]!, 'viewer', 'Vic');
  const stranger = await member(place, ada, other.id, 'editor', 'Eve');
  assert.equal((await viewer.send('GET', `${path}/queue`)).status, 403);
  assert.equal((await viewer.send('GET', `${path}/items`)).status, 403);
  for (const [method, route] of [
    ['GET', 'queue'],
    ['GET', 'items'],
    ['POST', 'votes'],
    ['DELETE', 'votes/x'],
  ] as const) {
    const body = method === 'POST' ? { itemId: 'x', choice: 'tie', seconds: 1 } : undefined;
    assert.equal((await stranger.send(method, `${path}/${route}`, body)).status, 404, route);
  }
});

testOnBoth('votes that cannot be kept are refused: unknown criteria, and text that is none', async (_, place) => {
  const { path, annotators } = await project(place);
  const [bob] = annotators as [Browser, Browser];
  const [item] = (await queue(bob, path)).items;
  const wrong = await vote(bob, path, item.itemId, 'first', { criteria: { wit: 1 } });
  assert.deepEqual([wrong.status, wrong.body.code], [400, 'unknown_criterion']);
  for (const note of ['\0', '\ud800', 'x'.repeat(2001)]) {
    assert.equal((await vote(bob, path, item.itemId, 'first', { note })).status, 400);
  }
  assert.equal((await vote(bob, path, item.itemId, 'first', { criteria: { fluency: 9 } })).status, 400);
  assert.equal((await vote(bob, path, item.itemId, 'best')).status, 400);
  assert.equal((await vote(bob, path, item.itemId, 'first', { note: '🙂 <script>' })).status, 200);
});
