import assert from 'node:assert/strict';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { chatAddress } from '@attune/preferences';
import { type Answer, type Asked, startChat } from '../../../preferences/test/judges/chatServer.ts';
import { dataFolder } from './dataFolder.ts';

const { write, lines, data, path, text } = dataFolder();

const prompts = [
  { id: 'plan', prompt: 'Plan a three-day trip to Beijing for under five thousand yuan.' },
  { id: 'dress', prompt: 'A gentleman came to the meeting in formal dress.' },
  { id: 'nouns', prompt: 'Christmas, reindeer, Christmas tree, snow' },
  { id: 'lottery', prompt: 'Which numbers will win the lottery tomorrow?' },
  { id: 'short', prompt: 'Hello there' },
  { id: 'again', prompt: 'Plan a three-day trip to Beijing for under five thousand yuan' },
  { id: 'poem', prompt: 'Write a poem about the first snow of winter.' },
];
const verdict = (intent: boolean, semantics: boolean, answerable: boolean, category = 'writing') => ({
  intent,
  semantics,
  answerable,
  category,
});
const verdicts: Record<string, object> = {
  plan: verdict(true, true, true, 'open-ended questions'),
  dress: verdict(false, true, true),
  nouns: verdict(true, false, true),
  lottery: verdict(true, true, false),
  poem: verdict(true, true, true),
};

/** The verdict on the prompt that a question is about, as the judge's prompt asks for it. */
function judged({ question }: Asked): string {
  const found = prompts.find(({ prompt }) => question.includes(prompt))!;
  return `It is so.\n${JSON.stringify(verdicts[found.id])}`;
}

async function chat(t: TestContext, answer: (asked: Asked) => Answer | Promise<Answer>) {
  const server = await startChat(answer);
  t.after(server.stop);
  return server;
}

const byHand = () =>
  prompts.filter(({ id }) => verdicts[id]).map((prompt) => ({ ...prompt, ...verdicts[prompt.id], judge: 'ann' }));

test('judged by hand: each prompt is kept or dropped for one reason, all counted', async () => {
  write('prompts.jsonl', prompts);
  write('by-hand.jsonl', byHand().slice(0, -1)); // nobody has judged the poem
  const args = ['prompts.jsonl', 'kept.jsonl', '--judgments', 'by-hand.jsonl', '--dropped', 'dropped.jsonl'];
  const { status, stdout } = await data('quality', ...args, '--json');
  assert.equal(status, 0);
  const result = JSON.parse(stdout);
  assert.deepEqual(result.reasons, {
    'unclear intent': 1,
    'unclear semantics': 1,
    unanswerable: 1,
    'too short': 1,
    'near-duplicate': 1,
    'not judged': 1,
  });
  assert.deepEqual([result.prompts, result.kept], [7, 1]);
  assert.deepEqual(lines('kept.jsonl'), [{ ...prompts[0], category: 'open-ended questions' }]);
  assert.deepEqual(
    lines('dropped.jsonl').map(({ line, id, reason, of }) => [line, id, reason, of]),
    [
      [2, 'dress', 'unclear intent', undefined],
      [3, 'nouns', 'unclear semantics', undefined],
      [4, 'lottery', 'unanswerable', undefined],
      [5, 'short', 'too short', undefined],
      [6, 'again', 'near-duplicate', 1],
      [7, 'poem', 'not judged', undefined],
    ],
  );
  const shown = await data('quality', ...args);
  assert.match(shown.stdout, /kept +1\n/);
  assert.match(shown.stdout, /unclear semantics +1\n/);
});

test('several judges decide by majority', async () => {
  write('one.jsonl', prompts.slice(0, 1));
  const votes = [true, true, false].map((answerable, i) => ({
    ...prompts[0],
    ...verdict(true, i === 0, answerable),
    judge: `judge ${i}`,
  }));
  const args = ['one.jsonl', 'kept.jsonl', '--judgments', write('votes.jsonl', votes), '--json'];
  const { stdout } = await data('quality', ...args);
  assert.deepEqual(JSON.parse(stdout).reasons, { 'unclear semantics': 1 }); // one of three found it clear
});

test('a judgment without an answer is named with its line', async () => {
  const { answerable: _, ...rest } = byHand()[1] as Record<string, unknown>;
  write('incomplete.jsonl', [byHand()[0]!, rest]);
  const { status, stderr } = await data('quality', 'prompts.jsonl', 'never.jsonl', '--judgments', 'incomplete.jsonl');
  assert.equal(status, 2);
  assert.match(stderr, /incomplete\.jsonl, line 2: "answerable" is missing\. Each line needs id, prompt, intent/);
  assert.ok(!existsSync(path('never.jsonl')));
});

