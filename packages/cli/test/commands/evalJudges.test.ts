import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JudgeReport } from '@attune/preferences';
import { dataFolder } from './dataFolder.ts';

const { attune, text, write } = dataFolder();

/** Runs `attune eval judges …` in the folder. */
const judges = (...args: string[]) => attune('eval', 'judges', ...args);

/** What a judge said of the responses that two systems gave to question i; the first is the longer one. */
const verdict = (judge: string, i: number, choice: string, more: object = {}) => ({
  id: `${judge}-${i}`,
  prompt: [{ role: 'user', content: `Question ${i}` }],
  responses: [
    { id: `${i}-gpt`, text: `a long answer ${'word '.repeat(10 + i)}`, source: 'gpt-4' },
    { id: `${i}-ours`, text: `short ${i}`, source: 'ours' },
  ],
  choice,
  judge,
  ...more,
});

const pairOf = (...texts: string[]) => texts.map((text) => ({ id: text, text }));

const items = Array.from({ length: 20 }, (_, i) => i);
const people = write('people.jsonl', [
  ...items.map((i) => verdict('ann', i, i % 2 ? 'a' : 'b')),
  ...items.map((i) => verdict('bob', i, i % 2 ? 'a' : 'b')),
]);
const judged = write('judged.jsonl', [
  ...items.map((i) => verdict('gpt-4o', i, i % 4 ? 'a' : 'b', { shownFirst: 'a' })),
  ...items.map((i) => verdict('gpt-4o', i, i % 2 ? 'a' : i === 2 ? 'skip' : 'b', { shownFirst: 'b' })),
  ...items.map((i) => verdict('rule', i, 'a')),
]);

test('eval judges --json has a row for each judge, by hand', async () => {
  const { status, stdout } = await judges('--data', judged, '--people', people, '--json');
  assert.equal(status, 0);
  const { judges: rows, people: among } = JSON.parse(stdout);
  const [chat, rule] = rows as [JudgeReport, JudgeReport];
  assert.deepEqual([chat.judge, chat.comparisons, chat.items, chat.skips], ['gpt-4o', 40, 20, 1]);
  // of the 10 items where people say b, the first order says b of 5 and the other of all but the skip (item 2)
  assert.ok(Math.abs(chat.people!.majority!.share - (10 + 5 + 4 / 2) / 20) < 1e-12);
  assert.ok(Math.abs(chat.people!.countingSkips!.share - (10 + 5 + 4 / 2) / 20) < 1e-12); // item 2 is wrong anyhow
  const { consistency, forFirst, forSecond } = chat.position;
  assert.deepEqual([consistency!.share, consistency!.n, forFirst, forSecond], [15 / 19, 19, 4, 0]);
  assert.equal(chat.own!.wins.n, 20);
  assert.ok(Math.abs(chat.own!.overPeople!.value - (1 + 4 / 2) / 20) < 1e-12); // item 2 and four halves
  assert.deepEqual([rule.people!.majority!.share, rule.prefersLonger!.share, rule.own], [0.5, 1, undefined]);
  assert.equal(rule.people!.kappa!.value, 0);
  assert.deepEqual([among.majority.share, among.items, among.decisions], [1, 20, 40]);
});

test('eval judges for people is tables; columns that nobody fills are not shown, what is missing is said', async () => {
  const { status, stdout } = await judges('--data', judged, '--people', people);
  assert.equal(status, 0);
  assert.match(stdout, /^judge +items +asked +ties +skips +with most people/m);
  assert.match(stdout, /people themselves +20 +40/);
  assert.match(stdout, /^1 verdict is missing/m);
  assert.match(stdout, /gpt-4o +gpt-4 +65\.0 %/); // 10 + 1 + 4 halves of 20
  const likeOneAnother = write(
    'alike.jsonl',
    [0, 1].map((i) => ({ ...verdict('ann', i, 'a'), responses: pairOf('yes', 'no.') })),
  );
  assert.doesNotMatch((await judges('--data', likeOneAnother)).stdout, /^judge$/m); // no table of names alone
  const alone = (await judges('--data', judged)).stdout;
  assert.doesNotMatch(alone, /with most people|people themselves/);
});

test('--own says which sources are the judge’s own; --out writes the rows as a table, --report a page', async () => {
  const files = ['--out', 'judges.csv', '--report', 'judges.html'];
  const { status, stdout } = await judges('--data', judged, '--own', 'rule=ours', ...files, '--json');
  assert.equal(status, 0);
  const [, rule] = JSON.parse(stdout).judges as [JudgeReport, JudgeReport];
  assert.deepEqual([rule.own!.sources, rule.own!.wins.share], [['ours'], 0]);
  const [head, first] = text('judges.csv').split('\n') as [string, string];
  assert.match(head, /^judge,items,comparisons,/);
  assert.match(first, /^gpt-4o,20,40,/);
  assert.match(text('judges.html'), /2 judges, 60 verdicts on 20 pairs of responses/);
});

test('verdicts without texts are about the items of the benchmark’s own file', async () => {
  const benchmark = write('dataset.jsonl', [
    { input: 'Say hi', output_1: 'hi', output_2: 'bye', label: 1 },
    { input: 'Say bye', output_1: 'hi', output_2: 'bye', label: 2 },
  ]);
  const game = (winner: string, other: string) => ({ 'swap = False': { winner }, 'swap = True': { winner: other } });
  const results = write('GPT-4.result.jsonl', [
    { index: 0, label: 1, results: [game('1', '1')] },
    { index: 1, label: 2, results: [game('2', '1')] },
  ]);
  const { stdout } = await judges('--data', results, '--people', benchmark, '--json');
  const [{ judge, people: agreement, position }] = JSON.parse(stdout).judges as [JudgeReport];
  assert.deepEqual([judge, agreement!.majority!.share, position.consistency!.share], ['GPT-4', 0.75, 0.5]);
  const without = await judges('--data', results);
  assert.deepEqual([without.status, without.stdout], [2, '']);
  assert.match(without.stderr, /verdicts without texts, and no items are given/);
});

test('a file that is no comparisons, or an --own without a source, is wrong usage', async () => {
  const other = await judges('--data', write('other.jsonl', [{ output: 1 }]));
  assert.equal(other.status, 2);
  assert.match(other.stderr, /no comparisons here; the fields are output/);
  const own = await judges('--data', judged, '--own', 'rule');
  assert.equal(own.status, 2);
  assert.match(own.stderr, /Expected judge=source/);
});
