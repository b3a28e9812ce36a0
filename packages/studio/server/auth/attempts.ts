import { Refusal } from '../refusal.ts';

const ALLOWED = 10;
const WINDOW_MS = 15 * 60_000;

/**
 * Counts failed sign-ins of an account and of an address: ten in a quarter of an hour, then neither is listened to until it
 * is over. In memory: a restart forgives.
 */
export class Attempts {
  readonly #failures = new Map<string, { count: number; until: number }>();

  /** @throws Refusal (429) where any of the keys has failed too often */
  check(keys: readonly string[], now: number): void {
    for (const key of keys) {
      const failed = this.#failures.get(key);
      if (!failed || failed.until <= now || failed.count < ALLOWED) continue;
      const minutes = Math.ceil((failed.until - now) / 60_000);
      throw new Refusal(429, 'too_many_attempts', `Too many failed attempts. Try again in ${minutes} minutes.`);
    }
  }

  fail(keys: readonly string[], now: number): void {
    for (const [key, { until }] of this.#failures) if (until <= now) this.#failures.delete(key);
    for (const key of keys) {
      const failed = this.#failures.get(key);
      this.#failures.set(key, failed ? { ...failed, count: failed.count + 1 } : { count: 1, until: now + WINDOW_MS });
    }
  }

  forgive(keys: readonly string[]): void {
    for (const key of keys) this.#failures.delete(key);
  }
}
