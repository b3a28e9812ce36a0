import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  asMessages,
  asText,
  type Comparison,
  comparisonForms,
  type Message,
  type Pair,
  pairForms,
  readComparisons,
  readPairs,
  rewritten,
  writeRecords,
} from '../../src/index.ts';
import { sharedData, temporaryFolder } from '../files.ts';

const folder = temporaryFolder();
const ending = fc.constantFrom('jsonl', 'json.gz', 'parquet');

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('\n\nHuman: Hi', '\n\nAssistant:', ' ', 'True', '你好，世界'),
);
const plain = <T extends object>(arbitrary: fc.Arbitrary<T>) => arbitrary.map((record) => structuredClone(record));
const message = (...roles: Message['role'][]): fc.Arbitrary<Message> =>
  fc.record({ role: fc.constantFrom(...roles), content: text });
const messages = fc.array(message('user', 'assistant', 'system'), { minLength: 1, maxLength: 4 });
const answer = fc.array(message('assistant', 'user'), { minLength: 1, maxLength: 2 });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0); // JSON has no −0
const optional = {
  id: text,
  margin: finite,
  weight: fc.double({ min: 0, max: 9, noNaN: true }).map((x) => x + 0),
};
const requiredKeys: ('prompt' | 'chosen' | 'rejected')[] = ['prompt', 'chosen', 'rejected'];
const textPair = plain(fc.record({ prompt: text, chosen: text, rejected: text, ...optional }, { requiredKeys }));
const messagePair = plain(
  fc.record({ prompt: messages, chosen: answer, rejected: answer, ...optional }, { requiredKeys }),
);

const candidate = fc.record({ id: text, text, source: text }, { requiredKeys: ['id', 'text'] });
const grade = fc.integer({ min: -3, max: 3 }).map((x) => x + 0);
const comparison = plain(
  fc.record(
    {
      id: text,
      prompt: messages,
      responses: fc.tuple(candidate, candidate),
      choice: fc.constantFrom('a', 'b', 'tie', 'skip'),
      judge: text,
      criteria: fc.record({ helpfulness: grade, fluency: grade }, { requiredKeys: ['fluency'] }),
      shownFirst: fc.constantFrom('a', 'b'),
      seconds: fc.double({ min: 0, max: 1e4, noNaN: true }).map((x) => x + 0),
      at: fc.oneof(text, fc.constant('2026-01-02T03:04:05.678Z')),
      note: text,
    },
    { requiredKeys: ['id', 'prompt', 'responses', 'choice', 'judge'] },
  ) as fc.Arbitrary<Comparison>,
);

/** Writes what can be written, in a file of some ending, and reads it again. */
async function comesBack(
  form: (record: never, line: number) => object,
  records: readonly object[],
  read: typeof readAny,
  ending: string,
) {
  const lines = records.map((_, i) => i + 1);
  const { rows, problems } = rewritten(form as never, records as never[], lines);
  assert.equal(rows.length + problems.length, records.length);
  const refused = new Set(problems.map(({ line }) => line));
  const kept = records.filter((_, i) => !refused.has(i + 1));
  if (kept.length === 0) return;
  const path = join(folder, `rows.${ending}`);
  await writeRecords(path, rows);
  assert.deepEqual(await read(path), kept);
}

const readAny = async (path: string): Promise<readonly object[]> => (await readPairs(path)).pairs;
const readVotes: typeof readAny = async (path) => (await readComparisons(path)).comparisons;

for (const [name, form] of Object.entries(pairForms)) {
  if (name === 'messages' || name === 'text') continue; // these change the form, see below
  test(`a pair written as ${name} is read as it was, or refused`, async () => {
    for (const pair of [textPair, messagePair]) {
      const records = fc.array(pair as fc.Arbitrary<Pair>, { minLength: 1, maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(records, ending, (all, ending) => comesBack(form, all, readAny, ending)),
        { numRuns: 5 },
      );
    }
  });
}

for (const [name, form] of Object.entries(comparisonForms)) {
  test(`a comparison written as ${name} is read as it was, or refused`, () =>
    fc.assert(
      fc.asyncProperty(fc.array(comparison, { minLength: 1, maxLength: 40 }), ending, (all, ending) =>
        comesBack(form, all, readVotes, ending),
      ),
      { numRuns: 6 },
    ));
}

const word = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '你', ':'), maxLength: 8 });

