import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { ChatReply, ChatRequest } from '../../../src/judges/chat.ts';
import { Budget, CostError } from '../../../src/judges/runner/budget.ts';
import { type ChatSettings, chatAddress, chatModel, shownAddress } from '../../../src/judges/runner/chatModel.ts';
import type { Clock } from '../../../src/judges/runner/clock.ts';
import { type Limits, Pace } from '../../../src/judges/runner/pace.ts';
import { costOf, formatCost, readPrice } from '../../../src/judges/runner/prices.ts';
import { ReplyCache, type ReplySource, rememberingChat, replyKey } from '../../../src/judges/runner/replyCache.ts';
import { type Answer, type Asked, completion, startChat } from '../chatServer.ts';

/** Time that passes only by waiting for it. Several sleepers wake in the order of their times. */
function fakeClock(): Clock & { readonly slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  const sleepers: { until: number; wake: () => void }[] = [];
  const wakeNext = () => {
    sleepers.sort((a, b) => a.until - b.until);
    const next = sleepers.shift();
    if (!next) return;
    now = Math.max(now, next.until);
    next.wake();
  };
  return {
    slept,
    now: () => now,
    sleep: (ms, signal) => {
      slept.push(ms);
      signal?.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<void>();
      sleepers.push({ until: now + ms, wake: resolve });
      setImmediate(wakeNext);
      return promise;
    },
  };
}

async function chat(t: TestContext, answer: (asked: Asked) => Answer | Promise<Answer>, settings: ChatSettings = {}) {
  const server = await startChat(answer);
  t.after(server.stop);
  const clock = fakeClock();
  const model = chatModel({ url: server.url, model: 'm', key: 'sk-secret' }, { clock, ...settings });
  return { ...server, clock, ask: model.ask };
}

const asking = (content: string, form?: ChatRequest['form']): ChatRequest => ({
  messages: [{ role: 'user', content }],
  maxTokens: 100,
  ...(form && { form }),
});
const form = { name: 'answer', schema: { type: 'object' } };

test('a reply comes with the tokens that the server counted, and whether it was cut off', async (t) => {
  const usage = { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 };
  const { ask } = await chat(t, ({ question }) => {
    if (question === 'long')
      return completion('…', { choices: [{ message: { content: '…' }, finish_reason: 'length' }] });
    return question === 'counted' ? completion('yes', { usage }) : 'yes';
  });
  assert.deepEqual(await ask(asking('counted')), {
    text: 'yes',
    whole: true,
    cached: false,
    usage: { input: 11, output: 5 },
  });
  assert.deepEqual(await ask(asking('hello')), { text: 'yes', whole: true, cached: false });
  assert.equal((await ask(asking('long'))).whole, false);
});

test('temperature, seed, length and form are sent as OpenAI names them', async (t) => {
  const { ask, asked } = await chat(t, () => '{}', { temperature: 0.5, seed: 7 });
  await ask(asking('hello', form));
  const { messages: _, ...sent } = asked[0]!.body;
  assert.deepEqual(sent, {
    model: 'm',
    temperature: 0.5,
    seed: 7,
    max_tokens: 100,
    response_format: { type: 'json_schema', json_schema: { ...form, strict: true } },
  });
});

test('a server that does not know a parameter is asked without it, from then on', async (t) => {
  const said: string[] = [];
  const refused = (body: string) => ({ status: 400, body });
  const { ask, asked } = await chat(
    t,
    ({ body }) => {
      if (body.response_format?.type === 'json_schema')
        return refused("response_format 'json_schema' is not supported");
      if (body.response_format) return { status: 422, body: 'response_format: extra fields not permitted' };
      if (body.max_tokens) return refused('Use max_completion_tokens instead.');
      if (body.seed) return refused('Unrecognized argument: seed');
      return 'temperature' in body ? refused('temperature must be 1') : '{}';
    },
    { seed: 7, say: (line) => said.push(line) },
  );
  await Promise.all([ask(asking('one', form)), ask(asking('two', form))]); // they give way together, not twice
  const before = asked.length;
  await ask(asking('three', form));
  assert.equal(asked.length, before + 1);
  const { messages: _, ...sent } = asked.at(-1)!.body;
  assert.deepEqual(sent, { model: 'm', max_completion_tokens: 100 });
  assert.equal(said.length, 5);
  assert.match(said[0]!, /takes no JSON schema/);
});

test('a call that is refused for another reason fails at once, and does not show the key', async (t) => {
  const { ask, asked } = await chat(t, () => ({ status: 400, body: 'sk-secret has asked for too much' }));
  await assert.rejects(ask(asking('hello', form)), {
    code: 'judge_call',
    message: /status 400: \[key\] has asked for too much \(tried 1 time\)\.$/,
  });
  assert.equal(asked.length, 1);
});

test('an account without money ends the work', async (t) => {
  const quota = JSON.stringify({ error: { code: 'insufficient_quota' } });
  for (const answer of [{ status: 402 }, { status: 429, body: quota }]) {
    const { ask } = await chat(t, () => answer);
    await assert.rejects(ask(asking('hello')), { code: 'judge', badInput: true, message: /nothing left to spend/ });
  }
});

