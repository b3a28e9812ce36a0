import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { Chat, ChatRequest } from '../../src/judges/chat.ts';
import { chatPairJudge } from '../../src/judges/chatJudges.ts';
import { combined, type Judge, type Judged, type PairToJudge } from '../../src/judges/judge.ts';
import { type JuryComparison, jury, recordedJudge } from '../../src/judges/jury.ts';
import { readRule, ruleJudge } from '../../src/judges/rule.ts';
import type { PairTemplate } from '../../src/judges/templates.ts';

const pairOf = (id: string, a: string, b: string): PairToJudge => ({
  id,
  prompt: 'Well?',
  a,
  b,
  candidates: [
    { id: `${id}-a`, text: a },
    { id: `${id}-b`, text: b },
  ],
});

async function outcomesOf(judge: Judge, pairs: readonly PairToJudge[]): Promise<Judged[]> {
  const outcomes: Judged[] = [];
  for await (const outcome of judge.judge(pairs)) outcomes[outcome.place] = outcome;
  return outcomes;
}

async function probabilities(judge: Judge, pairs: readonly PairToJudge[]): Promise<number[]> {
  const outcomes = await outcomesOf(judge, pairs);
  return outcomes.map((outcome) => {
    assert.ok('comparisons' in outcome);
    return combined(outcome.comparisons).probability;
  });
}

/** Says the same of every pair. */
const constant = (name: string, probability: number): Judge =>
  recordedJudge(name, [
    {
      ...{ id: 'x', prompt: [{ role: 'user', content: 'Well?' }], judge: name, choice: 'tie' },
      responses: [
        { id: 'l', text: 'left' },
        { id: 'r', text: 'right' },
      ],
      probability,
    },
  ]);
const [leftRight, rightLeft] = [pairOf('1', 'left', 'right'), pairOf('2', 'right', 'left')];

test('a rule prefers by its weights, as sure as their difference is great, and calls near ones a tie', async () => {
  const judge = ruleJudge({ name: 'r', weights: { words: -1, listItems: 2 }, tie: 0.5 });
  const pairs = [
    pairOf('1', 'one two three', 'one'), // two words more
    pairOf('2', '- one', 'one two'), // the sign of a list is a word of its own to the counter, and an item
    pairOf('3', 'one', 'two'),
  ];
  const [first, second, third] = await probabilities(judge, pairs);
  assert.ok(Math.abs(first! - 1 / (1 + Math.exp(2))) < 1e-12);
  assert.ok(second! > 0.5);
  assert.equal(third, 0.5);
});

const fileIn = (t: TestContext, text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'short.yaml'), text);
  return join(folder, 'short.yaml');
};

test('a rule is read from YAML, with its faults by line', (t) => {
  assert.deepEqual(readRule(fileIn(t, 'weights: {words: -0.01}\n')), {
    name: 'short',
    weights: { words: -0.01 },
    tie: 0,
  });
  assert.throws(() => readRule(fileIn(t, 'weights:\n  wrods: 1\n')), /short\.yaml, line 2/);
});

test('comparisons that are there already judge the same two responses, in whichever order they stand', async () => {
  const judge = constant('me', 0.8);
  const outcomes = await outcomesOf(judge, [leftRight, rightLeft, pairOf('3', 'left', 'up')]);
  assert.deepEqual((outcomes[2] as { failure: object }).failure, { reason: 'not judged' });
  const [one, other] = await probabilities(judge, [leftRight, rightLeft]);
  assert.ok(Math.abs(one! - 0.8) < 1e-12 && Math.abs(other! - 0.2) < 1e-12);
});

test('a jury is the weighted mean of its members, and turns with the responses', async () => {
  const members = fc.array(
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.1, max: 10, noNaN: true })),
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  await fc.assert(
    fc.asyncProperty(members, async (given) => {
      const jurors = given.map(([p, weight], i) => ({ judge: constant(`m${i}`, p), weight }));
      const [p, q] = await probabilities(jury('j', jurors), [leftRight, rightLeft]);
      const weights = given.reduce((sum, [, weight]) => sum + weight, 0);
      const mean = given.reduce((sum, [probability, weight]) => sum + probability * weight, 0) / weights;
      assert.ok(Math.abs(p! - mean) < 1e-12 && Math.abs(p! + q! - 1) < 1e-12);
    }),
    { numRuns: 50 },
  );
});

