import { setTimeout as sleep } from 'node:timers/promises';

/** Time, so that what waits can be tested without waiting. */
export interface Clock {
  /** Milliseconds; only differences mean something. */
  now(): number;
  /** Rejects at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};