test('a busy server makes every call wait as long as it says, and is no reason to give a question up', async (t) => {
  let busy = 20;
  const { ask, clock, asked } = await chat(t, () =>
    busy-- > 0 ? { status: 429, headers: { 'retry-after': '7' } } : 'yes',
  );
  assert.equal((await ask(asking('hello'))).text, 'yes');
  assert.equal(asked.length, 21);
  assert.deepEqual(new Set(clock.slept), new Set([7000]));
});

test('without Retry-After the waits double, and after five tries there is an end', async (t) => {
  const { ask, clock } = await chat(t, () => ({ status: 503 }));
  await assert.rejects(ask(asking('hello')), { code: 'judge_call', message: /status 503 \(tried 5 times\)/ });
  assert.deepEqual(clock.slept, [500, 1000, 2000, 4000]);
});

test('a call without an answer is given up, and tried again as others are', async (t) => {
  const { ask } = await chat(t, () => new Promise<never>(() => {}), { timeoutMs: 20 });
  await assert.rejects(ask(asking('hello')), { message: /no answer in 0\.02 s \(tried 5 times\)/ });
});

test('as many calls are under way as allowed, and no more', async (t) => {
  let most = 0;
  let held: (() => void)[] = [];
  const { ask } = await chat(
    t,
    async () => {
      await new Promise<void>((go) => {
        most = Math.max(most, held.push(go));
        if (held.length < 3) return;
        for (const release of held) release(); // only when there are three
        held = [];
      });
      return 'yes';
    },
    { concurrency: 3 },
  );
  await Promise.all(Array.from({ length: 15 }, (_, i) => ask(asking(String(i)))));
  assert.equal(most, 3);
});

/** When each of several calls starts, all wanted at once; each of so many tokens. */
async function starts(limits: Limits, tokens: readonly number[]): Promise<number[]> {
  const clock = fakeClock();
  const pace = new Pace(limits, { clock });
  return Promise.all(
    tokens.map((amount) =>
      pace.place(async () => {
        await pace.turn(amount);
        return clock.now();
      }),
    ),
  );
}

test('no minute has more calls or more tokens than its limit', async () => {
  const amounts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 });
  const limits = fc.record({
    requestsPerMinute: fc.integer({ min: 1, max: 100 }),
    tokensPerMinute: fc.integer({ min: 400, max: 5000 }), // at least what one call may have
    concurrency: fc.integer({ min: 1, max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(limits, amounts, async (limit, tokens) => {
      const at = await starts(limit, tokens);
      for (const from of at) {
        const within = at.flatMap((time, i) => (time >= from && time < from + 60_000 - 1e-6 ? [tokens[i]!] : []));
        assert.ok(within.length <= limit.requestsPerMinute, `${within.length} calls`);
        // a bucket of size one: the last of them may begin with one token left
        const sum = within.slice(0, -1).reduce((a, b) => a + b, 0);
        assert.ok(sum <= limit.tokensPerMinute + 400, `${sum} tokens`);
      }
    }),
    { numRuns: 50 },
  );
});

test('an abort ends every wait, and lets no call begin', async (t) => {
  const abort = new AbortController();
  const { ask, asked } = await chat(t, () => 'yes', { requestsPerMinute: 1, signal: abort.signal, clock: undefined });
  await ask(asking('one'));
  const waiting = ask(asking('two')); // for a minute
  abort.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
  await assert.rejects(ask(asking('three')), { name: 'AbortError' });
  assert.equal(asked.length, 1);
});

test('an address may hold no key, and none is shown', () => {
  assert.throws(
    () => chatAddress('http://me:secret@host/v1'),
    (error: Error) => !error.message.includes('secret'),
  );
  assert.equal(shownAddress('https://host/v1/chat/completions?api-key=secret'), 'https://host/v1/chat/completions');
});

const folderOf = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
};

const source: ReplySource = { address: 'http://host/v1/chat/completions', model: 'm', temperature: 0, seed: 42 };

test('the key of a reply is that of the question, its parameters and the model; the order of fields is nothing', () => {
  const request = asking('hello', form);
  const key = replyKey(source, request);
  assert.match(key, /^[0-9a-f]{64}$/);
  const reordered = { form, maxTokens: 100, messages: [{ content: 'hello', role: 'user' as const }] };
  assert.equal(replyKey(source, reordered), key);
  const others = [
    replyKey(source, asking('hello!', form)),
    replyKey(source, asking('hello')),
    replyKey(source, { ...request, maxTokens: 101 }),
    replyKey(source, { ...request, messages: [{ role: 'system', content: 'hello' }] }),
    replyKey({ ...source, model: 'n' }, request),
    replyKey({ ...source, address: 'http://other/v1/chat/completions' }, request),
    replyKey({ ...source, temperature: 1 }, request),
    replyKey({ ...source, seed: undefined }, request),
  ];
  assert.equal(new Set([key, ...others]).size, others.length + 1);
});

