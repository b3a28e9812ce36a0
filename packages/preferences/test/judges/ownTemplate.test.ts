import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PairTemplate, readJudgeTemplate, type SingleTemplate } from '../../src/judges/index.ts';
import { fileWriter, temporaryFolder } from '../files.ts';
import { said } from './presets/reply.ts';

const write = fileWriter(temporaryFolder());

const concise = `kind: pair
system: You prefer what is short.
user: |
  To the request {prompt} there are two answers.
  {first}
  {second}
  Which is shorter? Answer "one", "two" or "same" after "Shorter:".
verdict:
  read: regex
  pattern: 'Shorter: *(\\w+)'
  first: one
  second: two
  tie: same
`;

const pairOf = (yaml: string) => readJudgeTemplate(write('concise.yaml', yaml)) as PairTemplate;
const singleOf = (yaml: string) => readJudgeTemplate(write('own.yaml', yaml)) as SingleTemplate;
const question = { prompt: 'Hello?', first: 'Hi.', second: 'Good morning to you.' };

test('a template has the name of its file unless it has its own', () => {
  assert.equal(pairOf(concise).name, 'concise');
  assert.equal(pairOf(`name: short\n${concise}`).name, 'short');
});

test('texts stand between marked lines where their placeholders were, and what surrounds them stays', () => {
  const { messages, maxTokens, topLogprobs } = pairOf(concise).request(question);
  assert.deepEqual([maxTokens, topLogprobs], [undefined, undefined]);
  const unfenced = messages.map(({ role, content }) => [role, content.replaceAll(/=====[0-9a-f]{10}/g, '=====')]);
  assert.deepEqual(unfenced, [
    ['system', 'You prefer what is short.'],
    [
      'user',
      `To the request ===== prompt=====
Hello?
===== end of prompt===== there are two answers.
===== first=====
Hi.
===== end of first=====
===== second=====
Good morning to you.
===== end of second=====
Which is shorter? Answer "one", "two" or "same" after "Shorter:".
`,
    ],
  ]);
});

test('without a fence the texts stand there bare, to repeat a published judge to the letter', () => {
  const [, user] = pairOf(`fence: false\n${concise}`).request(question).messages;
  assert.match(user!.content, /^To the request Hello\? there are two answers\.\nHi\.\nGood morning to you\.\nWhich/);
});

test('a placeholder inside a text is text', () => {
  const pieces = fc.array(fc.constantFrom('{first}', '{second}', '{prompt}', '{nothing}', '$&', '$1', '{{', ' '));
  const bare = pairOf(
    'kind: pair\nfence: false\nuser: "{prompt}|{first}|{second}"\nverdict: {read: letters, first: A, second: B}',
  );
  fc.assert(
    fc.property(pieces, pieces, pieces, (...lists) => {
      const [prompt, first, second] = lists.map((list) => list.join('')) as [string, string, string];
      assert.equal(bare.request({ prompt, first, second }).messages[0]!.content, `${prompt}|${first}|${second}`);
    }),
  );
});

test('braces that hold no name are text too', () => {
  const own = singleOf(`kind: single
user: 'Reply with {"score": 3} or {}. {response}'
fence: false
verdict: {read: json, field: score, lowest: 1, highest: 5}`);
  assert.equal(own.request({ prompt: '', response: 'Hm.' }).messages[0]!.content, 'Reply with {"score": 3} or {}. Hm.');
});

test('verdicts of pairs are read by a regular expression, the last match in the words given', () => {
  const { read } = pairOf(concise);
  const preference = (text: string) => read(said(text), question)?.preference;
  assert.equal(preference('Shorter: one'), 1);
  assert.equal(preference('Shorter: one? No.\nShorter: two'), 0);
  assert.equal(preference('Shorter: same'), 0.5);
  for (const none of ['one', 'Shorter: three', '']) assert.equal(preference(none), undefined, none);
  assert.equal(read(said('Shorter: one', { whole: false }), question), undefined);
});

