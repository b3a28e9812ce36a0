import { AttuneError } from '../../errors.ts';
import type { Chat, Usage } from '../chat.ts';
import { costOf, formatCost, type Price } from './prices.ts';

/** Asking on would cost more than was allowed. */
export class CostError extends AttuneError {
  readonly code = 'cost';
  override readonly badInput = true;
}

type Ask = Chat['ask'];

/** An amount that may be spent on a model. Calls that are under way when it is spent may still add to it. */
export class Budget {
  readonly #price: Price;
  readonly #most: number;
  #cost = 0;

  constructor(price: Price, most: number) {
    this.#price = price;
    this.#most = most;
  }

  /** @throws CostError once it is spent */
  check(): void {
    if (this.#cost < this.#most) return;
    throw new CostError(
      `${formatCost(this.#cost)} are spent, and at most ${formatCost(this.#most)} may be. What was answered is kept: with a ` +
        'higher limit the same work goes on from here.',
    );
  }

  spend(tokens: Usage): void {
    this.#cost += costOf(tokens, this.#price);
  }
}

/** Aborts everything at the first error that a person must mend: others would run into the same. */
export const stoppedBy =
  (ask: Ask, stop: AbortController): Ask =>
  async (request) => {
    try {
      return await ask(request);
    } catch (error) {
      if (error instanceof Error && 'badInput' in error && error.badInput) stop.abort(error);
      throw error;
    }
  };
