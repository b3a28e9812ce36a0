/** Measures how long each of several things was in view, in seconds. Runs for at most one of them at a time. */
export class Stopwatch {
  readonly #now: () => number;
  readonly #before = new Map<string, number>();
  #running: { readonly what: string; readonly since: number } | undefined;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Goes on for `what`, and stops for whatever it ran for. */
  run(what: string): void {
    this.stop();
    this.#running = { what, since: this.#now() };
  }

  stop(): void {
    if (this.#running) this.#before.set(this.#running.what, this.read(this.#running.what) * 1000);
    this.#running = undefined;
  }

  read(what: string): number {
    const now = this.#running?.what === what ? this.#now() - this.#running.since : 0;
    return ((this.#before.get(what) ?? 0) + now) / 1000;
  }
}
