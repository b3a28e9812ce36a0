import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { testOnBoth } from './both.ts';
import { parquetBytesOf } from './parquet.ts';
import { type Browser, comparisons, jsonl, member, owner, type TestStudio, testStudio, upload } from './studio.ts';

async function project(place: TestStudio): Promise<{ ada: Browser; path: string }> {
  const ada = await owner(place);
  const { id } = (await ada.send('POST', '/projects', { name: 'P' })).body;
  return { ada, path: `/projects/${id}` };
}

const judged = (id: string, choice: string, more = {}) => ({
  ...{ id, prompt: [{ role: 'user', content: `Q ${id}` }], choice, judge: 'gpt' },
  responses: [
    { id: 'x', text: 'one', source: 'model-1' },
    { id: 'y', text: 'three', source: 'model-2' },
  ],
  ...more,
});

const pair = { prompt: 'Q?', chosen: 'good', rejected: 'bad' };

const files: [what: string, file: FormData, expected: object][] = [
  ['our own form', upload(jsonl(comparisons(2))), { comparisons: 2, votes: 0 }],
  ['comparisons', upload(jsonl([judged('1', 'a'), judged('2', 'skip')])), { comparisons: 2, votes: 2 }],
  ['pairs', upload(jsonl([pair])), { comparisons: 1, votes: 1, format: 'pairs' }],
  ['pairs, packed', upload(new Uint8Array(gzipSync(jsonl([pair])))), { comparisons: 1 }],
  ['a JSON array', upload(JSON.stringify(comparisons(3))), { comparisons: 3 }],
  ['Parquet', upload(await parquetBytesOf(comparisons(3))), { comparisons: 3, unit: 'row' }],
  ['prompts', upload(jsonl([{ prompt: 'Hi' }, { prompt: 'Ho' }])), { prompts: 2, comparisons: 0 }],
  [
    'AlpacaEval',
    upload(jsonl([{ instruction: 'Q', output_1: 'a', output_2: 'b', preference: 1.2, annotator: 'gpt' }])),
    { comparisons: 1, votes: 1, format: 'AlpacaEval' },
  ],
  ['a table', upload('id,prompt,a,b\n1,"Q, or not?",yes,no\n', 'x.csv'), { comparisons: 1 }],
];

testOnBoth('every known format can be imported, after a look that changes nothing', async (t, place) => {
  const ada = await owner(place);
  for (const [what, file, expected] of files) {
    await t.test(what, async () => {
      const path = `/projects/${(await ada.send('POST', '/projects', { name: what })).body.id}`;
      const dry = await ada.send('POST', `${path}/imports?dryRun=true`, file);
      assert.equal(dry.status, 200, JSON.stringify(dry.body));
      assert.equal(dry.body.imported, false);
      assert.equal((await ada.send('GET', `${path}/items`)).body.total, 0);
      const done = await ada.send('POST', `${path}/imports`, file);
      assert.deepEqual(done.body, { ...dry.body, imported: true });
      for (const [name, value] of Object.entries(expected)) assert.equal(done.body[name], value, name);
      assert.equal((await ada.send('GET', `${path}/items`)).body.total, done.body.comparisons + done.body.prompts);
      const again = await ada.send('POST', `${path}/imports`, file);
      const { comparisons, prompts, votes, duplicates, records } = again.body;
      assert.deepEqual(
        [comparisons, prompts, votes, duplicates],
        [0, 0, 0, records],
        'the same file again adds nothing',
      );
    });
  }
});

