import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreement, cohenKappa, type Label, ratingsOf, seededRandom } from '@attune/preferences';
import { estimates } from '../server/quality/agreement.ts';
import { CHOICES, type VoteColumns } from '../server/quality/columns.ts';
import { computeReport } from '../server/quality/compute.ts';
import { prepareQuality } from '../server/quality/quality.ts';
import { voteReport } from '../server/quality/report.ts';
import { testOnBoth } from './both.ts';
import { jsonl, member, owner, upload } from './studio.ts';

type Choice = (typeof CHOICES)[number];
type Row = [
  item: number,
  annotator: string,
  choice: Choice,
  more?: { round?: number; first?: 'a' | 'b'; longer?: 'a' | 'b'; gold?: Choice; seconds?: number },
];

function columns(rows: readonly Row[]): VoteColumns {
  const annotators = [...new Set(rows.map(([, annotator]) => annotator))];
  const codes = (of: (row: Row) => number) => Int8Array.from(rows.map(of));
  const side = (value: string | undefined) => ['a', 'b'].indexOf(value ?? '');
  return {
    annotators,
    item: Int32Array.from(rows.map(([item]) => item)),
    annotator: Int32Array.from(rows.map(([, annotator]) => annotators.indexOf(annotator))),
    choice: codes(([, , choice]) => CHOICES.indexOf(choice)),
    round: codes(([, , , more]) => more?.round ?? 0),
    shownFirst: codes(([, , , more]) => side(more?.first)),
    longer: codes(([, , , more]) => side(more?.longer)),
    gold: codes(([, , , more]) => CHOICES.indexOf(more?.gold as Choice)),
    seconds: Float64Array.from(rows.map(([, , , more]) => more?.seconds ?? Number.NaN)),
  };
}

/** Five annotators of different skill on 300 items, two to four of whom see each. */
function crowd(seed: number): Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: 300 }, (_, item) => {
    const truth = ['a', 'b', 'tie'][random.below(3)] as Choice;
    const who = ['v', 'w', 'x', 'y', 'z'].filter(() => random.uniform() < 0.6);
    return who.map((name, i): Row => {
      const wrong = random.uniform() < 0.1 + 0.1 * i;
      return [item, name, wrong ? (['a', 'b', 'bothBad'][random.below(3)] as Choice) : truth];
    });
  }).flat();
}

test('agreement is what @attune/preferences computes item by item, and its intervals are as wide', () => {
  const rows = crowd(3);
  const items = Map.groupBy(rows, ([item]) => item);
  const label = (choice: Choice) => (choice === 'bothBad' ? 'tie' : choice);
  const plain = agreement(
    ratingsOf([...items.values()].map((said) => said.map(([, , choice]): Label => label(choice)))),
    {
      ...{ seed: 5, resamples: 1000 },
    },
  );
  const ours = voteReport(columns(rows)).agreement;
  assert.equal(ours.items, plain.items);
  assert.equal(ours.ratings, plain.ratings);
  for (const name of ['percent', 'fleissKappa', 'krippendorffAlpha', 'gwetAc1'] as const) {
    assert.ok(Math.abs(ours[name]!.value - plain[name]!.value) < 1e-12, name);
    for (const end of [0, 1] as const) {
      // Both ends come from 1,000 random resamples: they differ by a small part of the interval.
      const width = plain[name]!.interval[1] - plain[name]!.interval[0];
      assert.ok(Math.abs(ours[name]!.interval[end] - plain[name]!.interval[end]) < 0.15 * width, `${name} ${end}`);
    }
  }
});

test('a hundred thousand items give the interval that a thousand give, √100 times narrower', () => {
  const pattern = (items: number) => [
    { counts: [2, 0, 0], items: 6 * items },
    { counts: [1, 1, 0], items: 3 * items },
    { counts: [0, 2, 0], items },
  ];
  const [small, large] = [pattern(100), pattern(10_000)].map(
    (patterns) => estimates(patterns, seededRandom(1)).percent!.interval,
  );
  const ratio = (small![1] - small![0]) / (large![1] - large![0]);
  assert.ok(ratio > 9 && ratio < 11, `${ratio}`);
});

test('kappas of two annotators are Cohen’s', () => {
  const rows = crowd(4);
  const { pairs } = voteReport(columns(rows));
  assert.equal(pairs.length, 10);
  for (const { annotators, kappa, same } of pairs) {
    const of = (name: string) =>
      new Map(
        rows.filter(([, who]) => who === name).map(([item, , choice]) => [item, choice === 'bothBad' ? 'tie' : choice]),
      );
    const [first, second] = annotators.map(of) as [Map<number, string>, Map<number, string>];
    const both = [...first]
      .filter(([item]) => second.has(item))
      .map(([item, choice]): [string, string] => [choice, second.get(item)!]);
    assert.equal(same.n, both.length);
    assert.ok(Math.abs(kappa! - cohenKappa(both)!) < 1e-12);
  }
});

