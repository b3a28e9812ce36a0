import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Comparison, readComparisons, readPairs } from '@attune/preferences';
import { testOnBoth } from './both.ts';
import { type Browser, comparisons, jsonl, member, owner, type TestStudio, upload } from './studio.ts';

async function project(ada: Browser): Promise<string> {
  return `/projects/${(await ada.send('POST', '/projects', { name: 'P', overlap: 3, goldShare: 0, repeatShare: 0 })).body.id}`;
}

/** An exported file, on the disk. */
async function file(place: TestStudio, who: Browser, address: string, name = 'out.jsonl'): Promise<string> {
  const reply = await who.raw(address);
  assert.equal(reply.statusCode, 200, reply.body);
  const path = join(place.studio.folder, name);
  writeFileSync(path, reply.rawPayload);
  return path;
}

const records: Comparison[] = ['a', 'b', 'tie', 'skip'].flatMap((choice, i) =>
  ['gpt', 'Zoë'].map(
    (judge, j): Comparison => ({
      ...{
        id: `c${i}-${j}`,
        prompt: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: `Q ${i} 🙂` },
        ],
      },
      responses: [
        { id: `r${i}`, text: `one ${i}`, source: 'model-1' },
        { id: `s${i}`, text: `two\n${i}` },
      ],
      ...{
        choice: choice as 'a',
        judge,
        shownFirst: j ? 'a' : 'b',
        seconds: 1.5 + i,
        at: `2026-01-0${i + 1}T10:00:00.000Z`,
      },
      ...(choice === 'a' && {
        strength: 3,
        criteria: { helpfulness: 2, wit: -1 },
        propensity: 0.25,
        note: 'so "good"',
      }),
      ...(choice === 'tie' && { bothBad: true }),
    }),
  ),
);
const sorted = (all: readonly Comparison[]) => [...all].sort((x, y) => (x.id < y.id ? -1 : 1));

for (const format of ['jsonl', 'parquet']) {
  testOnBoth(`comparisons that come in go out the same, as ${format}, and come in again the same`, async (_, place) => {
    const ada = await owner(place);
    const [first, second] = [await project(ada), await project(ada)];
    const report = (await ada.send('POST', `${first}/imports`, upload(jsonl(records)))).body;
    assert.deepEqual([report.comparisons, report.votes], [4, 8]);
    const out = await file(place, ada, `${first}/export?what=comparisons&format=${format}`, `x.${format}`);
    assert.deepEqual(sorted((await readComparisons(out)).comparisons), sorted(records));
    const bytes = (await ada.raw(`${first}/export?what=comparisons&format=${format}`)).rawPayload;
    assert.equal((await ada.send('POST', `${second}/imports`, upload(new Uint8Array(bytes)))).body.votes, 8);
    const again = await file(place, ada, `${second}/export?what=comparisons`);
    assert.deepEqual(sorted((await readComparisons(again)).comparisons), sorted(records));
    assert.deepEqual(
      readdirSync(join(place.studio.folder)).includes('exports')
        ? readdirSync(join(place.studio.folder, 'exports'))
        : [],
      [],
    );
  });
}

