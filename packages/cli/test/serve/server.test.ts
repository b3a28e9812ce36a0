import assert from 'node:assert/strict';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodePrompt, type Generated, generate, type OpenedModel, openModel } from '@attune/align';
import { chatModel, type Message, onlyModel } from '@attune/preferences';
import OpenAI from 'openai';
import { assertClose } from '../../../align/test/assertClose.ts';
import { modelServer } from '../../src/serve/server.ts';
import { tinyModel, workshop } from '../train/fixture.ts';

const path = join(workshop(), 'model');
const model = 'tiny';
const messages: Message[] = [{ role: 'user', content: 'where is the cat?' }];
const greedy = { model, messages, temperature: 0, max_tokens: 12 };
let opened: OpenedModel;
let app: ReturnType<typeof modelServer>;
let url: string;
let client: OpenAI;

before(async () => {
  await tinyModel(path);
  opened = await openModel(path, { device: 'cpu', dtype: 'float32' });
  app = modelServer({
    opened,
    name: model,
    maxNewTokens: 16,
    batchSize: 8,
    key: 'secret',
    hosts: new Set(['127.0.0.1']),
  });
  url = await app.listen({ port: 0, host: '127.0.0.1' });
  client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'secret', maxRetries: 0 });
});
after(async () => {
  await app.close();
  opened[Symbol.dispose]();
});

/** What the model itself says, at temperature 0. */
async function itself(prompt: Message[] | string, maxNewTokens: number): Promise<Generated & { text: string }> {
  const { model: lm, tokenizer } = opened;
  const settings = { temperature: 0, maxNewTokens, endIds: tokenizer.eosIds, seed: 0 };
  for await (const said of generate(lm, [encodePrompt(tokenizer, prompt)], settings)) {
    return { ...said, text: tokenizer.decode(said.ids, { skipSpecialTokens: true }) };
  }
  throw new Error('It said nothing.');
}

test('an answer is what the model says, with its tokens, their log-probabilities and the likeliest in each place', async () => {
  const said = await itself(messages, 12);
  const { choices, usage } = await client.chat.completions.create({ ...greedy, logprobs: true, top_logprobs: 3 });
  assert.equal(choices[0]!.message.content, said.text);
  assert.equal(choices[0]!.finish_reason, said.finish);
  const told = choices[0]!.logprobs!.content!;
  assertClose(
    told.map(({ logprob }) => logprob),
    said.logps,
    { atol: 1e-5 },
  );
  for (const { token, logprob, top_logprobs } of told) {
    assert.deepEqual([top_logprobs.length, top_logprobs[0]!.token, top_logprobs[0]!.logprob], [3, token, logprob]); // greedy
    assert.ok(top_logprobs.every((one, i) => i === 0 || one.logprob <= top_logprobs[i - 1]!.logprob));
  }
  const prompt = encodePrompt(opened.tokenizer, messages).length;
  assert.deepEqual(usage, {
    prompt_tokens: prompt,
    completion_tokens: said.ids.length,
    total_tokens: prompt + said.ids.length,
  });
});

test('a stream is the answer in pieces, each of several apart, and says at its end what it cost', async () => {
  const asked = { ...greedy, temperature: 1, seed: 7, n: 3, max_tokens: 20 };
  const whole = await client.chat.completions.create(asked);
  const stream = await client.chat.completions.create({
    ...asked,
    stream: true,
    stream_options: { include_usage: true },
  });
  const texts = ['', '', ''];
  const ends: (string | null)[] = [null, null, null];
  let usage: unknown;
  for await (const chunk of stream) {
    for (const { index, delta, finish_reason } of chunk.choices) {
      texts[index] += delta.content ?? '';
      ends[index] ??= finish_reason;
    }
    usage ??= chunk.usage;
  }
  assert.deepEqual(
    texts,
    whole.choices.map(({ message }) => message.content),
  );
  assert.deepEqual(
    ends,
    whole.choices.map(({ finish_reason }) => finish_reason),
  );
  assert.deepEqual(usage, whole.usage);
  assert.equal(new Set(texts).size, 3);
});

test('an answer ends before a stop string, and no piece of a stream tells of it', async () => {
  const { text } = await itself(messages, 12);
  for (const [from, to] of [
    [3, 6],
    [5, 6],
    [7, 12],
  ] as const) {
    const stop = text.slice(from, to);
    const expected = text.slice(0, text.indexOf(stop));
    const whole = await client.chat.completions.create({ ...greedy, stop: [stop, 'never said'] });
    assert.deepEqual([whole.choices[0]!.message.content, whole.choices[0]!.finish_reason], [expected, 'stop']);
    let streamed = '';
    const stream = await client.chat.completions.create({ ...greedy, stop, stream: true });
    for await (const { choices } of stream) streamed += choices[0]!.delta.content ?? '';
    assert.equal(streamed, expected);
  }
});