testOnBoth(
  'bad rows are listed with line, field and what was expected; nothing is imported unless they are skipped',
  async (_, place) => {
    const { ada, path } = await project(place);
    const file = upload(
      `${jsonl(comparisons(1))}not json\n${jsonl([
        { prompt: 'Q', a: 3, b: 'x' },
        { prompt: 'Q', a: 'n\0ul', b: 'x' },
      ])}`,
    );
    const refused = await ada.send('POST', `${path}/imports`, file);
    assert.equal(refused.status, 422);
    assert.equal(refused.body.code, 'bad_rows');
    const { bad, badRows, records } = refused.body.report;
    assert.deepEqual([bad, records], [3, 1]);
    assert.deepEqual(
      badRows.map(({ line, field }: { line: number; field?: string }) => [line, field]),
      [
        [2, undefined],
        [3, 'a'],
        [4, 'a'],
      ],
    );
    assert.match(badRows[1].message, /"a" is 3; expected text/);
    assert.equal((await ada.send('GET', `${path}/items`)).body.total, 0);
    const skipped = await ada.send('POST', `${path}/imports?onError=skip`, file);
    assert.deepEqual([skipped.body.imported, skipped.body.comparisons, skipped.body.bad], [true, 1, 3]);
  },
);

testOnBoth('a file whose columns nobody knows asks for a mapping, and is imported with it', async (_, place) => {
  const { ada, path } = await project(place);
  const file = upload('nr;x\n', 'x.csv');
  assert.equal((await ada.send('POST', `${path}/imports?dryRun=true`, file)).body.format, null);
  const table = upload('nr,question,left,right,best\n7,Why?,because,no idea,a\n8,Who?,me,you,\n', 'x.csv');
  const dry = (await ada.send('POST', `${path}/imports?dryRun=true`, table)).body;
  assert.deepEqual([dry.format, dry.columns], [null, ['nr', 'question', 'left', 'right', 'best']]);
  assert.equal((await ada.send('POST', `${path}/imports`, table)).body.code, 'unknown_columns');
  const mapping = { prompt: 'question', a: 'left', b: 'right', id: 'nr', gold: 'best' };
  const address = `${path}/imports?mapping=${encodeURIComponent(JSON.stringify(mapping))}`;
  const { body } = await ada.send('POST', address, table);
  assert.deepEqual([body.comparisons, body.gold, body.bad], [1, 1, 0]);
  assert.deepEqual(body.preview[0], {
    ...{
      line: 2,
      id: '7',
      prompt: [{ role: 'user', content: 'Why?' }],
      a: 'because',
      b: 'no idea',
      gold: 'a',
      votes: 0,
    },
  });
  assert.equal((await ada.send('POST', `${path}/imports?mapping=[`, table)).body.code, 'bad_mapping');
});

testOnBoth(
  'gold: a field of the rows, or the answers of a whole file; two answers for one item are refused',
  async (_, place) => {
    const { ada, path } = await project(place);
    const field = await ada.send(
      'POST',
      `${path}/imports`,
      upload(jsonl([judged('1', 'a', { gold: 'b' }), judged('2', 'a')])),
    );
    assert.deepEqual([field.body.gold, field.body.comparisons, field.body.votes], [1, 1, 2]);
    const whole = await ada.send(
      'POST',
      `${path}/imports?answers=gold`,
      upload(jsonl([judged('3', 'tie'), judged('2', 'a')])),
    );
    assert.deepEqual([whole.body.gold, whole.body.comparisons, whole.body.votes], [2, 0, 0], 'item 2 becomes gold');
    const other = await ada.send('POST', `${path}/imports?answers=gold`, upload(jsonl([judged('2', 'b')])));
    assert.equal(other.status, 422);
    assert.match(other.body.report.badRows[0].message, /the right answer is "b" here, and "a"/);
    const left = await ada.send('POST', `${path}/imports?answers=leave`, upload(jsonl([judged('4', 'a')])));
    assert.deepEqual([left.body.comparisons, left.body.votes], [1, 0]);
  },
);