testOnBoth(
  'people’s votes become comparisons under pseudonyms, and pairs by majority, filters and an editor’s last word',
  async (_, place) => {
    const ada = await owner(place);
    const path = await project(ada);
    await ada.send('POST', `${path}/imports`, upload(jsonl(comparisons(4))));
    const says: Record<string, string[]> = {
      Bob: ['a', 'a', 'b', 'tie'],
      Cem: ['a', 'b', 'b', 'tie'],
      Dee: ['a', 'a', 'a', 'a'],
    };
    for (const [name, choices] of Object.entries(says)) {
      const who = await member(place, ada, path.split('/')[2]!, 'annotator', name);
      for (let i = 0; i < 4; i++) {
        const [item] = (await who.send('GET', `${path}/queue?prefetch=1`)).body.items;
        const place = Number(item.prompt[0].content.match(/\d+/)[0]);
        const firstIsA = item.first.startsWith('Answer');
        const choice = choices[place] === 'tie' ? 'tie' : (choices[place] === 'a') === firstIsA ? 'first' : 'second';
        await who.send('POST', `${path}/votes`, { itemId: item.itemId, choice, seconds: 2 });
      }
    }
    const pairsOf = async (query: string) => {
      const { pairs } = await readPairs(await file(place, ada, `${path}/export?what=pairs&${query}`));
      return pairs.map(({ id, chosen }) => [id, typeof chosen === 'string' ? chosen : chosen[0]!.content]);
    };
    const [c0, c1, c2] = [
      ['c0', 'Answer 0.'],
      ['c1', 'Answer 1.'],
      ['c2', 'No answer, 2.'],
    ];
    assert.deepEqual(await pairsOf(''), [c0, c1, c2, ['c3', 'Answer 3.']]);
    assert.deepEqual(await pairsOf('form=text&agreement=0.9'), [c0]);
    assert.equal((await ada.raw(`${path}/export?what=pairs&leastVotes=4`)).body, '');
    const summary = (await ada.send('GET', `${path}/export/summary?agreement=0.9`)).body;
    assert.deepEqual(summary, { comparisons: 3, pairs: 1, undecided: 0, below: 3, unjudged: 0, triage: 0 });

    const { items } = (await ada.send('GET', `${path}/disagreements`)).body;
    assert.deepEqual(
      items.map(({ position }: { position: number }) => position),
      [1, 2, 3],
    );
    assert.deepEqual(items[2].votes.map(({ choice }: { choice: string }) => choice).sort(), ['a', 'tie', 'tie']);
    const word = { choice: 'bothBad', note: 'neither' };
    assert.equal((await ada.send('PUT', `${path}/items/${items[2].itemId}/adjudication`, word)).status, 200);
    assert.equal((await ada.send('PUT', `${path}/items/${items[1].itemId}/adjudication`, { choice: 'a' })).status, 200);
    assert.equal((await ada.send('GET', `${path}/disagreements`)).body.items.length, 1);
    assert.deepEqual(await pairsOf(''), [c0, c1, ['c2', 'Answer 2.']]);

    const { comparisons: made } = await readComparisons(await file(place, ada, `${path}/export?what=comparisons`));
    assert.equal(made.length, 14, 'twelve votes and two last words');
    assert.ok(made.every(({ judge }) => /^annotator-[0-9a-f]{8}$/.test(judge)));
    const votes = made.filter(({ seconds }) => seconds !== undefined);
    assert.ok(votes.every(({ shownFirst, at, propensity }) => shownFirst && at && propensity! > 0 && propensity! <= 1));
    const named = await readComparisons(await file(place, ada, `${path}/export?what=comparisons&annotators=names`));
    assert.deepEqual([...new Set(named.comparisons.map(({ judge }) => judge))].sort(), ['Ada', 'Bob', 'Cem', 'Dee']);
    assert.equal((await ada.send('DELETE', `${path}/items/${items[1].itemId}/adjudication`)).status, 200);
    assert.deepEqual((await pairsOf('')).at(-1), c2);
  },
);

testOnBoth('text holds no conversations, and says so; an empty export is an empty file', async (_, place) => {
  const ada = await owner(place);
  const path = await project(ada);
  for (const format of ['jsonl', 'parquet']) {
    assert.equal((await ada.raw(`${path}/export?what=pairs&format=${format}`)).statusCode, 200);
  }
  await ada.send('POST', `${path}/imports`, upload(jsonl(records)));
  const { statusCode, body } = await ada.raw(`${path}/export?what=pairs&form=text`);
  assert.equal(statusCode, 422);
  assert.match(body, /2 of the prompts are conversations/);
});

testOnBoth(
  'nobody but the editors of a project takes anything out of it, sees its quality or decides its items',
  async (_, place) => {
    const ada = await owner(place);
    const [mine, other] = [await project(ada), await project(ada)];
    await ada.send('POST', `${mine}/imports`, upload(jsonl(comparisons(1))));
    const [{ id }] = (await ada.send('GET', `${mine}/items`)).body.items;
    const annotator = await member(place, ada, mine.split('/')[2]!, 'annotator', 'Bob');
    const stranger = await member(place, ada, other.split('/')[2]!, 'editor', 'Eve');
    const gets = ['export?what=pairs', 'export/summary', 'quality', 'disagreements', `items/${id}`, 'items'];
    for (const path of gets) {
      assert.equal((await annotator.raw(`${mine}/${path}`)).statusCode, 403, path);
      assert.equal((await stranger.raw(`${mine}/${path}`)).statusCode, 404, path);
    }
    const word = { choice: 'a' };
    assert.equal((await annotator.send('PUT', `${mine}/items/${id}/adjudication`, word)).status, 403);
    assert.equal((await stranger.send('PUT', `${mine}/items/${id}/adjudication`, word)).status, 404);
    assert.equal(
      (await stranger.send('PUT', `${other}/items/${id}/adjudication`, word)).status,
      404,
      'through one’s own',
    );
    assert.equal((await stranger.send('GET', `${other}/items/${id}`)).status, 404);
    assert.equal((await stranger.send('DELETE', `${other}/items/${id}/adjudication`)).status, 404);
  },
);
