import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  Comparison,
  DataError,
  type Pair,
  pairsFromComparisons,
  readComparisons,
  readPairs,
  readPrompts,
  readTexts,
  readUnpaired,
  writeRecords,
} from '../../src/index.ts';
import { temporaryFolder } from '../files.ts';

const folder = temporaryFolder();
const endings = ['jsonl', 'jsonl.gz', 'json', 'json.gz', 'parquet'];

const text = fc.string({ unit: 'binary', maxLength: 12 }); // any characters at all, control characters among them
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0); // JSON has no −0
const message = fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), content: text });
const prompt = fc.array(message, { minLength: 1, maxLength: 3 });
const response = text.map((content) => [{ role: 'assistant', content }]);
const optional = <T extends object>(required: (keyof T)[]) => ({ requiredKeys: required });

const pairFields = { id: text, margin: finite, weight: fc.double({ min: 0, max: 9, noNaN: true }).map((x) => x + 0) };
const textPair = fc.record(
  { ...pairFields, prompt: text, chosen: text, rejected: text },
  optional<Pair>(['prompt', 'chosen', 'rejected']),
);
const messagePair = fc.record(
  { ...pairFields, prompt, chosen: response, rejected: response },
  optional<Pair>(['prompt', 'chosen', 'rejected']),
);
const candidate = fc.record({ id: text, text, source: text }, optional<{ id: string; text: string }>(['id', 'text']));
const grade = fc.integer({ min: -3, max: 3 }).map((x) => x + 0);
/** Nobody prefers a response to its like: that is refused, see badInput.test.ts. */
const isPossible = ({ responses: [a, b], choice }: Comparison) =>
  choice === 'tie' || choice === 'skip' || a.text !== b.text;

const comparison = (
  fc.record(
    {
      id: text,
      prompt,
      responses: fc.tuple(candidate, candidate),
      choice: fc.constantFrom('a', 'b', 'tie', 'skip'),
      judge: text,
      strength: fc.integer({ min: 1, max: 3 }),
      bothBad: fc.boolean(),
      criteria: fc.record({ helpfulness: grade, fluency: grade, wit: grade }, { requiredKeys: ['fluency'] }),
      shownFirst: fc.constantFrom('a', 'b'),
      seconds: fc.double({ min: 0, max: 1e4, noNaN: true }).map((x) => x + 0),
      propensity: fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0),
      at: text,
      note: text,
    },
    optional<Comparison>(['id', 'prompt', 'responses', 'choice', 'judge']),
  ) as fc.Arbitrary<Comparison>
).filter(isPossible);

for (const ending of endings) {
  const path = join(folder, `records.${ending}`);
  const isIdentity = <T extends object>(records: fc.Arbitrary<T>, read: () => Promise<readonly object[]>) =>
    fc.assert(
      fc.asyncProperty(fc.array(records, { minLength: 1, maxLength: 8 }), async (written) => {
        await writeRecords(path, written);
        assert.deepEqual(await read(), structuredClone(written)); // fast-check's records have no prototype
      }),
      { numRuns: 12 },
    );

  test(`what is written as .${ending} is what is read, for every kind of record`, async () => {
    await isIdentity(textPair, async () => (await readPairs(path)).pairs);
    await isIdentity(messagePair, async () => (await readPairs(path)).pairs);
    await isIdentity(comparison, async () => (await readComparisons(path)).comparisons);
    await isIdentity(fc.record({ id: text, prompt }), async () => (await readPrompts(path)).prompts);
    await isIdentity(fc.record({ text }), async () => (await readTexts(path)).texts);
    const unpaired = fc.record({ prompt: text, completion: text, label: fc.boolean() });
    await isIdentity(unpaired, async () => (await readUnpaired(path)).unpaired);
  });
}

test('pairs that differ in form keep it in JSONL, and Parquet, which cannot, says so', async () => {
  const mixed = [
    { prompt: 'Sky?', chosen: 'Blue.', rejected: 'Green.' },
    {
      prompt: [{ role: 'user', content: 'Sky?' }],
      chosen: [{ role: 'assistant', content: 'Blue.' }],
      rejected: [{ role: 'assistant', content: 'Green.' }],
    },
  ];
  await writeRecords(join(folder, 'mixed.jsonl'), mixed);
  assert.deepEqual((await readPairs(join(folder, 'mixed.jsonl'))).pairs, mixed);
  await assert.rejects(writeRecords(join(folder, 'mixed.parquet'), mixed), {
    code: 'invalid_value',
    message: '"prompt" is text and a list; expected one form in all records (JSONL can hold both).',
  });
});

test('half a surrogate pair survives JSONL, and Parquet refuses it instead of changing it', async () => {
  const cut = [{ prompt: 'Sky \ud83d', chosen: 'Blue.', rejected: 'Green.' }];
  await writeRecords(join(folder, 'cut.jsonl'), cut);
  assert.deepEqual((await readPairs(join(folder, 'cut.jsonl'))).pairs, cut);
  await assert.rejects(writeRecords(join(folder, 'cut.parquet'), cut), { code: 'invalid_value' });
});

test('no program sees a line end inside a record', async () => {
  await writeRecords(join(folder, 'marks.jsonl'), [{ text: 'a\u2028b\u2029c\u0085d\ne' }]);
  assert.equal(readFileSync(join(folder, 'marks.jsonl'), 'utf8').match(/[\u2028\u2029\u0085\n]/g)?.length, 1);
});

test('writing that fails leaves the old file and no other', async () => {
  const own = temporaryFolder();
  const path = join(own, 'pairs.jsonl');
  writeFileSync(path, 'old');
  function* failing(): Generator<object> {
    for (let i = 0; i < 10_000; i++) yield { text: 'x'.repeat(100) };
    throw new Error('the source broke');
  }
  await assert.rejects(writeRecords(path, failing()), /the source broke/);
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(own), ['pairs.jsonl']);
});

test('a folder that does not exist is named', async () => {
  await assert.rejects(writeRecords(join(folder, 'none', 'pairs.jsonl'), []), (error) => {
    assert.ok(error instanceof DataError);
    assert.match(error.message, /there is no folder/);
    return true;
  });
});

test('every comparison becomes one pair, one tie or one skip; the chosen text is the chosen response', () => {
  fc.assert(
    fc.property(fc.array(comparison), (records) => {
      const comparisons = records.map((record) => Comparison.parse(record));
      const { pairs, ties, skips } = pairsFromComparisons(comparisons);
      assert.equal(pairs.length + ties + skips, comparisons.length);
      const decided = comparisons.filter(({ choice }) => choice === 'a' || choice === 'b');
      for (const [i, { responses, choice }] of decided.entries()) {
        assert.deepEqual(pairs[i]!.chosen, [{ role: 'assistant', content: responses[choice === 'a' ? 0 : 1].text }]);
        assert.deepEqual(pairs[i]!.rejected, [{ role: 'assistant', content: responses[choice === 'a' ? 1 : 0].text }]);
      }
    }),
  );
});