testOnBoth('the same two responses the other way round are the same item, and their votes add up', async (_, place) => {
  const { ada, path } = await project(place);
  const { responses } = judged('1', 'a');
  const turned = judged('1', 'b', { judge: 'claude', responses: [responses[1], responses[0]], shownFirst: 'a' });
  const { body } = await ada.send('POST', `${path}/imports`, upload(jsonl([judged('1', 'a'), turned])));
  assert.deepEqual([body.comparisons, body.votes], [1, 2]);
  const [{ id }] = (await ada.send('GET', `${path}/items`)).body.items;
  const { said } = (await ada.send('GET', `${path}/items/${id}`)).body;
  assert.deepEqual(new Set(said.map((vote: { choice: string }) => vote.choice)), new Set(['a']));
  assert.deepEqual(said.find((vote: { annotator: string }) => vote.annotator === 'claude').shownFirst, 'b');
});

testOnBoth('a judge cannot pass for a person by taking the id of one', async (_, place) => {
  const { ada, path } = await project(place);
  const me = (await ada.send('GET', '/me')).body;
  await ada.send('POST', `${path}/imports`, upload(jsonl([judged('1', 'a', { judge: me.id })])));
  const [{ id }] = (await ada.send('GET', `${path}/items`)).body.items;
  const [vote] = (await ada.send('GET', `${path}/items/${id}`)).body.said;
  assert.deepEqual([vote.annotator, vote.judge], [me.id, true]);
});

test('hostile names and contents do no harm, and no upload is left behind', async (t) => {
  const place = await testStudio(t);
  const { ada, path } = await project(place);
  const names = [
    '../../../etc/passwd',
    '..\\..\\x',
    '/abs.jsonl',
    'a\u202egnp.exe',
    '<img src=x onerror=alert(1)>',
    '',
  ];
  for (const name of names) {
    const reply = await ada.send('POST', `${path}/imports`, upload('\u0000\u0001 nothing', name));
    assert.ok([400, 422].includes(reply.status), `${name}: ${reply.status}`);
    assert.ok(!JSON.stringify(reply.body).includes(place.studio.folder), 'no path of the server is told');
  }
  const deep = `${'['.repeat(100_000)}`;
  const wrong: [string, number][] = [
    [deep, 422],
    ['', 422],
    ['{"prompt":', 422],
    ['PAR1 not really', 422],
  ];
  for (const [content, status] of wrong) {
    assert.equal((await ada.send('POST', `${path}/imports`, upload(content))).status, status, content.slice(0, 20));
  }
  const cut = gzipSync(jsonl(comparisons(200))).subarray(0, 300);
  assert.equal((await ada.send('POST', `${path}/imports`, upload(new Uint8Array(cut)))).status, 422);
  assert.equal((await ada.send('POST', `${path}/imports`, {})).status, 406, 'no form at all');
  const uploads = join(place.studio.folder, 'uploads');
  assert.deepEqual(existsSync(uploads) ? readdirSync(uploads) : [], []);
  assert.equal((await ada.send('GET', `${path}/items`)).body.total, 0);
});

test('a small file that unpacks to very much is refused before it is read', async (t) => {
  const place = await testStudio(t);
  const { ada, path } = await project(place);
  const bomb = gzipSync(Buffer.alloc(600 << 20, ' '), { level: 1 });
  const { status, body } = await ada.send('POST', `${path}/imports`, upload(new Uint8Array(bomb)));
  assert.deepEqual([status, body.code], [413, 'too_large']);
});

test('only editors import, and only into their own project', async (t) => {
  const place = await testStudio(t);
  const { ada, path } = await project(place);
  const other = (await ada.send('POST', '/projects', { name: 'Other' })).body;
  const annotator = await member(place, ada, path.split('/')[2]!, 'annotator', 'Bob');
  const stranger = await member(place, ada, other.id, 'editor', 'Eve');
  const file = upload(jsonl(comparisons(1)));
  assert.equal((await annotator.send('POST', `${path}/imports`, file)).status, 403);
  assert.equal((await stranger.send('POST', `${path}/imports`, file)).status, 404);
});
