import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ChatRequest } from '../../../src/judges/chat.ts';
import { Budget, CostError } from '../../../src/judges/runner/budget.ts';
import { type ChatSettings, chatAddress, chatModel, shownAddress } from '../../../src/judges/runner/chatModel.ts';
import { type Answer, type Asked, completion, startChat } from '../chatServer.ts';
import { fakeClock } from './fakeClock.ts';

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

test('a server that sends callers elsewhere is not followed: what was asked stays with whom it was meant for', async (t) => {
  const elsewhere = await startChat(() => 'mine now');
  t.after(elsewhere.stop);
  for (const status of [301, 302, 307, 308]) {
    const { ask, asked } = await chat(t, () => ({ status, headers: { location: elsewhere.url } }));
    await assert.rejects(ask(asking('hello')), {
      code: 'judge',
      message: new RegExp(`${status}.*${elsewhere.url}\\. Give`),
    });
    assert.equal(asked.length, 1);
  }
  assert.equal(elsewhere.asked.length, 0);
});

test('a port at which fetch() asks nothing is told at once, with what to do', async () => {
  const { ask } = chatModel({ url: 'http://127.0.0.1:1/v1', model: 'm', key: undefined }, { clock: fakeClock() });
  await assert.rejects(ask(asking('hello')), {
    code: 'judge',
    message: /belongs to another protocol.*listen at another/,
  });
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

test('a server that is down for a time it tells is waited for as a busy one is; a timeout of its own is tried again', async (t) => {
  let down = 20;
  const { ask, clock } = await chat(t, ({ question }) => {
    if (question === 'slow') return down-- > 0 ? { status: 408 } : 'yes';
    return down-- > 0 ? { status: 503, headers: { 'retry-after': '3' } } : 'yes';
  });
  assert.equal((await ask(asking('hello'))).text, 'yes');
  assert.deepEqual(new Set(clock.slept), new Set([3000]));
  down = 4;
  assert.equal((await ask(asking('slow'))).text, 'yes');
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

test('a reply that was broken on its way is asked for again; one of another form is not, because it was paid for', async (t) => {
  let whole = false;
  const { ask, asked } = await chat(t, ({ question }) => {
    if (question === 'other') return { status: 200, body: '{"error": "no choices today"}' };
    if (whole) return 'yes';
    whole = true;
    return { status: 200, body: '{"choices": [{"mess' };
  });
  assert.equal((await ask(asking('broken'))).text, 'yes');
  assert.equal(asked.length, 2);
  await assert.rejects(ask(asking('other')), { message: /a reply of another form: .*no choices today.*tried 1 time/ });
  assert.equal(asked.length, 3);
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

test('where nobody listens the work ends after five tries of one question; a server that was there may come back', async (t) => {
  const { url, stop } = await startChat(() => 'yes');
  await stop();
  const never = chatModel({ url, model: 'm' }, { clock: fakeClock() });
  await assert.rejects(never.ask(asking('a')), { code: 'judge', message: /Nobody has answered there: see that/ });
  await assert.rejects(never.ask(asking('b')), { code: 'judge' });

  const server = await chat(t, () => 'yes');
  assert.equal((await server.ask(asking('a'))).text, 'yes');
  await server.stop();
  await assert.rejects(server.ask(asking('b')), { code: 'judge_call' });
});
