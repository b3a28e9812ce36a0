import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { chatModel } from '../../../src/judges/runner/chatModel.ts';
import { fakeClock } from './fakeClock.ts';

const perMinute = 600;
const latencyMs = 2000;

/**
 * A server on a clock of its own making: answers after two seconds, fails one call in twenty, and refuses what is more
 * than its limit in any minute, as a sliding window counts it.
 */
function scriptedServer(t: TestContext, clock: ReturnType<typeof fakeClock>) {
  const taken: number[] = [];
  const seen = { calls: 0, refused: 0 };
  t.mock.method(globalThis, 'fetch', async () => {
    const now = clock.now();
    const call = seen.calls++;
    if (taken.filter((time) => time > now - 60_000).length >= perMinute) {
      seen.refused++;
      return new Response('slow down', { status: 429, headers: { 'retry-after': '1' } });
    }
    taken.push(now);
    await clock.sleep(latencyMs);
    if (call % 20 === 7) return new Response('overloaded', { status: 503 });
    return Response.json({ choices: [{ message: { content: 'yes' }, finish_reason: 'stop' }] });
  });
  return { taken, seen };
}

test('a thousand questions take no more than a tenth longer than the rate limit makes them, failures and all', async (t) => {
  const clock = fakeClock();
  const { taken, seen } = scriptedServer(t, clock);
  const limits = { requestsPerMinute: perMinute, concurrency: 100 };
  const { ask } = chatModel({ url: 'http://localhost', model: 'm' }, { ...limits, clock });
  const questions = Array.from({ length: 1000 }, (_, i) => ask({ messages: [{ role: 'user', content: String(i) }] }));
  const replies = await Promise.all(questions);
  assert.ok(replies.every(({ text }) => text === 'yes'));
  assert.equal(seen.calls - seen.refused, taken.length);
  assert.ok(taken.length > 1040, 'one in twenty was asked again');
  assert.equal(seen.refused, 0); // it keeps to the limit, so the server has nothing to refuse
  const minutes = (clock.now() - latencyMs) / 60_000; // the last answer is still to come when the last call starts
  const rate = taken.length / minutes;
  assert.ok(rate > 0.9 * perMinute && rate <= 1.001 * perMinute, `${rate} a minute`);
});

test('a server whose limit nobody told is found out: few calls are refused, none is given up, little time is lost', async (t) => {
  const clock = fakeClock();
  const { taken, seen } = scriptedServer(t, clock);
  const { ask } = chatModel({ url: 'http://localhost', model: 'm' }, { concurrency: 100, clock });
  const questions = Array.from({ length: 3000 }, (_, i) => ask({ messages: [{ role: 'user', content: String(i) }] }));
  const replies = await Promise.all(questions);
  assert.ok(replies.every(({ text }) => text === 'yes'));
  assert.ok(seen.refused < 0.1 * seen.calls, `${seen.refused} of ${seen.calls} refused`);
  const minutes = clock.now() / 60_000;
  assert.ok(taken.length / minutes > 0.8 * perMinute, `${taken.length / minutes} a minute`);
});
