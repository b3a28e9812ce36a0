import { type Chat, type ChatRequest, estimateInput, type Usage } from '../chat.ts';

/** Calls to be made and their tokens, and answers that are there already. */
export interface CostEstimate extends Usage {
  readonly calls: number;
  readonly cached: number;
}

const LONGEST_ANSWER = 600; // tokens: few judges write more, whatever they may

/** Counts what is still to be asked, rather too much than too little. Only the chat's memory is used. */
export function estimateRequests(requests: Iterable<ChatRequest>, { recall }: Pick<Chat, 'recall'>): CostEstimate {
  const sum = { calls: 0, cached: 0, input: 0, output: 0 };
  for (const request of requests) {
    if (recall(request)) sum.cached++;
    else {
      sum.calls++;
      sum.input += estimateInput(request);
      sum.output += Math.min(request.maxTokens ?? LONGEST_ANSWER, LONGEST_ANSWER);
    }
  }
  return sum;
}
