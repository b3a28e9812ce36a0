import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Limits, Pace } from '../../../src/judges/runner/pace.ts';
import { fakeClock } from './fakeClock.ts';

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

test('a pause costs no more than itself: who waited for a turn starts right after it, in order and evenly', async () => {
  const clock = fakeClock();
  const pace = new Pace({ requestsPerMinute: 60 }, { clock });
  const at: number[] = [];
  const all = Array.from({ length: 6 }, () => pace.turn(1).then(() => void at.push(clock.now())));
  while (at.length < 2) await new Promise((next) => setImmediate(next));
  pace.pause(10_000);
  await Promise.all(all);
  assert.deepEqual(at, [0, 1000, 11_000, 12_000, 13_000, 14_000]);
});
