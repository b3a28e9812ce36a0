import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readFeatures, standardProperties } from '@attune/preferences';
import { scriptedAnswer } from '../../../../preferences/test/dissect/annotate/annotator.ts';
import { type Answer, type Asked, completion, startChat } from '../../../../preferences/test/judges/chatServer.ts';
import { dataFolder } from '../dataFolder.ts';

const { write, lines, path, attune } = dataFolder();

const sampleOf = (i: number) => ({
  id: i,
  prompt: `Question ${i}.${i % 3 === 0 ? ' Do it: briefly.' : ''}`,
  response_a: `Answer ${i}, worth ${i % 4}.`,
  response_b: `Another answer ${i}, worth ${(i + 2) % 4}${i % 5 === 0 ? ', with an error' : ''}.`,
  winner: i % 2 === 0 ? 'model_a' : 'model_b',
});
const samples = Array.from({ length: 8 }, (_, i) => sampleOf(i));
write('samples.jsonl', samples);
const questions = 8 * 6 + 3; // six of each sample, and one more where there is a constraint: 0, 3 and 6

/** What the pipeline asked: the first message of the user. */
const contentOf = ({ body }: Asked): string => body.messages.find(({ role }) => role === 'user')!.content;
const stepOf = ({ body }: Asked): string => body.response_format?.json_schema?.name ?? 'reference';
const said = (asked: Asked): Answer => scriptedAnswer(contentOf(asked));

async function chat(t: TestContext, answer: (asked: Asked) => Answer | Promise<Answer> = said) {
  const server = await startChat(answer);
  t.after(server.stop);
  const judge = ['--judge', server.url, '--judge-model', 'm'];
  const annotated = (out: string, ...more: string[]) =>
    attune('dissect', 'annotate', '--data', 'samples.jsonl', ...judge, '--out', out, '--json', ...more);
  return { ...server, judge, annotated };
}

interface Account {
  readonly [name: string]: number;
}

/** Every sample is somewhere, and nowhere twice. */
function checkAccount({ samples, annotated, cached, failed, left }: Account): void {
  assert.equal(annotated! + cached! + failed! + left!, samples);
}

test('every sample is annotated, in its place, and can be fitted', async (t) => {
  const server = await chat(t);
  const { status, stdout } = await server.annotated('plain.jsonl');
  assert.equal(status, 0);
  const account = JSON.parse(stdout);
  checkAccount(account);
  assert.deepEqual([account.annotated, account.calls, server.asked.length], [8, questions, questions]);
  const { names, rows } = await readFeatures(path('plain.jsonl'));
  assert.equal(names.length, 29);
  const at = (name: string) => rows.map(({ features }) => features![names.indexOf(name)]);
  assert.deepEqual(
    at('polite'),
    samples.map((_, i) => Math.sign((i % 4) - ((i + 2) % 4))),
  );
  assert.deepEqual(
    at('no severe errors'),
    samples.map((_, i) => Number(i % 5 === 0)),
  );
  assert.deepEqual(
    rows.map(({ id, groups }) => [id, groups]),
    samples.map((_, i) => [String(i), ['Communication', ...(i % 3 === 0 ? ['w_constraints'] : [])]]),
  );
  const [first] = lines('plain.jsonl');
  assert.deepEqual([first.annotator, first.properties, first.scenario], ['m', standardProperties().name, 'chitchat']);
});

test('a second run pays for nothing; more samples pay for theirs only', async (t) => {
  const server = await chat(t);
  await server.annotated('again.jsonl');
  const first = readFileSync(path('again.jsonl'), 'utf8');
  const { stdout } = await server.annotated('again.jsonl');
  const account = JSON.parse(stdout);
  assert.deepEqual([account.cached, account.annotated, account.calls, account.cachedReplies], [8, 0, 0, questions]);
  assert.deepEqual([account.input, account.output], [0, 0]);
  assert.equal(readFileSync(path('again.jsonl'), 'utf8'), first);
  write('more.jsonl', [...samples, sampleOf(13)]);
  const more = await server.annotated('again.jsonl', '--data', 'more.jsonl');
  checkAccount(JSON.parse(more.stdout));
  assert.equal(server.asked.length, questions + 6);
});

