import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Threads } from '../server/threads.ts';
import type { EchoQuestion } from './echoThread.ts';

const threads = () => new Threads<EchoQuestion, number>(new URL('./echoThread.ts', import.meta.url));

test('a thread that has answered is asked again; while it is at work another comes up', async () => {
  const asked = threads();
  const first = await asked.ask('who');
  assert.equal(await asked.ask('who'), first);
  const both = await Promise.all([asked.ask('who'), asked.ask('who')]);
  assert.ok(both.includes(first));
  assert.notEqual(both[0], both[1]);
  assert.ok(both.includes(await asked.ask('who')), 'one of them was kept');
});

test('a thread whose memory has grown large is let go with it', async () => {
  const asked = threads();
  const large = await asked.ask('fill');
  assert.notEqual(await asked.ask('who'), large);
});

test('what a thread throws reaches whoever asked, and the next question has another', async () => {
  const asked = threads();
  const first = await asked.ask('who');
  await assert.rejects(asked.ask('fail'), /as it was asked/);
  assert.notEqual(await asked.ask('who'), first);
});

test('a signal ends the thread that is at the question, and refuses further ones', async () => {
  const asked = threads();
  const first = await asked.ask('who');
  const stop = new AbortController();
  const silent = asked.ask('silence', stop.signal);
  stop.abort(new Error('enough'));
  await assert.rejects(silent, /enough/);
  await assert.rejects(asked.ask('who', stop.signal), /enough/);
  assert.notEqual(await asked.ask('who'), first);
});