test('a judge is asked what the rules leave and nobody has judged; its verdicts are kept for the next time', async (t) => {
  const server = await chat(t, judged);
  write('judged.jsonl', byHand().slice(0, 2));
  const args = [
    'prompts.jsonl',
    'kept.jsonl',
    '--judgments',
    'judged.jsonl',
    '--judge',
    server.url,
    '--judge-model',
    'm',
  ];
  const { status, stdout } = await data('quality', ...args, '--json');
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout).reasons, {
    'unclear intent': 1,
    'unclear semantics': 1,
    unanswerable: 1,
    'too short': 1,
    'near-duplicate': 1,
  });
  assert.equal(server.asked.length, 3);
  for (const { path, model, temperature, authorization } of server.asked) {
    assert.deepEqual([path, model, temperature, authorization], ['/v1/chat/completions', 'm', 0, undefined]);
  }
  assert.deepEqual(
    lines('judged.jsonl')
      .map(({ id, judge }) => `${id} ${judge}`)
      .sort(),
    ['dress ann', 'lottery m', 'nouns m', 'plan ann', 'poem m'],
  );
  assert.equal((await data('quality', ...args)).status, 0);
  assert.equal(server.asked.length, 3); // all known by now
});

test('the key is sent as a bearer token, and printed nowhere', async (t) => {
  const server = await chat(t, judged);
  process.env.ATTUNE_JUDGE_KEY = 'sk-secret';
  t.after(() => void delete process.env.ATTUNE_JUDGE_KEY);
  const { stdout, stderr } = await data(
    'quality',
    'one.jsonl',
    'kept.jsonl',
    '--judge',
    server.url,
    '--judge-model',
    'm',
  );
  assert.equal(server.asked[0]!.authorization, 'Bearer sk-secret');
  assert.ok(!`${stdout}${stderr}`.includes('sk-secret'));
});

test('replies that cannot be read and calls that fail are counted, shown and kept aside', async (t) => {
  const server = await chat(t, (asked) => {
    if (asked.question.includes(prompts[6]!.prompt)) return 'Yes, yes, and yes!';
    if (asked.question.includes(prompts[3]!.prompt)) return { status: 400, body: 'too long' };
    if (asked.question.includes(prompts[2]!.prompt)) return { status: 200, body: '{"choices": []}' };
    return judged(asked);
  });
  const args = ['prompts.jsonl', 'kept.jsonl', '--judge', server.url, '--judge-model', 'm', '--dropped', 'aside.jsonl'];
  const { status, stdout } = await data('quality', ...args);
  assert.equal(status, 0);
  assert.match(stdout, /unreadable reply +1\n/);
  assert.match(stdout, /failed call +2\n/);
  assert.match(stdout, /line 7: unreadable reply: "Yes, yes, and yes!"/);
  assert.deepEqual(
    lines('aside.jsonl').flatMap(({ id, said }) => (said ? [[id, said.replaceAll(server.url, '')]] : [])),
    [
      ['nouns', '/v1/chat/completions: a reply of another form: {"choices": []} (tried 1 time).'],
      ['lottery', '/v1/chat/completions: status 400: too long (tried 1 time).'],
      ['poem', 'Yes, yes, and yes!'],
    ],
  );
  assert.deepEqual(lines('kept.jsonl'), [{ ...prompts[0], category: 'open-ended questions' }]);
});

test('busy servers, failing servers and broken connections are tried again', async (t) => {
  const soon = { 'retry-after': '0' };
  const troubles: Answer[] = [
    { status: 429, headers: soon },
    { status: 503, headers: soon },
    { status: 500, headers: soon },
  ];
  let broken = false;
  const server = await chat(t, async (asked) => {
    const trouble = troubles.shift();
    if (trouble) return trouble;
    if (!broken) {
      broken = true;
      throw new Error('the connection breaks');
    }
    return judged(asked);
  });
  const args = ['one.jsonl', 'kept.jsonl', '--judge', `${server.url}/v1/`, '--judge-model', 'm', '--json'];
  const { status, stdout } = await data('quality', ...args);
  assert.equal(status, 0);
  assert.equal(JSON.parse(stdout).kept, 1);
  assert.equal(server.asked.length, 5);
});

test('a judge that never answers is an error, and no empty file is written', async (t) => {
  const server = await chat(t, () => ({ status: 500, headers: { 'retry-after': '0' } }));
  const { status, stderr } = await data(
    'quality',
    'one.jsonl',
    'none.jsonl',
    '--judge',
    server.url,
    '--judge-model',
    'm',
  );
  assert.equal(status, 1);
  assert.match(stderr, /No prompt got a reply, the first because of this: .*status 500 \(tried 5 times\)/);
  assert.ok(!existsSync(path('none.jsonl')));
});

