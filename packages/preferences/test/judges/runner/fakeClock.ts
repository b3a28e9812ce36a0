import type { Clock } from '../../../src/judges/runner/clock.ts';

/** Time that passes only by waiting for it. Several sleepers wake in the order of their times. */
export function fakeClock(): Clock & { readonly slept: number[] } {
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