test('a reply is kept with its tokens, also for the next process, until it is forgotten', (t) => {
  const file = join(folderOf(t), 'replies.sqlite');
  const reply: ChatReply = { text: 'yes ✓', whole: false, usage: { input: 3, output: 1 }, cached: false };
  {
    using cache = new ReplyCache(file);
    cache.put('one', 'm', reply);
    cache.put('two', 'm', { text: '', whole: true, cached: false });
  }
  using cache = new ReplyCache(file);
  assert.deepEqual(cache.get('one'), { ...reply, cached: true });
  assert.deepEqual(cache.get('two'), { text: '', whole: true, cached: true });
  cache.delete('one');
  assert.equal(cache.get('one'), undefined);
});

test('a file that is something else is refused and left as it is', (t) => {
  const [text, other] = ['text', 'other'].map((name) => join(folderOf(t), name)) as [string, string];
  writeFileSync(text, 'my thesis, the only copy, in some hundred words '.repeat(30));
  const database = new DatabaseSync(other);
  database.exec('CREATE TABLE votes (a)');
  database.close();
  for (const file of [text, other]) {
    const before = readFileSync(file);
    assert.throws(() => new ReplyCache(file), { code: 'reply_cache', message: /is no cache of replies/ });
    assert.deepEqual(readFileSync(file), before);
  }
});

test('a cache of another version is said, and left as it is', (t) => {
  const file = join(folderOf(t), 'replies.sqlite');
  new ReplyCache(file)[Symbol.dispose]();
  for (const [form, told] of [
    [1, /written by an older version \(form 1; this is 2\).*Give the name of a new file/],
    [3, /written by a newer version \(form 3; this one knows 2\)\. Use that version/],
  ] as const) {
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA user_version = ${form}`);
    database.close();
    const before = readFileSync(file);
    assert.throws(() => new ReplyCache(file), { code: 'reply_cache', badInput: true, message: told });
    assert.deepEqual(readFileSync(file), before);
  }
});

test('equal questions at the same time are asked once; what fails is asked again', async (t) => {
  using cache = new ReplyCache(join(folderOf(t), 'replies.sqlite'));
  let calls = 0;
  const ask = async (request: ChatRequest): Promise<ChatReply> => {
    calls++;
    await Promise.resolve();
    if (request.messages[0]!.content === 'fail' && calls < 3) throw new Error('no');
    return { text: String(calls), whole: true, cached: false };
  };
  const chat = rememberingChat(ask, cache, source);
  const replies = await Promise.all([chat.ask(asking('one')), chat.ask(asking('one'))]);
  assert.deepEqual(
    replies.map(({ text, cached }) => [text, cached]),
    [
      ['1', false],
      ['1', true],
    ],
  );
  await assert.rejects(chat.ask(asking('fail')));
  assert.equal((await chat.ask(asking('fail'))).text, '3');
  assert.equal((await chat.ask(asking('fail'))).cached, true);
  assert.equal(chat.recall(asking('one'))!.text, '1');
  chat.forget(asking('one'));
  assert.equal(chat.recall(asking('one')), undefined);
});

test('a price stands in a file by the name of its model', (t) => {
  const file = join(folderOf(t), 'prices.yaml');
  writeFileSync(file, 'large: {input: 2.5, output: 10}\nsmall: {input: 0.15, output: 0.6}\n');
  assert.deepEqual(readPrice('small', file), { input: 0.15, output: 0.6 });
  assert.throws(() => readPrice('medium', file), /prices\.yaml: no price for medium\. It has: large, small\./);
  writeFileSync(file, 'large: {input: 2.5}\n');
  assert.throws(() => readPrice('large', file), /line 1: "large\.output" is missing/);
});

test('cost is tokens times price per million', () => {
  assert.equal(costOf({ input: 1_000_000, output: 500_000 }, { input: 2.5, output: 10 }), 7.5);
  assert.deepEqual([0, 0.00123, 0.5, 1234.5].map(formatCost), ['0.00', '0.0012', '0.50', '1,234.50']);
});

test('once the budget is spent nothing more is asked, also by those who wait', async (t) => {
  const budget = new Budget({ input: 10_000, output: 0 }, 2); // one call costs 1
  const usage = { prompt_tokens: 100, completion_tokens: 0 };
  const { ask, asked } = await chat(t, () => completion('yes', { usage }), { concurrency: 1, budget });
  const replies = await Promise.allSettled(['one', 'two', 'three', 'four'].map((text) => ask(asking(text))));
  assert.deepEqual(
    replies.map((reply) => reply.status === 'rejected' && reply.reason instanceof CostError),
    [false, false, true, true],
  );
  assert.equal(asked.length, 2);
});

test('once a key is refused nothing more is asked, also by those who wait', async (t) => {
  const { ask, asked } = await chat(t, () => ({ status: 401 }), { concurrency: 1 });
  const replies = await Promise.allSettled(['one', 'two', 'three'].map((text) => ask(asking(text))));
  assert.ok(replies.every((reply) => reply.status === 'rejected' && reply.reason.code === 'judge'));
  assert.equal(asked.length, 1);
});
