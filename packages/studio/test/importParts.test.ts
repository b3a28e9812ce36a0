import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Person } from '../server/auth/identify.ts';
import { added, beginAccount, reportOf } from '../server/imports/account.ts';
import { type ImportOptions, importFile } from '../server/imports/importFile.ts';
import { planImport } from '../server/imports/plan.ts';
import { type ImportRow, inParts, type KeyedRow, keyed, type ReadFile } from '../server/imports/row.ts';
import type { ImportReport } from '../shared/items.ts';
import { testOnBoth } from './both.ts';
import { type Browser, comparisons, jsonl, member, owner, type TestStudio, upload } from './studio.ts';

/** A project with three comparisons. */
async function begun(place: TestStudio): Promise<{ ada: Browser; id: string; person: Person }> {
  const ada = await owner(place);
  const { id } = (await ada.send('POST', '/projects', { name: 'P', overlap: 1, goldShare: 0, repeatShare: 0 })).body;
  await ada.send('POST', `/projects/${id}/imports`, upload(jsonl(comparisons(3))));
  const me = (await ada.send('GET', '/me')).body;
  return { ada, id, person: { id: me.id, name: me.name, email: me.email, owner: true } };
}

const rowAt = (line: number, more: Partial<ImportRow> = {}): KeyedRow =>
  keyed({
    ...{ line, id: `f${line}`, prompt: [{ role: 'user', content: `New ${line}?` }] },
    responses: [{ text: `Yes, ${line}.` }, { text: `No, ${line}.` }],
    ...more,
  });

const fileOf = (rows: readonly KeyedRow[], parts: ReadFile['parts'] = inParts(rows)): ReadFile => ({
  ...{ format: 'made here', unit: 'line', columns: [], records: rows.length, parts },
  ...{ bad: 0, badRows: [], undecided: 0, ignored: {} },
});

const options = (projectId: string, more: Partial<ImportOptions> = {}): ImportOptions => ({
  ...{ projectId, fileName: 'f', answers: 'votes', dryRun: false, onError: 'fail' },
  ...more,
});

/** Everything that an import writes. */
async function kept({ studio: { db } }: TestStudio) {
  const items = await db.selectFrom('items').selectAll().orderBy('position').execute();
  const texts = await db.selectFrom('texts').selectAll().orderBy('item_id').execute();
  const votes = await db.selectFrom('votes').selectAll().orderBy('id').execute();
  const projects = await db.selectFrom('projects').select(['id', 'hidden_from']).execute();
  const audit = await db.selectFrom('audit').select('action').where('action', '=', 'items.import').execute();
  return { items, texts, votes, projects, audit: audit.length };
}

/** Few prompts and responses, so that items meet themselves again, turned, judged, and with right answers that conflict. */
const row = fc.record({
  prompt: fc.integer({ min: 0, max: 4 }),
  turned: fc.boolean(),
  alone: fc.integer({ min: 0, max: 5 }).map((x) => x === 0),
  said: fc.option(fc.record({ choice: fc.constantFrom('a', 'b', 'tie', 'skip'), judge: fc.constantFrom('x', 'y') })),
  gold: fc.option(fc.constantFrom('a', 'b'), { freq: 4 }),
});
const rows = fc.array(row, { minLength: 1, maxLength: 25 }).map((drawn) =>
  drawn.map(({ prompt, turned, alone, said, gold }, i): KeyedRow => {
    const texts = turned ? ['No.', 'Yes.'] : ['Yes.', 'No.'];
    const base = { line: i + 1, prompt: [{ role: 'user' as const, content: `${prompt}` }] };
    if (alone) return keyed(base);
    const judged = { ...(gold && { gold }), ...(said && { said: { id: `v${i % 7}`, ...said } }) } as Partial<ImportRow>;
    return keyed({ ...base, responses: [{ text: texts[0]! }, { text: texts[1]! }], ...judged });
  }),
);

test('parts hold every row once, those of an item together, items in the order of their first rows', () => {
  const many = fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 400 });
  fc.assert(
    fc.property(many, (prompts) => {
      const given = prompts.map((i, line) =>
        rowAt(line, { prompt: [{ role: 'user', content: `${i}` }], responses: undefined }),
      );
      const parts = [...inParts(given)];
      const all = parts.flat();
      assert.deepEqual(new Set(all), new Set(given));
      assert.equal(all.length, given.length);
      const keysOf = (some: readonly KeyedRow[]) => [...new Set(some.map(({ key }) => key))];
      assert.deepEqual(keysOf(all), keysOf(given));
      assert.equal(parts.flatMap(keysOf).length, keysOf(given).length, 'no item stands in two parts');
      for (const part of parts) assert.ok(part.length <= 50 || keysOf(part).length === 1);
    }),
  );
});

