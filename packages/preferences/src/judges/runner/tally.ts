import { type Chat, type ChatReply, type Usage, usageOf } from '../chat.ts';

/** What asking cost, in calls and tokens. */
export interface Spent extends Usage {
  /** Replies that were asked for now. */
  readonly calls: number;
  /** Replies that were there already. Their tokens are not among these. */
  readonly cached: number;
  /** Calls that got no reply. */
  readonly failed: number;
  /** Calls whose tokens are estimated, because the server does not count them. */
  readonly estimated: number;
}

export const nothingSpent: Spent = { calls: 0, cached: 0, failed: 0, estimated: 0, input: 0, output: 0 };

/** Two sums together. */
export const together = (one: Spent, other: Spent): Spent => ({
  calls: one.calls + other.calls,
  cached: one.cached + other.cached,
  failed: one.failed + other.failed,
  estimated: one.estimated + other.estimated,
  input: one.input + other.input,
  output: one.output + other.output,
});

/** A chat that counts what passes through it. */
export function counted(chat: Chat): { readonly chat: Chat; spent(): Spent } {
  let sum = nothingSpent;
  const ask: Chat['ask'] = async (request) => {
    let reply: ChatReply;
    try {
      reply = await chat.ask(request);
    } catch (error) {
      sum = together(sum, { ...nothingSpent, failed: 1 });
      throw error;
    }
    const { cached, usage } = reply;
    sum = together(
      sum,
      cached
        ? { ...nothingSpent, cached: 1 }
        : { ...nothingSpent, ...usageOf(request, reply), calls: 1, estimated: Number(usage === undefined) },
    );
    return reply;
  };
  return { chat: { ...chat, ask }, spent: () => sum };
}