test('no pair of an ordinary dialogue is refused by HH-RLHF, Chatbot Arena or our own format', () => {
  const turns = fc.array(fc.tuple(word, word), { maxLength: 3 });
  fc.assert(
    fc.property(turns, word, word, word, (before, question, chosen, rejected) => {
      const say = (role: Message['role'], content: string): Message => ({ role, content });
      const history = before.flatMap(([a, b]) => [say('user', a), say('assistant', b)]);
      const pair: Pair = {
        id: '7',
        prompt: [...history, say('user', question)],
        chosen: [say('assistant', chosen)],
        rejected: [say('assistant', rejected)],
        margin: 0.5,
      };
      for (const name of ['pairs', 'hh-rlhf', 'chatbot-arena'] as const) pairForms[name](pair, 1);
    }),
  );
});

test('a dialogue that parts where the user speaks is a pair like any other', () => {
  const pair: Pair = {
    prompt: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ],
    chosen: [
      { role: 'user', content: 'Sky?' },
      { role: 'assistant', content: 'Blue.' },
    ],
    rejected: [
      { role: 'user', content: 'Sea?' },
      { role: 'assistant', content: 'Wet.' },
    ],
  };
  for (const name of ['pairs', 'hh-rlhf', 'chatbot-arena'] as const) pairForms[name](pair, 1);
});

test('no text pair is refused by UltraFeedback, no single question by AlpacaEval and the dissection rows', () => {
  fc.assert(fc.property(textPair as fc.Arbitrary<Pair>, (pair) => void pairForms.ultrafeedback(pair, 1)));
  fc.assert(
    fc.property(comparison, text, (record, content) => {
      const single: Comparison = { ...record, prompt: [{ role: 'user', content }] };
      comparisonForms.alpacaeval(single, 1);
      if (single.choice === 'skip') return;
      comparisonForms.dissection(single, 1);
      comparisonForms['chatbot-arena'](single, 1);
    }),
  );
});

test('what has no place in a format is refused with its line and why', () => {
  const system: Pair = {
    prompt: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Sky?' },
    ],
    chosen: [{ role: 'assistant', content: 'Blue.' }],
    rejected: [{ role: 'assistant', content: 'Green.' }],
  };
  const marked: Pair = { ...system, prompt: [{ role: 'user', content: 'What does "\n\nAssistant:" mean?' }] };
  assert.deepEqual(rewritten(pairForms['hh-rlhf'], [system, marked], [4, 9]), {
    rows: [],
    problems: [
      { line: 4, field: undefined, message: 'HH-RLHF has no place for this pair' },
      { line: 9, field: undefined, message: 'as HH-RLHF this pair would not come back as it is' },
    ],
  });
});

test('text pairs become messages and text again; a conversation cannot become text', () => {
  fc.assert(
    fc.property(textPair as fc.Arbitrary<Pair>, (pair) => {
      const inMessages = asMessages(pair);
      assert.deepEqual(asText(inMessages), pair);
      assert.deepEqual(asMessages(inMessages), inMessages);
    }),
  );
  const { problems } = rewritten(
    asText,
    [{ prompt: [{ role: 'system', content: 'Be kind.' }], chosen: 'a', rejected: 'b' }],
    [3],
  );
  assert.deepEqual(problems, [
    { line: 3, field: 'prompt', message: '"prompt" is a conversation; text holds a single question' },
  ]);
});

const published: [file: string, form: keyof typeof pairForms, read: number][] = [
  ['hh-rlhf/helpful-base.test.jsonl.gz', 'hh-rlhf', 1766],
  ['hh-rlhf/harmless-base.test.jsonl.gz', 'hh-rlhf', 1734],
  ['llama-factory-demo/dpo_en_demo.json.gz', 'chatbot-arena', 200],
];
for (const [file, name, count] of published) {
  test(`all ${count} pairs of ${file} can be written as ${name} and read again`, async (t) => {
    const path = join(sharedData, 'preferences', file);
    if (!existsSync(path)) return t.skip(`../shared/data/preferences/${file} is not here`);
    const { pairs, lines } = await readPairs(path);
    const { rows, problems } = rewritten(pairForms[name], pairs, lines);
    assert.deepEqual(problems, []);
    await writeRecords(join(folder, 'published.jsonl'), rows);
    const again = await readPairs(join(folder, 'published.jsonl'));
    assert.equal(again.pairs.length, count);
    assert.deepEqual(again.pairs, pairs);
  });
}

test('the comparisons of Auto-J can be written as AlpacaEval’s, Chatbot Arena’s and our own, equal decided ones apart', async (t) => {
  const path = join(sharedData, 'preferences/auto-j/testdata_pairwise.jsonl.gz');
  if (!existsSync(path)) return t.skip('../shared/data/preferences/auto-j is not here');
  const { comparisons, lines } = await readComparisons(path);
  for (const [name, form] of Object.entries(comparisonForms)) {
    const { problems } = rewritten(form, comparisons, lines);
    assert.equal(problems.length, name === 'comparisons' ? 1 : 0, name); // one row prefers a response to its like
  }
});
