import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Answer, type Asked, completion, startChat } from '../../../preferences/test/judges/chatServer.ts';
import { attune } from '../train/attune.ts';
import { workshop, writeLines } from '../train/fixture.ts';
import { readLines } from './lines.ts';

const root = workshop();
const path = (name: string): string => join(root, name);

const pairs = Array.from({ length: 20 }, (_, i) => ({
  id: `p${i}`,
  prompt: `Question ${i}?`,
  chosen: `Good answer ${i}.`,
  rejected: `Bad answer ${i}.`,
}));
writeLines(path('pairs.jsonl'), pairs);

const textOf = ({ body }: Asked): string => body.messages.map(({ content }) => content).join('\n');
const said = (better: string): string => JSON.stringify({ reason: 'so it is', better });
/** A judge that knows which one is good. */
const fair = (asked: Asked): string =>
  said(textOf(asked).indexOf('Good answer') < textOf(asked).indexOf('Bad answer') ? 'first' : 'second');

/** A server, and `attune judge` with it. */
async function chat(t: TestContext, answer: (asked: Asked) => Answer | Promise<Answer> = fair) {
  const server = await startChat(answer);
  t.after(server.stop);
  const out = path(`${t.name.replace(/\W+/g, '-').slice(0, 40)}.jsonl`);
  const run = (...args: string[]) => {
    const data = args.includes('--prompts') || args.includes('--data') ? [] : ['--data', path('pairs.jsonl')];
    return attune('judge', '--judge', server.url, '--judge-model', 'm', '--out', out, ...data, ...args);
  };
  const judge = async (...args: string[]) => {
    const { code, stdout, stderr } = await run('--json', ...args);
    assert.equal(code, 0, stderr);
    return { account: JSON.parse(stdout), lines: existsSync(out) ? readLines(out) : [], stderr };
  };
  const refused = async (message: RegExp, ...args: string[]) => {
    const { code, stderr } = await run(...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  };
  return { ...server, out, run, judge, refused };
}

test('both orders are asked and both are written: a line for each, under one id', async (t) => {
  const { judge, asked } = await chat(t);
  const { account, lines } = await judge();
  assert.equal(asked.length, 40);
  assert.deepEqual(
    lines.map(({ id, shownFirst, choice, probability }) => [id, shownFirst, choice, probability]),
    pairs.flatMap(({ id }) => [
      [id, 'a', 'a', 1],
      [id, 'b', 'a', 1],
    ]),
  );
  assert.deepEqual([account.n, account.consistent.share, account.agreement.accuracy], [20, 1, 1]);
  assert.deepEqual([account.firstShown.share, account.firstShown.n], [0.5, 40]);
});

test('a judge that likes whatever comes first has no opinion in both orders, and is seen through', async (t) => {
  const { judge, run } = await chat(t, () => said('first'));
  const { account, lines } = await judge('--both-orders');
  assert.deepEqual(
    lines.slice(0, 2).map(({ shownFirst, choice }) => [shownFirst, choice]),
    [
      ['a', 'a'],
      ['b', 'b'],
    ],
  );
  assert.deepEqual([account.consistent.share, account.firstShown.share, account.choseA.ties], [0, 1, 20]);
  const { stdout } = await run();
  assert.match(
    stdout,
    /The same response is better in both orders in 0\.0 % .*\nThe response shown first is better in 100/,
  );
});

test('one order at random is half the price; a seed decides it for each pair, and it is written down', async (t) => {
  const { judge, asked } = await chat(t);
  const { account, lines } = await judge('--order', 'random', '--seed', '1');
  assert.equal(asked.length, 20);
  for (const [i, { shownFirst, id }] of lines.entries()) {
    assert.equal(id, pairs[i]!.id);
    const question = textOf(asked.find((one) => textOf(one).includes(`Good answer ${i}.`))!);
    assert.equal(shownFirst === 'a', question.indexOf('Good') < question.indexOf('Bad'));
  }
  assert.equal(account.consistent, undefined);
  const orders = (of: readonly { shownFirst: string }[]) => of.map(({ shownFirst }) => shownFirst).join('');
  const other = await judge('--order', 'random', '--seed', '2');
  assert.notEqual(orders(other.lines), orders(lines));
  writeLines(path('fewer.jsonl'), pairs.slice(10)); // the order of a pair is its own, whatever stands before it
  const fewer = await judge('--order', 'random', '--seed', '1', '--data', path('fewer.jsonl'));
  assert.equal(orders(fewer.lines), orders(lines.slice(10)));
  assert.equal(fewer.account.calls, 0);
});

test('equal responses are a tie that nobody is paid for', async (t) => {
  const { judge, asked } = await chat(t);
  writeLines(path('equal.jsonl'), [{ prompt: 'Well?', chosen: 'Yes.', rejected: 'Yes.' }, pairs[0]!]);
  const { lines } = await judge('--data', path('equal.jsonl'));
  assert.equal(asked.length, 2);
  assert.deepEqual(
    lines.map(({ choice, probability }) => [choice, probability]),
    [
      ['tie', 0.5],
      ['tie', 0.5],
      ['a', 1],
      ['a', 1],
    ],
  );
});

test('a reply that cannot be read fails its pair, is shown, and is no verdict; paid once, unless asked for anew', async (t) => {
  let sane = false;
  const { judge, run, asked, out } = await chat(t, (one) =>
    !sane && textOf(one).includes('answer 3.') && textOf(one).indexOf('Good') < textOf(one).indexOf('Bad')
      ? 'I like both.'
      : fair(one),
  );
  const { account, lines } = await judge();
  assert.deepEqual([account.n, account.failed, lines.length], [19, 1, 38]);
  const failure = { id: 'p3', line: 4, reason: 'unreadable reply', said: 'I like both.', shownFirst: 'a' };
  assert.deepEqual(account.failures, [failure]);
  assert.deepEqual(readLines(`${out}.failures.jsonl`), [failure]);
  const { stdout } = await run();
  assert.match(
    stdout,
    /Without a verdict: unreadable reply \(1\)\.\n {2}line 4 \(p3, a shown first\): .*"I like both\."/,
  );
  assert.equal(asked.length, 40);
  sane = true;
  assert.equal((await judge()).account.failed, 1);
  const { account: estimate } = await judge('--retry-unreadable', '--estimate');
  assert.deepEqual([estimate.calls, estimate.cached], [1, 39]);
  assert.equal((await judge()).account.calls, 0); // an estimate changes nothing
  assert.equal((await judge('--retry-unreadable')).account.failed, 0);
  assert.equal(asked.length, 41);
  assert.ok(!existsSync(`${out}.failures.jsonl`));
});

test('a judge that says nothing that can be read is an error, and no file of comparisons', async (t) => {
  const { run, out } = await chat(t, () => 'Hm.');
  const { code, stderr } = await run();
  assert.equal(code, 1);
  assert.match(stderr, /No pair is judged, the first because of this: unreadable reply: Hm\./);
  assert.ok(!existsSync(out) && existsSync(`${out}.failures.jsonl`));
});

test('a preference by log-probabilities keeps how sure the judge is', async (t) => {
  const top = (probabilities: Record<string, number>) =>
    completion('m', {
      choices: [
        {
          message: { content: 'm' },
          finish_reason: 'stop',
          logprobs: {
            content: [
              { top_logprobs: Object.entries(probabilities).map(([token, p]) => ({ token, logprob: Math.log(p) })) },
            ],
          },
        },
      ],
    });
  const { judge, asked } = await chat(t, (one) =>
    textOf(one).indexOf('Good') < textOf(one).indexOf('Bad') ? top({ m: 0.6, M: 0.2 }) : top({ m: 0.1, M: 0.3 }),
  );
  const { lines } = await judge('--preset', 'alpaca-eval');
  assert.equal(asked[0]!.body.max_tokens, 1);
  for (const { probability, choice } of lines) {
    assert.ok(Math.abs(probability - 0.75) < 1e-12); // 0.6 / 0.8, and 0.3 / 0.4 the other way round
    assert.equal(choice, 'a');
  }
});

const price = ['--price-input', '1000000', '--price-output', '2000000']; // 1 a token asked, 2 a token answered

test('cost is told before and after; what is dearer than allowed is not begun', async (t) => {
  const usage = { prompt_tokens: 100, completion_tokens: 10 };
  const { judge, refused, run, asked } = await chat(t, (one) => completion(fair(one), { usage }));
  const { account: estimate } = await judge(...price, '--estimate');
  assert.deepEqual([estimate.questions, estimate.calls, estimate.cached], [40, 40, 0]);
  assert.equal(estimate.cost, estimate.input + 2 * estimate.output);
  await refused(
    /CostError: It would cost about .*--max-cost is 100\.00.*Nothing was asked/,
    ...price,
    '--max-cost',
    '100',
  );
  await refused(/--max-cost needs prices/, '--max-cost', '100');
  assert.equal(asked.length, 0);
  const { stdout, stderr } = await run(...price);
  assert.match(stderr, /^To ask: 40 calls, about [\d,]+ tokens to ask and [\d,]+ to answer, for about [\d,.]+\.$/m);
  assert.match(stdout, /cost +4,800\.00/); // 40 · (100 + 2 · 10)
  const { account } = await judge(...price, '--estimate');
  assert.deepEqual([account.calls, account.cached, account.cost], [0, 40, 0]);
});

test('when the budget is spent the work stops; what was paid for is kept, and more money goes on from there', async (t) => {
  const usage = { prompt_tokens: 10_000, completion_tokens: 0 }; // more than anyone would guess
  const { judge, refused, asked } = await chat(t, (one) => completion(fair(one), { usage }));
  const { account: estimate } = await judge(...price, '--estimate');
  const most = String(Math.ceil(estimate.cost));
  await refused(/CostError: [\d,.]+ are spent, and at most/, ...price, '--max-cost', most, '--concurrency', '1');
  const paid = asked.length;
  assert.ok(paid < 40 && 10_000 * (paid - 1) < Number(most));
  assert.equal((await judge()).account.calls, 40 - paid);
});

test('two models are compared by what each answered: the other is a, ours is b, and the win rate is ours', async (t) => {
  const { judge, out, refused } = await chat(t);
  writeLines(path('prompts.jsonl'), [
    { id: 'x', prompt: 'One?' },
    { id: 'y', prompt: 'Two?' },
  ]);
  const answers = (text: string) => ['x', 'y'].map((id) => ({ id, index: 0, text: `${text} ${id}.` }));
  writeLines(path('ours.jsonl'), answers('Good answer'));
  writeLines(path('baseline.jsonl'), answers('Bad answer'));
  const between = ['--prompts', path('prompts.jsonl'), '--responses', path('ours.jsonl')];
  const { lines } = await judge(...between, '--against', path('baseline.jsonl'));
  assert.deepEqual(
    lines[0].responses.map(({ source }: { source: string }) => source),
    ['baseline', 'ours'],
  );
  const { stdout } = await attune('eval', 'winrate', '--data', out, '--json');
  const { system, against, winRate } = JSON.parse(stdout);
  assert.deepEqual([system, against, winRate], ['ours', ['baseline'], 100]);
  writeLines(path('one.jsonl'), answers('Bad answer').slice(0, 1));
  await refused(/one\.jsonl has no response to the prompt "y"/, ...between, '--against', path('one.jsonl'));
});

test('a reference answer of the data is shown to a judge that reads one', async (t) => {
  const { judge, asked } = await chat(t, () => 'So. [[A]]');
  writeLines(path('reference.jsonl'), [{ ...pairs[0]!, reference: 'The truth of the matter.' }]);
  await judge('--data', path('reference.jsonl'), '--preset', 'mt-bench-pair');
  assert.ok(asked.every((one) => textOf(one).includes('The truth of the matter.')));
});

test('single responses are scored, one line each; what cannot be read is listed and has no score', async (t) => {
  const { judge, out, run } = await chat(t, (one) =>
    textOf(one).includes('Odd') ? 'A fine piece.' : JSON.stringify({ feedback: 'fine', score: 4 }),
  );
  writeLines(path('single.jsonl'), [
    { id: 'x', prompt: 'One?', response: 'Yes.', category: 'math', source: 'ours' },
    { prompt: 'Two?', response: 'Odd.' },
  ]);
  const { account, lines } = await judge('--preset', 'rubric', '--data', path('single.jsonl'));
  const [{ at, ...line }] = lines;
  assert.deepEqual(line, { id: 'x', score: 4, source: 'ours', category: 'math', judge: 'm (rubric)' });
  assert.ok(Date.parse(at) > 0);
  assert.deepEqual([account.n, account.failed, account.left, account.meanScore], [1, 1, 0, 4]);
  assert.deepEqual(readLines(`${out}.failures.jsonl`), [
    { id: '2', line: 2, reason: 'unreadable reply', said: 'A fine piece.' },
  ]);
  const { stdout } = await run('--preset', 'rubric', '--data', path('single.jsonl'));
  assert.match(stdout, /: 1 scores\n\nMean score 4\.00\.\n\nWithout a verdict: unreadable reply \(1\)\./);
});

test('what was sampled to prompts is scored, with what the prompts tell', async (t) => {
  const { judge, asked } = await chat(t, () => JSON.stringify({ feedback: 'fine', score: 2 }));
  writeLines(path('known.jsonl'), [{ id: 'x', prompt: 'One?', reference: 'The truth.', category: 'math' }]);
  writeLines(path('two.jsonl'), [
    { id: 'x', index: 0, text: 'Yes.' },
    { id: 'x', index: 1, text: 'No.' },
  ]);
  const sampled = ['--prompts', path('known.jsonl'), '--responses', path('two.jsonl')];
  const { lines } = await judge('--preset', 'rubric', ...sampled);
  assert.deepEqual(
    lines.map(({ id, source, category }) => [id, source, category]),
    [
      ['x-0', 'two', 'math'],
      ['x-1', 'two', 'math'],
    ],
  );
  assert.ok(asked.every((one) => textOf(one).includes('The truth.')));
});

test('a template of one’s own asks in its words', async (t) => {
  const { judge, asked } = await chat(t, () => 'Verdict: ONE');
  writeFileSync(
    path('mine.yaml'),
    'kind: pair\nuser: "Which?\\n{first}\\n{second}"\nverdict: {read: regex, pattern: "Verdict: (\\\\w+)", first: ONE, second: TWO}\n',
  );
  const { account, lines } = await judge('--template', path('mine.yaml'), '--order', 'random');
  assert.ok(textOf(asked[0]!).startsWith('Which?'));
  assert.equal(account.judge, 'm (mine)');
  assert.ok(lines.every(({ choice, shownFirst }) => choice === shownFirst));
});

test('wrong usage says what is missing or has no effect, before anything is asked', async (t) => {
  const { refused, asked } = await chat(t);
  await refused(/judge template is alpaca_eval; .*did you mean alpaca-eval/, '--preset', 'alpaca_eval');
  await refused(/Give either --preset or --template/, '--preset', 'pair', '--template', 'x.yaml');
  await refused(/Give either --both-orders or --order random/, '--both-orders', '--order', 'random');
  await refused(/--beta belongs to --judge self/, '--beta', '1');
  await refused(/--against is for judges of pairs/, '--preset', 'rubric', '--against', 'x', '--prompts', 'y');
  await refused(/Each line needs prompt and response/, '--preset', 'rubric');
  const local = ['--judge', 'rule:x.yaml', '--out', path('x.jsonl'), '--data', path('pairs.jsonl')];
  const owned = await attune('judge', ...local, '--max-cost', '1');
  assert.match(
    owned.stderr,
    /--max-cost belongs to a --judge behind a URL and has no effect with --judge rule:x\.yaml/,
  );
  assert.deepEqual([owned.code, asked.length], [2, 0]);
});

test('a server that has only one model needs no name; of several, or where it does not tell, one has to be given', async (t) => {
  const judge = async (models?: readonly string[]) => {
    const server = await startChat(fair, models);
    t.after(server.stop);
    const files = ['--data', path('pairs.jsonl'), '--out', path('only.jsonl')];
    return { ...(await attune('judge', '--judge', server.url, ...files, '--json')), asked: server.asked };
  };
  const only = await judge(['the-one']);
  assert.equal(JSON.parse(only.stdout).judge, 'the-one (pair)');
  assert.ok(only.asked.every(({ model }) => model === 'the-one'));
  const several = await judge(['one', 'other']);
  assert.match(
    several.stderr,
    /^UsageError: http.*\/v1\/models lists one, other\. Give its name with --judge-model\.$/m,
  );
  const silent = await judge();
  assert.match(silent.stderr, /does not tell which models there are\. Give its name with --judge-model/);
  assert.deepEqual([several.code, silent.code, several.asked.length, silent.asked.length], [2, 2, 0, 0]);
});