test('who asks at the same time is answered as if alone', async () => {
  const prompts = ['the cat', 'on', 'a hat for the other cat', 'sat', 'with', 'mat', 'another', 'the', 'at', 'cats'];
  const asked = (content: string, i: number) =>
    client.chat.completions.create({ ...greedy, messages: [{ role: 'user', content }], max_tokens: 4 + (i % 2) });
  const together = await Promise.all(prompts.map(asked));
  for (const [i, content] of prompts.entries()) {
    const { text } = await itself([{ role: 'user', content }], 4 + (i % 2));
    assert.equal(together[i]!.choices[0]!.message.content, text);
  }
});

test('a seed gives its answer again, another gives another, and none gives any', async () => {
  const said = async (seed?: number) =>
    (await client.chat.completions.create({ ...greedy, temperature: 1, seed })).choices[0]!.message.content;
  const [once, again, other, one, two] = await Promise.all([said(1), said(1), said(2), said(), said()]);
  assert.equal(once, again);
  assert.notEqual(once, other);
  assert.notEqual(one, two);
});

test('a text is continued, also from token ids, and each token is told with its place in it', async () => {
  const said = await itself('the cat', 10);
  const ids = encodePrompt(opened.tokenizer, 'the cat');
  for (const prompt of ['the cat', ids, ['the cat']]) {
    const { choices } = await client.completions.create({ model, prompt, temperature: 0, max_tokens: 10, logprobs: 2 });
    const { text, logprobs } = choices[0]!;
    assert.equal(text, said.text);
    assertClose(logprobs!.token_logprobs!, said.logps, { atol: 1e-5 });
    for (const [i, offset] of logprobs!.text_offset!.entries()) {
      const token = logprobs!.tokens![i]!;
      if (!token.startsWith('<')) assert.equal(text.slice(offset, offset + token.length), token);
    }
    assert.ok(logprobs!.top_logprobs!.every((likeliest) => Object.keys(likeliest).length === 2));
  }
});

test('what a request asks for in vain is named, and nothing of it is passed over', async () => {
  const refused = async (more: object, param: RegExp, message: RegExp) => {
    const asked = { ...greedy, ...more } as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming;
    await assert.rejects(client.chat.completions.create(asked), (error: InstanceType<typeof OpenAI.APIError>) => {
      assert.equal(error.status, 400);
      assert.match(String(error.param), param);
      assert.match(error.message, message);
      return true;
    });
  };
  await refused({ tools: [] }, /^tools$/, /tools: Unrecognized key/);
  await refused({ presence_penalty: 1 }, /^presence_penalty$/, /expected 0/);
  await refused({ temperature: -1 }, /^temperature$/, />=0/);
  await refused({ messages: [] }, /^messages$/, />=1/);
  await refused({ messages: [{ role: 'tool', content: 'x' }] }, /^messages.0.role$/, /expected one of/);
  await refused({ response_format: { type: 'json_object' } }, /^response_format/, /expected "text"/);
  await refused({ max_tokens: 600 }, /^max_tokens$/, /512 positions: ask for \d+ new tokens at most/);
  const long = [{ role: 'user', content: 'the cat '.repeat(300) }];
  await refused({ messages: long, max_tokens: null }, /^max_tokens$/, /no room for an answer/);
});

test('other names, wrong keys, other hosts and plain text are turned away', async () => {
  await assert.rejects(client.chat.completions.create({ ...greedy, model: 'gpt-4' }), OpenAI.NotFoundError);
  const stranger = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'secreT', maxRetries: 0 });
  await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
  const status = (headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      const call = request(`${url}/v1/chat/completions`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      call.on('error', reject).end(JSON.stringify(greedy));
    });
  const json = { 'content-type': 'application/json', authorization: 'Bearer secret' };
  assert.equal(await status(json), 200);
  assert.equal(await status({ ...json, host: 'elsewhere.example' }), 403); // a page whose name leads here
  assert.equal(await status({ ...json, 'content-type': 'text/plain' }), 415);
  assert.equal((await fetch(`${url}/health`)).status, 200);
  assert.equal((await fetch(`${url}/nothing`, { headers: { authorization: 'Bearer secret' } })).status, 404);
});

test('whoever leaves early holds nobody up', async () => {
  const leaving = new AbortController();
  const stream = await client.chat.completions.create(
    { ...greedy, max_tokens: 400, stream: true },
    { signal: leaving.signal },
  );
  for await (const _ of stream) leaving.abort();
  const { choices } = await client.chat.completions.create(greedy);
  assert.equal(choices[0]!.message.content, (await itself(messages, 12)).text);
});

test('our own judges can ask it: the model is found, a form that it does not take is left out, the first token is told', async () => {
  const endpoint = { url, key: 'secret' };
  assert.equal(await onlyModel(endpoint), model);
  const said: string[] = [];
  const chat = chatModel({ ...endpoint, model }, { seed: 42, say: (line) => said.push(line) });
  const form = { name: 'verdict', schema: { type: 'object' } };
  const reply = await chat.ask({ messages, maxTokens: 12, topLogprobs: 5, form });
  const own = await itself(messages, 12);
  assert.equal(reply.text, own.text);
  assert.equal(Object.keys(reply.firstToken!).length, 5);
  assertClose([Math.max(...Object.values(reply.firstToken!))], [own.logps[0]!], { atol: 1e-5 });
  assert.match(said.join(' '), /takes no response_format/);
});
