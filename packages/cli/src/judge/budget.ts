import { AttuneError, type Chat, type ChatRequest, estimateInput, estimateTokens } from '@attune/preferences';
import { costOf, formatCost, type Price } from './prices.ts';

/** Asking on would cost more than was allowed. */
export class CostError extends AttuneError {
  readonly code = 'cost';
  override readonly badInput = true;
}

type Ask = Chat['ask'];

/** Asks no more once so much is spent; calls under way then may still add to it. */
export function withinBudget(ask: Ask, price: Price, maxCost: number): Ask {
  let cost = 0;
  return async (request: ChatRequest) => {
    if (cost >= maxCost) {
      throw new CostError(
        `${formatCost(cost)} are spent, and --max-cost is ${formatCost(maxCost)}. What was answered is kept: the same ` +
          'command with a higher --max-cost goes on from here.',
      );
    }
    const reply = await ask(request);
    cost += costOf(reply.usage ?? { input: estimateInput(request), output: estimateTokens(reply.text) }, price);
    return reply;
  };
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