test('through slow answers, errors of the server, broken connections and limits every sample arrives', async (t) => {
  const soon = { 'retry-after': '0' };
  const troubles: (Answer | 'hang up' | 'last')[] = [
    { status: 429, headers: soon },
    'hang up',
    { status: 500, headers: soon },
    'last',
    { status: 503, headers: soon },
    { status: 429, headers: soon },
    { status: 429, headers: soon },
    { status: 502, body: '<html>Bad gateway</html>', headers: soon },
  ];
  let answerLast = () => {};
  let count = 0;
  const server = await chat(t, async (asked) => {
    count++;
    const trouble = count % 5 === 0 ? troubles.shift() : undefined;
    if (trouble === 'hang up') throw new Error('the connection breaks');
    if (trouble === 'last')
      await new Promise<void>((go) => (answerLast = go)); // overtaken by the others
    else if (trouble) return trouble;
    if (count > questions) answerLast();
    return said(asked);
  });
  const { status, stdout } = await server.annotated('troubles.jsonl', '--concurrency', '4');
  assert.equal(status, 0);
  const account = JSON.parse(stdout);
  checkAccount(account);
  assert.deepEqual([account.annotated, account.failed, account.calls, troubles.length], [8, 0, questions, 0]);
});

test('nearly right JSON is repaired, wrong JSON asked for again, and what is never right listed with the reason', async (t) => {
  let isWilling = false;
  const server = await chat(t, (asked) => {
    const [answer, content] = [scriptedAnswer(contentOf(asked)), contentOf(asked)];
    if (stepOf(asked) === 'query_free') return `Sure!\n\`\`\`json\n${answer.replace(/}$/, ',}')}\n\`\`\``;
    if (content.includes('Question 5.') && stepOf(asked) === 'query_info' && !isWilling) return 'I cannot say.';
    const isFirst = asked.body.messages.length === 2;
    if (content.includes('Question 7.') && stepOf(asked) === 'errors' && isFirst) return answer.slice(0, 40);
    return answer;
  });
  const { status, stdout } = await server.annotated('broken.jsonl');
  assert.equal(status, 0);
  const account = JSON.parse(stdout);
  checkAccount(account);
  assert.deepEqual([account.annotated, account.failed, account.askedAgain], [7, 1, 3]);
  assert.deepEqual(account.failures, [
    { line: 6, id: 5, step: 'query-info', reason: 'the reply is no JSON object', said: 'I cannot say.' },
  ]);
  const rows = lines('broken.jsonl');
  assert.equal(rows.length, 8);
  assert.deepEqual([rows[5].id, rows[5].comparison], [5, {}]);
  assert.deepEqual(rows[5].failed, [{ step: 'query-info', reason: 'the reply is no JSON object' }]);
  assert.equal((await readFeatures(path('broken.jsonl'))).rows[5]!.features, undefined); // in no fit

  const before = server.asked.length;
  isWilling = true;
  const again = JSON.parse((await server.annotated('broken.jsonl')).stdout);
  assert.deepEqual([again.annotated, again.cached, again.failed], [1, 7, 0]);
  assert.equal(server.asked.length, before + 1); // only what had failed
});

test('a call that fails for good is a failure of its sample, and is asked again by the next run', async (t) => {
  let isDown = true;
  const server = await chat(t, (asked) => {
    const isHit = isDown && contentOf(asked).includes('Answer 2,') && stepOf(asked) === 'query_free';
    return isHit ? { status: 500, headers: { 'retry-after': '0' }, body: 'overloaded' } : said(asked);
  });
  const account = JSON.parse((await server.annotated('down.jsonl')).stdout);
  checkAccount(account);
  assert.deepEqual([account.annotated, account.failed, account.failedCalls], [7, 1, 1]);
  assert.match(account.failures[0].reason, /status 500: overloaded \(tried 5 times\)/);
  isDown = false;
  assert.equal(JSON.parse((await server.annotated('down.jsonl')).stdout).failed, 0);
});