test('a wrong key ends the work with what to do; what was judged before is kept', async (t) => {
  let answered = 0;
  const server = await chat(t, (asked) => (answered++ < 2 ? judged(asked) : { status: 401, body: 'bad key' }));
  const judge = ['--judge', server.url, '--judge-model', 'm', '--concurrency', '1', '--judgments', 'partly.jsonl'];
  const { status, stderr } = await data('quality', 'prompts.jsonl', 'none.jsonl', ...judge);
  assert.equal(status, 2);
  assert.match(stderr, /^JudgeError: .*status 401: bad key\. Give a key of that server, .*ATTUNE_JUDGE_KEY/m);
  assert.ok(!existsSync(path('none.jsonl')));
  assert.deepEqual(
    lines('partly.jsonl').map(({ id }) => id),
    ['plan', 'dress'],
  );
});

test('a judgment that a killed process did not finish is taken away, one without a line break is not', async (t) => {
  const server = await chat(t, judged);
  const args = [
    'prompts.jsonl',
    'kept.jsonl',
    '--judge',
    server.url,
    '--judge-model',
    'm',
    '--judgments',
    'torn.jsonl',
  ];
  write('torn.jsonl', byHand().slice(0, 1));
  appendFileSync(path('torn.jsonl'), '{"id": "dress", "prom');
  assert.equal((await data('quality', ...args)).status, 0);
  assert.deepEqual(lines('torn.jsonl').length, 5);
  writeFileSync(path('torn.jsonl'), text('torn.jsonl').trimEnd().split('\n').slice(0, 2).join('\n'));
  assert.equal((await data('quality', ...args)).status, 0);
  assert.deepEqual(lines('torn.jsonl').length, 5);
  assert.equal(server.asked.length, 4 + 3);
});

test('--balance caps every category at four times the smallest, or at four times what is enough', async () => {
  const many = Array.from({ length: 30 }, (_, i) => ({
    id: `${i}`,
    prompt: `Number ${i} of the tasks that somebody wants to have done ${i * i} times`,
  }));
  const marks = many.map((prompt, i) => ({
    ...prompt,
    ...verdict(true, true, true, i < 27 ? 'writing' : 'mathematics'),
    judge: 'a',
  }));
  const args = [write('many.jsonl', many), 'few.jsonl', '--judgments', write('marks.jsonl', marks), '--json'];
  const balanced = async (...more: string[]) => JSON.parse((await data('quality', ...args, ...more)).stdout);
  const { kept, reasons, categories } = await balanced('--balance');
  assert.deepEqual([kept, reasons], [15, { 'category full': 15 }]);
  assert.deepEqual(categories, [
    { category: 'writing', before: 27, after: 12, short: false },
    { category: 'mathematics', before: 3, after: 3, short: false },
  ]);
  assert.equal((await balanced('--balance', '5')).kept, 20 + 3);
  assert.equal((await balanced()).kept, 30);
});

test('a server’s address may end anywhere before the question', () => {
  const full = 'http://localhost:8000/v1/chat/completions';
  for (const url of [
    'http://localhost:8000',
    'http://localhost:8000/',
    'http://localhost:8000/v1',
    'http://localhost:8000/v1/',
    full,
  ]) {
    assert.equal(chatAddress(url), full);
  }
  assert.equal(chatAddress('https://host/api/openai?v=2'), 'https://host/api/openai/chat/completions?v=2');
  for (const url of ['localhost:8000', 'nonsense', 'file:///etc/passwd']) {
    assert.throws(() => chatAddress(url), { code: 'judge', message: /is no address/ });
  }
});

test('wrong uses are refused before anything is read', async () => {
  const refusals: [string[], RegExp][] = [
    [[], /Nobody has judged the prompts/],
    [['--judge', 'http://localhost:1'], /--judge and --judge-model belong together/],
    [['--judgments', 'nothing.jsonl'], /--judgments nothing\.jsonl: there is no such file/],
    [['--judgments', 'by-hand.jsonl', '--balance', '0'], /whole number of at least 1/],
  ];
  for (const [args, message] of refusals) {
    const { status, stderr } = await data('quality', 'prompts.jsonl', 'never.jsonl', ...args);
    assert.equal(status, 2);
    assert.match(stderr, message);
  }
  assert.ok(!existsSync(path('never.jsonl')));
});
