import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChatReply, type ChatRequest, estimateInput } from '../../../src/judges/chat.ts';
import { estimateRequests } from '../../../src/judges/runner/estimate.ts';

const requestOf = (i: number, maxTokens?: number): ChatRequest => ({
  messages: [{ role: 'user', content: `Question ${i}?` }],
  ...(maxTokens !== undefined && { maxTokens }),
});
const reply: ChatReply = { text: 'yes', whole: true, cached: true, usage: { input: 10, output: 30 } };
/** Has answered the first `known` questions. */
const memory = (known: number) => ({
  recall: ({ messages }: ChatRequest) => (Number(messages[0]!.content.match(/\d+/)) < known ? reply : undefined),
});

test('answers count as long as they may be, at most 600 tokens, until twenty are there to know from', () => {
  const requests = Array.from({ length: 100 }, (_, i) => requestOf(i, 2048));
  const input = (from: number) => requests.slice(from).reduce((sum, request) => sum + estimateInput(request), 0);
  assert.deepEqual(estimateRequests(requests, memory(0)), { calls: 100, cached: 0, input: input(0), output: 60_000 });
  assert.deepEqual(estimateRequests(requests, memory(19)), { calls: 81, cached: 19, input: input(19), output: 48_600 });
  assert.deepEqual(estimateRequests(requests, memory(20)), { calls: 80, cached: 20, input: input(20), output: 2400 });
  assert.equal(estimateRequests([requestOf(0, 1), requestOf(1)], memory(0)).output, 601);
});