const program = join(import.meta.dirname, '../../../src/main.ts');

/** Runs the command as a process of its own. */
function started(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, 'dissect', 'annotate', ...args], {
    cwd: path('.'),
    env: { ...process.env, ATTUNE_JUDGE_KEY: 'sk-secret' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

test('killed again and again, and started again, it pays for no answer twice', async (t) => {
  let child: ChildProcess | undefined;
  let untilKill = 0;
  const answered: string[] = [];
  const server = await chat(t, (asked) => {
    if (--untilKill === 0) {
      child!.kill('SIGKILL'); // with this question under way
      throw new Error('nobody is there to read an answer');
    }
    answered.push(JSON.stringify(asked.body));
    return said(asked);
  });
  const oneByOne = ['--concurrency', '1'];
  for (const kills of [15, 20]) {
    untilKill = kills;
    child = started(['--data', 'samples.jsonl', ...server.judge, '--out', 'killed.jsonl', ...oneByOne, '--json']);
    assert.equal((await ended(child)).code, null);
    assert.ok(!existsSync(path('killed.jsonl'))); // whole or not there
  }
  const { status, stdout } = await server.annotated('killed.jsonl', ...oneByOne);
  assert.equal(status, 0);
  assert.ok(existsSync(path('killed.jsonl')));
  checkAccount(JSON.parse(stdout));
  assert.equal(answered.length, questions);
  assert.equal(new Set(answered).size, questions);
});

test('Ctrl-C lets what is under way finish, says how to go on, and loses nothing', async (t) => {
  let child: ChildProcess | undefined;
  let count = 0;
  const server = await chat(t, async (asked) => {
    if (++count === 10) {
      child!.kill('SIGINT');
      await once(child!.stderr!, 'data'); // until it has said that it will stop: this answer still counts
    }
    return said(asked);
  });
  const args = ['--data', 'samples.jsonl', ...server.judge, '--out', 'stopped.jsonl', '--concurrency', '1'];
  child = started([...args, '--json']);
  const { code, stdout, stderr } = await ended(child);
  assert.equal(code, 1);
  const account = JSON.parse(stdout);
  checkAccount(account);
  assert.ok(account.left > 0 && account.out === null);
  assert.match(
    stderr,
    /Every reply so far is in stopped\.jsonl\.replies\.sqlite; the same command goes on from there\./,
  );
  assert.ok(!existsSync(path('stopped.jsonl')));
  assert.equal(JSON.parse((await server.annotated('stopped.jsonl')).stdout).left, 0);
  assert.equal(server.asked.length, questions);
});

test('the key is sent, and is in no output, no file and no cache, also where the server repeats it', async (t) => {
  const server = await chat(t, (asked) =>
    stepOf(asked) === 'errors' ? { status: 400, body: `${asked.authorization} may not do this` } : said(asked),
  );
  write('one.jsonl', samples.slice(1, 3));
  const args = [
    '--data',
    'one.jsonl',
    ...server.judge,
    '--out',
    'secret.jsonl',
    '--steps',
    'query-free,scenario,errors',
  ];
  const { code, stdout, stderr } = await ended(started([...args, '--json']));
  assert.equal(code, 1); // every sample has failed
  const more = await ended(started([...args, '--json', '--steps', 'query-free']));
  assert.equal(more.code, 0);
  assert.ok(server.asked.every(({ authorization }) => authorization === 'Bearer sk-secret'));
  assert.match(stderr, /\[key\] may not do this/);
  const files = readdirSync(path('.')).filter((name) => name.startsWith('secret.jsonl'));
  assert.ok(files.length >= 2);
  for (const text of [stdout, stderr, more.stdout, more.stderr]) assert.ok(!text.includes('sk-secret'));
  for (const name of files) assert.ok(!readFileSync(path(name)).includes('sk-secret'), name);
});

const price = ['--price-input', '1000000', '--price-output', '2000000']; // 1 a token asked, 2 a token answered

test('cost is estimated before, refused when too high, and added up from what the server counted', async (t) => {
  const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
  const server = await chat(t, (asked) => completion(said(asked) as string, { usage }));
  const estimate = JSON.parse((await server.annotated('cost.jsonl', ...price, '--estimate')).stdout);
  assert.equal(estimate.calls, 8 * 7); // what is not known yet counts
  assert.equal(estimate.cost, estimate.input + 2 * estimate.output);
  const refused = await server.annotated('cost.jsonl', ...price, '--max-cost', '1000');
  assert.equal(refused.status, 2);
  assert.match(
    refused.stderr,
    /^CostError: It would cost about [\d,.]+, and --max-cost is 1,000\.00\..*Nothing was asked/m,
  );
  assert.equal(server.asked.length, 0);
  const { stdout } = await server.annotated('cost.jsonl', ...price, '--max-cost', String(estimate.cost));
  const account = JSON.parse(stdout);
  assert.deepEqual([account.cost, account.estimated], [questions * 120, 0]);
});

test('when the budget is spent before the end the work stops, and what was paid for is kept', async (t) => {
  const usage = { prompt_tokens: 10_000, completion_tokens: 0, total_tokens: 10_000 }; // more than anyone would guess
  const server = await chat(t, (asked) => completion(said(asked) as string, { usage }));
  const most = ['--max-cost', '200000', '--concurrency', '1'];
  const { status, stderr } = await server.annotated('broke.jsonl', ...price, ...most);
  assert.equal(status, 2);
  assert.match(stderr, /CostError: 200,000\.00 are spent.*goes on from here/);
  assert.equal(server.asked.length, 20);
  await server.annotated('broke.jsonl');
  assert.equal(server.asked.length, questions);
});

test('tokens that the server does not count are estimated, and said to be', async (t) => {
  const server = await chat(t);
  const account = JSON.parse((await server.annotated('uncounted.jsonl')).stdout);
  assert.equal(account.estimated, account.calls);
  assert.ok(account.input > 100 * questions && account.output > 0);
});

test('a server that knows no response_format is asked in words, and gives the same', async (t) => {
  const server = await chat(t);
  await server.annotated('schema.jsonl');
  const plain = await chat(t, (asked) =>
    asked.body.response_format ? { status: 400, body: 'unknown field response_format' } : said(asked),
  );
  const { status, stderr } = await plain.annotated('words.jsonl');
  assert.equal(status, 0);
  assert.match(stderr, /takes no response_format: asked in words, and checked here/);
  assert.deepEqual(lines('words.jsonl'), lines('schema.jsonl'));
});

test('a wrong key ends the work at once, with what to do', async (t) => {
  const server = await chat(t, () => ({ status: 401, body: 'bad key' }));
  const { status, stderr } = await server.annotated('never.jsonl', '--concurrency', '2');
  assert.equal(status, 2);
  assert.match(stderr, /^JudgeError: .*status 401: bad key\. Give a key of that server, .*ATTUNE_JUDGE_KEY/m);
  assert.ok(server.asked.length <= 2 && !existsSync(path('never.jsonl')));
});

test('an annotator that never answers is an error, and no file of failures', async (t) => {
  const server = await chat(t, () => 'Hm.');
  const { status, stderr } = await server.annotated('never.jsonl', '--steps', 'query-free');
  assert.equal(status, 1);
  assert.match(stderr, /No sample is annotated, the first because query-free failed: the reply is no JSON object/);
  assert.ok(!existsSync(path('never.jsonl')));
});

test('properties that are only computed need no call, and no judge that answers', async (t) => {
  const server = await chat(t);
  writeFileSync(
    path('own.yaml'),
    'name: own\nproperties:\n  - {name: long, from: text, function: words, about: Long.}\n',
  );
  const steps = ['--steps', 'errors'];
  const refused = await server.annotated('own.jsonl', '--properties', 'own.yaml', ...steps);
  assert.equal(refused.status, 0);
  assert.equal(server.asked.length, 0);
  const account = JSON.parse(refused.stdout);
  checkAccount(account);
  assert.equal(lines('own.jsonl')[0].comparison.long.meta['Response 1'], 6); // Answer 0 , worth 0 .
});

test('the study’s raw samples are taken as they are: their scenario, reference and word counts are not asked for', async (t) => {
  const file = join(import.meta.dirname, '../../../../../../shared/data/dissection/sample_unannotated.jsonl');
  if (!existsSync(file)) return t.skip(`no ${file}`);
  const server = await chat(t);
  const { status } = await server.annotated('raw.jsonl', '--data', file);
  assert.equal(status, 0);
  assert.deepEqual(
    Object.entries(Object.groupBy(server.asked, stepOf))
      .map(([step, asked]) => [step, asked!.length])
      .sort(),
    [
      ['errors', 2],
      ['query_aware_once', 2],
      ['query_free', 2],
      ['query_info', 2],
    ],
  );
  assert.deepEqual(
    lines('raw.jsonl').map(({ id, group, comparison }) => [id, group, comparison.length.meta['Response 1']]),
    [
      [0, 'Functional Writing', 144],
      [1, 'Others', 431],
    ], // "response_a word" of the file
  );
});

test('for people: how many samples, calls and tokens, what it cost, what failed, and where it is', async (t) => {
  const server = await chat(t, (asked) =>
    contentOf(asked).includes('Question 1.') && stepOf(asked) === 'scenario' ? '{"scenario": "poetry"}' : said(asked),
  );
  const args = ['--data', 'samples.jsonl', ...server.judge, '--out', 'shown.jsonl', ...price, '--steps', 'scenario'];
  const { status, stdout, stderr } = await attune('dissect', 'annotate', ...args);
  assert.equal(status, 0);
  assert.match(stdout, /^8 samples\n.*\nannotated +7\nfailed +1\n/m);
  assert.match(stdout, /answered +10\n/);
  assert.match(stdout, /cost +[\d,]+\.00/);
  assert.match(stdout, / {2}line 2 \(1\), scenario: "scenario" is "poetry"; expected "math_reasoning" or/);
  assert.match(stdout, /Wrote 8 lines to shown\.jsonl\. The same command asks again for what failed\./);
  assert.match(stderr, /To ask: 8 calls, about [\d,]+ tokens to ask and 120 to answer, for about [\d,.]+\./);
});

test('wrong uses are refused before anything is asked', async (t) => {
  const server = await chat(t);
  writeFileSync(path('faulty.yaml'), 'name: faulty\nproperties:\n  - {name: a, from: nowhere, about: A.}\n');
  writeFileSync(path('thesis.txt'), 'my thesis '.repeat(200));
  write('wrong.jsonl', [{ prompt: 'Hello', response_a: 'Hi' }]);
  const refusals: [string[], RegExp][] = [
    [['--data', 'wrong.jsonl'], /wrong\.jsonl, line 1: "response_b" is missing/],
    [['--properties', 'faulty.yaml'], /faulty\.yaml, line 3: .*"properties\[0\]\.from"/],
    [['--steps', 'query-free,query'], /Expected some of scenario, query-info/],
    [['--max-cost', '1'], /--max-cost needs prices/],
    [['--cache', 'thesis.txt'], /thesis\.txt is no cache of replies/],
    [['--judge', 'localhost'], /is no address/],
    [['--out', 'nowhere/out.jsonl'], /there is no folder nowhere/],
  ];
  for (const [args, message] of refusals) {
    const { status, stderr } = await server.annotated('refused.jsonl', ...args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, message);
  }
  assert.equal(server.asked.length, 0);
  assert.ok(!existsSync(path('refused.jsonl')));
});