test('a jury tells what each member said, fails where one of them has no verdict, and has no two of one name', async () => {
  const [one, other] = [constant('one', 0.9), constant('other', 0.4)];
  const outcomes = await outcomesOf(
    jury('j', [
      { judge: one, weight: 1 },
      { judge: other, weight: 1 },
    ]),
    [leftRight, pairOf('2', 'up', 'down')],
  );
  const [judged, failed] = outcomes;
  assert.ok(judged && failed && 'comparisons' in judged && 'failure' in failed);
  const { choice, judge, members } = judged.comparisons[0] as JuryComparison;
  assert.deepEqual([choice, judge, members], ['a', 'j', { one: 0.9, other: 0.4 }]);
  assert.deepEqual(failed.failure, { reason: 'a member without a verdict', said: 'one: not judged' });
  assert.throws(
    () =>
      jury(
        'j',
        [one, one].map((judge) => ({ judge, weight: 1 })),
      ),
    { code: 'invalid_value' },
  );
  assert.throws(() => jury('j', []), { code: 'invalid_value' });
});

const template: PairTemplate = {
  name: 'plain',
  kind: 'pair',
  request: ({ first, second }) => ({ messages: [{ role: 'user', content: `${first} ${second}` }] }),
  read: ({ text }) => (text === '' ? undefined : { preference: Number(text), strength: 3 }),
};
const chatOf = (ask: (request: ChatRequest) => Promise<string>): Chat => ({
  ask: async (request) => ({ text: await ask(request), whole: true, cached: false }),
  recall: () => undefined,
  forget: () => {},
});
const asked = { name: 'c', template, order: 'both', concurrency: 4 } as const;

test('a judge by chat turns a preference for the first shown into one for a, says its order and what it cost', async () => {
  const chat = chatOf(async ({ messages }) => (messages[0]!.content === 'left right' ? '1' : '0.25'));
  const [outcome] = await outcomesOf(chatPairJudge({ ...asked, chat }), [leftRight]);
  assert.ok(outcome && 'comparisons' in outcome);
  assert.deepEqual(
    outcome.comparisons.map(({ shownFirst, choice, probability, weight }) => [shownFirst, choice, probability, weight]),
    [
      ['a', 'a', 1, 3],
      ['b', 'a', 0.75, 3],
    ],
  );
  assert.deepEqual([outcome.spent!.calls, combined(outcome.comparisons).probability], [2, 0.875]);
});

test('a pair that was read in one order only has failed, and the failure says in which order', async () => {
  const chat = chatOf(async ({ messages }) => (messages[0]!.content === 'left right' ? '1' : ''));
  const [outcome] = await outcomesOf(chatPairJudge({ ...asked, chat }), [leftRight]);
  assert.ok(outcome && 'failure' in outcome);
  assert.deepEqual(outcome.failure, { reason: 'unreadable reply', said: '', shownFirst: 'b' });
});

test('an error that a person must mend ends the work, after what is under way has its answer', async () => {
  let answered = 0;
  const chat = chatOf(async ({ messages }) => {
    if (messages[0]!.content === 'left right') throw Object.assign(new Error('no key'), { badInput: true });
    await new Promise((done) => setImmediate(done));
    answered++;
    return '1';
  });
  await assert.rejects(outcomesOf(chatPairJudge({ ...asked, chat }), [leftRight]), { message: 'no key' });
  assert.equal(answered, 1); // the other order, which was paid for
});

test('after an abort nothing begins, and what has no answer then is not told of', async () => {
  const abort = new AbortController();
  const chat = chatOf(async () => {
    abort.abort();
    throw new Error('aborted');
  });
  const judge = chatPairJudge({ ...asked, chat, concurrency: 1, signal: abort.signal });
  assert.deepEqual(await outcomesOf(judge, [leftRight, rightLeft]), []);
});
