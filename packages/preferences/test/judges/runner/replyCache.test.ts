import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { ChatReply, ChatRequest } from '../../../src/judges/chat.ts';
import { ReplyCache, type ReplySource, rememberingChat, replyKey } from '../../../src/judges/runner/replyCache.ts';

const asking = (content: string, form?: ChatRequest['form']): ChatRequest => ({
  messages: [{ role: 'user', content }],
  maxTokens: 100,
  ...(form && { form }),
});
const form = { name: 'answer', schema: { type: 'object' } };

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
  const at = '2026-11-22T07:00:00.000Z';
  const reply = { text: 'yes ✓', whole: false, usage: { input: 3, output: 1 }, cached: false, at };
  {
    using cache = new ReplyCache(file);
    cache.put('one', 'm', reply);
    cache.put('two', 'm', { text: '', whole: true, cached: false, at });
  }
  using cache = new ReplyCache(file);
  assert.deepEqual(cache.get('one'), { ...reply, cached: true });
  assert.deepEqual(cache.get('two'), { text: '', whole: true, cached: true, at });
  cache.delete('one');
  assert.equal(cache.get('one'), undefined);
});

test('all that is in one cache can be put into another, at once or not at all', (t) => {
  const folder = folderOf(t);
  const at = '2026-11-22T07:00:00.000Z';
  using one = new ReplyCache(join(folder, 'one'));
  one.put('a', 'm', {
    text: 'A',
    whole: true,
    usage: { input: 3, output: 1 },
    firstToken: { A: -0.1 },
    cached: false,
    at,
  });
  one.put('b', 'n', { text: '', whole: false, cached: false, at });
  using other = new ReplyCache(join(folder, 'other'));
  const entries = [...one.entries()];
  assert.throws(() => other.putAll([entries[0]!, { ...entries[1]!, key: null as unknown as string }]), /NOT NULL/);
  assert.equal(other.get('a'), undefined);
  other.putAll(entries);
  assert.deepEqual([...other.entries()], entries);
  assert.deepEqual(other.get('a'), one.get('a'));
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

test('a reply that cannot be kept ends the work: nobody pays for what is lost', async (t) => {
  const cache = new ReplyCache(join(folderOf(t), 'replies.sqlite'));
  const chat = rememberingChat(async () => ({ text: 'yes', whole: true, cached: false }), cache, source);
  const kept = cache.put;
  cache.put = () => {
    throw new Error('database or disk is full');
  };
  await assert.rejects(chat.ask(asking('one')), {
    code: 'reply_cache',
    badInput: true,
    message: /disk is full\. Nothing/,
  });
  cache.put = kept;
  assert.equal((await chat.ask(asking('one'))).text, 'yes');
  cache[Symbol.dispose]();
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