test('verdicts are read from a field of JSON, scores within their scale', () => {
  const better = pairOf(
    concise.replace(/verdict:.*/s, 'verdict: {read: json, field: better, first: "1", second: "2"}'),
  );
  assert.equal(better.read(said('So: {"better": 2}'), question)?.preference, 0);
  assert.equal(better.read(said('{"better": "3"}'), question), undefined);
  const own = singleOf(`kind: single
user: '{prompt} {response}'
max_tokens: 99
verdict: {read: json, field: score, lowest: 0, highest: 100}`);
  const asked = { prompt: 'Hello?', response: 'Hi.' };
  assert.equal(own.request(asked).maxTokens, 99);
  assert.equal(own.read(said('{"score": 61.5}'), asked)?.score, 61.5);
  assert.equal(own.read(said('{"score": 0}'), asked)?.score, 0);
  for (const none of ['{"score": 101}', '{"score": ""}', '{"score": null}', '61', '{"score": 61']) {
    assert.equal(own.read(said(none), asked), undefined, none);
  }
});

test('letters are asked for as one token with probabilities', () => {
  const own = pairOf(concise.replace(/verdict:.*/s, 'verdict: {read: letters, first: one, second: two}'));
  const { maxTokens, topLogprobs } = own.request(question);
  assert.deepEqual([maxTokens, topLogprobs], [1, 5]);
  const firstToken = { one: Math.log(0.25), two: Math.log(0.75) };
  const verdict = own.read(said('two', { firstToken, whole: false }), question);
  assert.ok(Math.abs(verdict!.preference - 0.25) < 1e-12); // logarithm and back
});

test('a rubric needs no texts of its own', () => {
  const own = singleOf(`kind: rubric
criterion: Is it polite?
scores: {1: rude, 2: curt, 3: neutral, 4: friendly, 5: warm}`);
  const { messages, form } = own.request({ prompt: 'Hello?', response: 'Hi.' });
  assert.match(messages[0]!.content, /Is it polite\?\n1: rude\n2: curt\n3: neutral\n4: friendly\n5: warm\n/);
  assert.equal(form?.name, 'score');
  assert.equal(own.read(said('{"feedback": "Warm.", "score": 5}'), { prompt: '', response: '' })?.score, 5);
});

test('what is wrong with a template is said with its line and the nearest right name', () => {
  const wrong = (change: [string | RegExp, string], expected: RegExp) =>
    assert.throws(() => pairOf(concise.replace(...change)), expected);
  wrong(['{first}', '{frist}'], /concise\.yaml, line 3: "user" is .*not \{frist\} \(did you mean \{first\}\?\)/s);
  wrong(['{second}', ''], /line 3: "user" is .*expected a text with \{second\}/s);
  wrong(['{prompt}', '{response}'], /no placeholders but \{prompt\}, \{first\}, \{second\}, \{reference\}/);
  wrong(["(\\w+)'", "\\w+'"], /line 10: "verdict\.pattern" is .*one group/);
  wrong(["(\\w+)'", "(\\w+'"], /line 10: "verdict\.pattern" is .*one group/);
  wrong(['system:', 'sytem:'], /"sytem" is not a field here/);
  wrong(['read: regex', 'read: tea'], /"verdict\.read" is "tea"/);
  wrong(['kind: pair', 'kind: pairs'], /"kind" is "pairs"/);
});

test('a question without the reference that a template shows is an error that says so', () => {
  const own = pairOf(concise.replace('{first}', '{reference} {first}'));
  assert.doesNotThrow(() => own.request({ ...question, reference: 'Hi!' }));
  assert.throws(() => own.request(question), /\{reference\} is undefined; expected a text in every question/);
});

test('the templates of the documentation are templates', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/judging.md'), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n(kind:.*?)```/gs)].map(([, yaml]) => yaml!);
  assert.deepEqual(
    blocks.map((yaml) => readJudgeTemplate(write('documented.yaml', yaml)).kind),
    ['pair', 'single'],
  );
});
