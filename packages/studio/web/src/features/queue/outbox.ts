import { ApiError } from '../../api.ts';

/** What is known of the votes on their way. A new object at each change. */
export interface OutboxState<Vote> {
  /** Not acknowledged yet, oldest first. */
  readonly pending: readonly Vote[];
  /** Refused by the studio for good, with what it said. */
  readonly refused: readonly { readonly vote: Vote; readonly message: string }[];
  /** Why nothing goes out at the moment. */
  readonly held: 'unreachable' | 'signedOut' | undefined;
}

export interface OutboxParts<Vote, Receipt> {
  readonly send: (vote: Vote) => Promise<Receipt>;
  /** Where votes outlive a reload of the page: sessionStorage. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly key: string;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

const LONGEST_WAIT_MS = 30_000;

/**
 * Votes between a key and the studio's acknowledgement. The annotator never waits for the network, and no vote is forgotten
 * before the studio has said that it is on the disk: it is in memory and in the tab's storage, and is sent again until then.
 * Sending a vote twice changes nothing, so a lost answer does no harm.
 */
export class Outbox<Vote extends { readonly itemId: string }, Receipt> {
  readonly #parts: OutboxParts<Vote, Receipt>;
  readonly #readers = new Set<() => void>();
  readonly #receipts = new Map<string, PromiseWithResolvers<Receipt>>();
  /** Votes that were sent at least once: the studio may have them, even if its answer was lost. */
  readonly #attempted = new Set<string>();
  /** All that were voted on here. A page of the queue that was on its way meanwhile may still hold them. */
  readonly #answered = new Set<string>();
  #state: OutboxState<Vote> = { pending: [], refused: [], held: undefined };
  #running = false;
  #wake: () => void = () => {};

  constructor(parts: OutboxParts<Vote, Receipt>) {
    this.#parts = parts;
    const pending = readVotes<Vote>(parts);
    for (const vote of pending) this.#expect(vote, true);
    this.#state = { ...this.#state, pending };
    void this.#run();
  }

  readonly state = (): OutboxState<Vote> => this.#state;

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  /** Takes a vote; the promise is its acknowledgement, or why it was refused. */
  add(vote: Vote): Promise<Receipt> {
    this.#expect(vote, false);
    this.#change({ pending: [...this.#state.pending, vote] });
    void this.#run();
    return this.#receipts.get(vote.itemId)!.promise;
  }

  /** Whether an item has been voted on here. */
  has = (itemId: string): boolean => this.#answered.has(itemId);

  /** Takes a vote back that has never been sent. False where the studio may have it already. */
  retract(itemId: string): boolean {
    const waiting = this.#state.pending.some((vote) => vote.itemId === itemId);
    if (!waiting || this.#attempted.has(itemId)) return false;
    this.forget(itemId);
    this.#change({ pending: this.#state.pending.filter((vote) => vote.itemId !== itemId) });
    return true;
  }

  /** The item may be voted on again. */
  forget(itemId: string): void {
    this.#answered.delete(itemId);
    this.#receipts.delete(itemId);
    this.#attempted.delete(itemId);
  }

  /** Tries again now: the network is back, or somebody signed in. */
  wake(): void {
    this.#wake();
  }

  dismissRefused(): void {
    this.#change({ refused: [] });
  }

  #expect(vote: Vote, attempted: boolean): void {
    this.#answered.add(vote.itemId);
    if (attempted) this.#attempted.add(vote.itemId);
    const receipt = Promise.withResolvers<Receipt>();
    receipt.promise.catch(() => {}); // a refusal is in the state; nobody needs to await it
    this.#receipts.set(vote.itemId, receipt);
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    let failures = 0;
    for (let vote = this.#state.pending[0]; vote; vote = this.#state.pending[0]) {
      this.#attempted.add(vote.itemId);
      try {
        const receipt = await this.#parts.send(vote);
        failures = 0;
        this.#settle(vote, { held: undefined });
        this.#receipts.get(vote.itemId)?.resolve(receipt);
      } catch (error) {
        const why = whyHeld(error);
        if (why === undefined) this.#refuse(vote, error as Error);
        else await this.#hold(why, failures++);
      }
    }
    this.#running = false;
  }

  #settle(vote: Vote, change: Partial<OutboxState<Vote>>): void {
    this.#change({ ...change, pending: this.#state.pending.filter(({ itemId }) => itemId !== vote.itemId) });
  }

  #refuse(vote: Vote, error: Error): void {
    this.#settle(vote, { refused: [...this.#state.refused, { vote, message: error.message }] });
    this.#receipts.get(vote.itemId)?.reject(error);
  }

  async #hold(held: OutboxState<Vote>['held'], failures: number): Promise<void> {
    this.#change({ held });
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([woken, this.#parts.wait(Math.min(1000 * 2 ** failures, LONGEST_WAIT_MS))]);
  }

  #change(change: Partial<OutboxState<Vote>>): void {
    this.#state = { ...this.#state, ...change };
    const { storage, key } = this.#parts;
    const { pending } = this.#state;
    if (pending.length > 0) storage.setItem(key, JSON.stringify(pending));
    else storage.removeItem(key);
    for (const reader of this.#readers) reader();
  }
}

/** Undefined where trying again is of no use. */
function whyHeld(error: unknown): OutboxState<never>['held'] {
  if (!(error instanceof ApiError)) return 'unreachable';
  if (error.status === 401) return 'signedOut';
  const mayPass = error.status === 0 || error.status >= 500 || error.status === 408 || error.status === 429;
  return mayPass ? 'unreachable' : undefined;
}

function readVotes<Vote>({ storage, key }: Pick<OutboxParts<Vote, never>, 'storage' | 'key'>): Vote[] {
  try {
    return JSON.parse(storage.getItem(key) ?? '[]') as Vote[];
  } catch {
    return [];
  }
}