test('biases, gold, repeats, speed and skips are counted by hand', () => {
  const { annotators, firstShown } = voteReport(
    columns([
      [0, 'x', 'a', { first: 'a', longer: 'b', seconds: 2 }],
      [1, 'x', 'b', { first: 'a', longer: 'b', seconds: 9 }],
      [2, 'x', 'tie', { first: 'a', longer: 'b', seconds: 4 }],
      [3, 'x', 'skip', { first: 'a', seconds: 1 }],
      [0, 'x', 'b', { first: 'b', longer: 'b', round: 1 }],
      [1, 'x', 'b', { first: 'b', round: 1 }],
      [4, 'x', 'a', { gold: 'a' }],
      [5, 'x', 'bothBad', { gold: 'tie' }],
      [6, 'x', 'b', { gold: 'a' }],
      [3, 'y', 'a', { first: 'a' }],
    ]),
  );
  const [x, y] = annotators;
  const share = (value: { share: number; n: number } | null) => value && [value.share * value.n, value.n];
  assert.deepEqual([x!.votes, x!.ties, x!.skips, x!.seconds], [9, 2, 1, 3]);
  assert.deepEqual(share(x!.firstShown), [3, 4]);
  assert.deepEqual(share(x!.longer), [2, 3]);
  assert.deepEqual(share(x!.gold!)!.map(Math.round), [2, 3]);
  assert.deepEqual(share(x!.consistency), [1, 2]);
  assert.equal(y!.agreement, null, 'the other one skipped');
  assert.deepEqual(share(firstShown), [4, 5]);
});

test('a careless annotator among careful ones is found out, by reliability and by agreement', () => {
  const random = seededRandom(2);
  const rows = Array.from({ length: 200 }, (_, item) => {
    const truth = random.uniform() < 0.5 ? 'a' : 'b';
    const said = (right: number) => (random.uniform() < right ? truth : truth === 'a' ? 'b' : 'a');
    return [
      [item, 'careful', said(0.95)],
      [item, 'steady', said(0.95)],
      [item, 'careless', said(0.5)],
    ] as Row[];
  }).flat();
  const { annotators } = voteReport(columns(rows));
  const of = (name: string) => annotators.find(({ annotator }) => annotator === name)!;
  assert.ok(of('careful').reliability! > 0.85 && of('steady').reliability! > 0.85);
  assert.ok(of('careless').reliability! < 0.6);
  assert.ok(of('careless').agreement!.share < of('careful').agreement!.share);
});

test('many votes are counted in a thread, to the same report', async () => {
  const votes = columns(
    [1, 2, 3, 4, 5].flatMap((seed) => crowd(seed).map(([item, ...rest]): Row => [item + 300 * seed, ...rest])),
  );
  assert.ok(votes.item.length > 2000);
  assert.deepEqual(await computeReport(votes), voteReport(votes));
});

testOnBoth('people and judges stand on one page, by name, and judges count as any annotator', async (_, place) => {
  const ada = await owner(place);
  const { id } = (await ada.send('POST', '/projects', { name: 'P', overlap: 1, goldShare: 0, repeatShare: 0 })).body;
  const path = `/projects/${id}`;
  const empty = (await ada.send('GET', `${path}/quality`)).body;
  assert.deepEqual([empty.annotators, empty.agreement.krippendorffAlpha], [[], null]);
  const comparison = (i: number, judge: string, choice: string) => ({
    ...{ id: `c${i}`, prompt: [{ role: 'user', content: `Q${i}` }], choice, judge, shownFirst: 'a' },
    responses: [
      { id: 'x', text: 'short' },
      { id: 'y', text: 'rather longer' },
    ],
  });
  const said = [
    comparison(0, 'gpt', 'a'),
    comparison(1, 'gpt', 'b'),
    comparison(0, 'claude', 'a'),
    comparison(1, 'claude', 'a'),
  ];
  await ada.send('POST', `${path}/imports`, upload(jsonl(said)));
  const bob = await member(place, ada, id, 'annotator', 'Bob');
  for (let i = 0; i < 2; i++) {
    const [item] = (await bob.send('GET', `${path}/queue?prefetch=1`)).body.items;
    const choice = item.first === 'short' ? 'first' : 'second';
    await bob.send('POST', `${path}/votes`, { itemId: item.itemId, choice, seconds: 3 });
  }
  const page = (await ada.send('GET', `${path}/quality`)).body;
  assert.deepEqual(page.progress, { items: 2, done: 2, votes: 2 });
  assert.deepEqual(
    page.annotators
      .map(({ name, judge, votes }: { name: string; judge: boolean; votes: number }) => [name, judge, votes])
      .sort(),
    [
      ['Bob', false, 2],
      ['claude', true, 2],
      ['gpt', true, 2],
    ],
  );
  assert.deepEqual([page.agreement.items, page.agreement.ratings, page.disagreements], [2, 6, 1]);
  assert.deepEqual([page.longer.share * 6, page.longer.n], [1, 6]);
  assert.equal((await bob.send('GET', `${path}/quality`)).status, 403);
});

testOnBoth(
  'the page of very many votes is there before anybody asks, and shown while the next is computed',
  async (_, place) => {
    const { studio } = place;
    const ada = await owner(place);
    const { id } = (await ada.send('POST', '/projects', { name: 'P' })).body;
    const one = { id: 'c', prompt: [{ role: 'user', content: 'Q' }], responses: [{ text: 'x' }, { text: 'y' }] };
    await ada.send('POST', `/projects/${id}/imports`, upload(jsonl([one])));
    const { id: item_id } = await studio.db.selectFrom('items').select('id').executeTakeFirstOrThrow();
    const vote = (round: number) => ({
      ...{ id: `v${round}`, item_id, project_id: id, annotator: 'judge:tireless', round, choice: 'a', at: round },
    });
    for (let from = 0; from < 21_000; from += 1000) {
      const some = Array.from({ length: 1000 }, (_, i) => vote(from + i));
      await studio.db.insertInto('votes').values(some).execute();
    }
    await prepareQuality(studio);
    await studio.db.insertInto('votes').values(vote(21_000)).execute();
    const votes = async () => (await ada.send('GET', `/projects/${id}/quality`)).body.annotators[0].votes;
    assert.equal(await votes(), 21_000, 'as it was prepared');
    await prepareQuality(studio);
    assert.equal(await votes(), 21_001);
    await prepareQuality(studio);
  },
);