testOnBoth('part by part, a file is reported on and kept as if it were taken in at once', async (_, place) => {
  const { ada, person } = await begun(place);
  const story = fc.asyncProperty(rows, rows, fc.constantFrom('fail', 'skip'), async (first, second, onError) => {
    const { id } = (await ada.send('POST', '/projects', { name: 'P' })).body;
    const one = (given: readonly KeyedRow[]) => [...Map.groupBy(given, ({ key }) => key).values()];
    const whole = planImport(first, 'votes');
    const expected = reportOf(fileOf(first), added(beginAccount(fileOf(first)), whole), false);
    const imported = onError === 'skip' || expected.bad === 0;
    const report = await importFile(place.studio, person, fileOf(first, one(first)), options(id, { onError }));
    assert.deepEqual(report, { ...expected, imported });
    const items = async () => (await kept(place)).items.filter(({ project_id }) => project_id === id);
    const tallies = whole.items.map(({ item, tally }) => [
      item.key,
      item.kind,
      item.gold,
      tally.a,
      tally.b,
      tally.ties,
    ]);
    assert.deepEqual(
      (await items()).map((item) => [item.key, item.kind, item.gold, item.a_votes, item.b_votes, item.tie_votes]),
      imported ? tallies : [],
    );
    const look = await importFile(place.studio, person, fileOf(second), options(id, { onError, dryRun: true }));
    const then = await importFile(place.studio, person, fileOf(second, one(second)), options(id, { onError }));
    assert.deepEqual(then, { ...look, imported: onError === 'skip' || look.bad === 0 });
    assert.deepEqual(
      (await items()).map(({ position }) => position),
      Array.from(await items(), (_, i) => i),
    );
  });
  await fc.assert(story, { numRuns: 25, seed: 7 });
});

testOnBoth('nobody sees an import before it is whole, and votes go on beside it', async (_, place) => {
  const { ada, id, person } = await begun(place);
  const bob = await member(place, ada, id, 'annotator', 'Bob');
  const path = `/projects/${id}`;
  const given = [...Array(120).keys()].map((i) =>
    rowAt(i + 1, i % 2 ? { said: { id: `${i}`, choice: 'a', judge: 'x' } } : {}),
  );
  const seen = async () => ({
    items: (await ada.send('GET', `${path}/items`)).body.total,
    project: (await ada.send('GET', path)).body.items,
    search: (await ada.send('GET', `${path}/items?search=new`)).body.total,
    quality: (await ada.send('GET', `${path}/quality`)).body.progress.items,
    pairs: (await ada.send('GET', `${path}/export/summary`)).body.pairs,
    judges: (await ada.send('GET', `${path}/judging`)).body.comparisons,
  });
  const before = await seen();
  let votes = 0;
  async function* watched(): AsyncGenerator<KeyedRow[]> {
    for (const part of inParts(given)) {
      yield part;
      const [item] = (await bob.send('GET', `${path}/queue?prefetch=1`)).body.items;
      assert.match(item.prompt[0].content, /^Question/, 'what is asked was there before');
      const vote = { itemId: item.itemId, choice: 'tie', seconds: 1 };
      assert.equal((await bob.send('POST', `${path}/votes`, vote)).status, 200);
      votes++;
      assert.deepEqual(await seen(), before);
    }
  }
  const report = await importFile(place.studio, person, fileOf(given, watched()), options(id));
  assert.deepEqual([report.imported, report.comparisons, report.votes, votes], [true, 120, 60, 3]);
  const { items, project, search, pairs } = await seen();
  assert.deepEqual([items, project, search, pairs], [123, 123, 120, 60]);
  assert.match((await bob.send('GET', `${path}/queue?prefetch=1`)).body.items[0].prompt[0].content, /^New/);
});

testOnBoth('an import that breaks off, or whose last row is bad, leaves nothing behind', async (_, place) => {
  const { id, person } = await begun(place);
  const before = await kept(place);
  const given = [...Array(150).keys()].map((i) => rowAt(i + 1, { said: { id: `${i}`, choice: 'a', judge: 'x' } }));
  function* breaking(): Generator<KeyedRow[]> {
    yield* inParts(given);
    throw new Error('the disk is gone');
  }
  await assert.rejects(importFile(place.studio, person, fileOf(given, breaking()), options(id)), /the disk is gone/);
  assert.deepEqual(await kept(place), before);
  const conflict = [...given, rowAt(151, { gold: 'a' }), rowAt(151, { gold: 'b' })];
  const report = await importFile(place.studio, person, fileOf(conflict), options(id));
  assert.deepEqual([report.imported, report.bad, report.badRows[0]!.line], [false, 1, 151]);
  assert.deepEqual(await kept(place), before);
  const skipped = await importFile(place.studio, person, fileOf(conflict), options(id, { onError: 'skip' }));
  assert.deepEqual([skipped.imported, skipped.comparisons, skipped.gold, skipped.bad], [true, 150, 1, 1]);
});

testOnBoth('of two imports at once the second begins when the first is whole', async (_, place) => {
  const { ada, id, person } = await begun(place);
  const given = [...Array(120).keys()].map((i) => rowAt(i + 1));
  const take = (): Promise<ImportReport> => importFile(place.studio, person, fileOf(given), options(id));
  const [first, second] = await Promise.all([take(), take()]);
  assert.deepEqual([first.comparisons, first.duplicates], [120, 0]);
  assert.deepEqual([second.comparisons, second.duplicates], [0, 120]);
  assert.equal((await ada.send('GET', `/projects/${id}/items`)).body.total, 123);
});
