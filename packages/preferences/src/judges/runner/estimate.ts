import { type Chat, type ChatRequest, estimateInput, type Usage, usageOf } from '../chat.ts';

/** Calls to be made and their tokens, and answers that are there already. */
export interface CostEstimate extends Usage {
  readonly calls: number;
  readonly cached: number;
}

const LONGEST_ANSWER = 600; // tokens: few judges write more, whatever they may
const ENOUGH = 20; // answers to know from how long they are

/**
 * Counts what is still to be asked. Answers count as long as those that are there already, where there are some, else as
 * long as they may be: rather too much than too little.
 *
 * @param chat only its memory is used
 */
export function estimateRequests(requests: Iterable<ChatRequest>, { recall }: Pick<Chat, 'recall'>): CostEstimate {
  const sum = { calls: 0, cached: 0, input: 0, output: 0 };
  let answered = 0; // tokens
  for (const request of requests) {
    const reply = recall(request);
    if (reply) {
      sum.cached++;
      answered += usageOf(request, reply).output;
    } else {
      sum.calls++;
      sum.input += estimateInput(request);
      sum.output += Math.min(request.maxTokens ?? LONGEST_ANSWER, LONGEST_ANSWER);
    }
  }
  const known = sum.cached >= ENOUGH ? Math.ceil((sum.calls * answered) / sum.cached) : Infinity;
  return { ...sum, output: Math.min(sum.output, known) };
}
