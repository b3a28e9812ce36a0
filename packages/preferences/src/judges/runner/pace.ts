import { type Clock, systemClock } from './clock.ts';

/** What a server bears. What is absent is without limit. */
export interface Limits {
  /** Calls under way at a time. */
  readonly concurrency?: number;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
}

/**
 * Lets calls start as fast as an endpoint bears and no faster: each waits for a free place, then for its turn in two
 * token buckets of size one (requests and tokens), so that calls are evenly spaced and no minute holds more than its
 * limit. Tokens are charged by estimate when a call starts and settled by what the server counted.
 *
 * Where nobody says how many requests a minute it bears, a server that refuses is asked by half as many at a time, and by
 * one more for each round of answers (additive increase, multiplicative decrease; Chiu and Jain 1989).
 */
export class Pace {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #nextRequest = -Infinity;
  #nextTokens = -Infinity;
  #pausedUntil = -Infinity;
  #lastTurn: Promise<void> = Promise.resolve();
  #underWay = 0;
  #atATime = Infinity; // until the server first refuses
  #oneEnded = () => {};

  /** @param signal its abort ends every wait with its reason */
  constructor(limits: Limits, { clock = systemClock, signal }: { clock?: Clock; signal?: AbortSignal } = {}) {
    this.#limits = limits;
    this.#clock = clock;
    this.#signal = signal;
    this.#free = limits.concurrency ?? Infinity;
  }

  /** Runs `work` in a place of its own; each of its calls still waits for its `turn`. */
  async place<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((go) => this.#waiting.push(go)); // the place is handed over, never free between
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  /** Waits until a call of about so many tokens may start; those who came before go first. Say when it has `ended`. */
  turn(tokens: number): Promise<void> {
    const arrived = this.#clock.now();
    const turn = this.#lastTurn.then(() => this.#start(tokens, arrived));
    this.#lastTurn = turn.catch(() => {}); // who is refused lets the next one find out alone
    return turn;
  }

  async #start(tokens: number, arrived: number): Promise<void> {
    for (;;) {
      this.#signal?.throwIfAborted();
      const now = this.#clock.now();
      const start = Math.max(this.#nextRequest, this.#nextTokens, this.#pausedUntil);
      if (this.#underWay >= Math.floor(this.#atATime)) {
        await new Promise<void>((ended) => {
          this.#oneEnded = ended;
        });
        continue;
      }
      if (start <= now) {
        this.#underWay++;
        const due = Math.max(start, arrived, now - LATE_MS);
        this.#nextRequest = due + minutes(1, this.#limits.requestsPerMinute);
        this.#nextTokens = due + minutes(tokens, this.#limits.tokensPerMinute);
        return;
      }
      await this.#clock.sleep(start - now, this.#signal);
    }
  }

  /** A call that had its turn is over; `isBusy`: the server refused it, because it has too much to do. */
  ended(isBusy: boolean): void {
    this.#underWay--;
    if (!isBusy) this.#atATime += 1 / this.#atATime;
    else if (this.#limits.requestsPerMinute === undefined && this.#clock.now() >= this.#pausedUntil) {
      this.#atATime = Math.max(1, Math.min(this.#atATime, this.#underWay + 1) / 2); // once for all refused together
    }
    this.#oneEnded();
  }

  /** What a call had more (or less) than its estimate. */
  settle(tokens: number): void {
    this.#nextTokens += minutes(tokens, this.#limits.tokensPerMinute);
  }

  /** Nobody starts before so many milliseconds are over. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms);
  }
}

/** A timer that wakes a little late does not put off all that come after it. */
const LATE_MS = 50;

/** Milliseconds that an amount takes up at a rate per minute. */
const minutes = (amount: number, perMinute = Infinity): number => (60_000 * amount) / perMinute;
