/** Two responses to each prompt, from a server or from a model on this machine. */
import { asTheyCome, type ChatReply, type ChatRequest, counted, together } from '@attune/preferences';
import type { ServedModel } from '../../shared/jobs.ts';
import type { Message } from '../../shared/queue.ts';
import type { NewSampling } from '../../shared/sampling.ts';
import { AT_A_TIME, openEndpoint } from '../jobs/endpoints.ts';
import type { Outcome } from '../jobs/job.ts';
import type { Studio } from '../studio.ts';

/** A prompt that waits for responses. */
export interface Waiting {
  readonly id: string;
  readonly externalId: string | null;
  readonly prompt: Message[];
}

/** What a model said to a prompt, or why there is nothing to be judged. */
export interface Sampled extends Outcome {
  readonly prompt: Waiting;
  readonly texts?: readonly [string, string];
}

/** How responses are drawn. */
export type Drawing = Pick<NewSampling, 'temperature' | 'maxTokens'>;

/** What came of a prompt that has its two texts. */
export function sampled(prompt: Waiting, texts: readonly [string, string], rest: Omit<Outcome, 'failure'>): Sampled {
  const [a, b] = texts.map((text) => text.trim());
  if (a === '' || b === '') return { prompt, ...rest, failure: { reason: 'empty response' } };
  if (a === b) return { prompt, ...rest, failure: { reason: 'same response twice', said: a } };
  return { prompt, ...rest, texts };
}

/**
 * Asks a server. Every answer is on the disk before it is used, and is not asked for again but where it was of no use.
 *
 * @throws JudgeError where the server refuses what is asked, whatever the prompt
 */
export async function* sampleFromEndpoint(
  studio: Studio,
  source: ServedModel,
  { temperature, maxTokens }: Drawing,
  prompts: AsyncIterable<Waiting[]>,
  stop: AbortSignal,
): AsyncGenerator<Sampled> {
  using endpoint = openEndpoint(studio, source, { temperature, stop });
  const { signal } = endpoint;
  const draws = [endpoint.chat(0), endpoint.chat(1)];
  const one = async (prompt: Waiting): Promise<Sampled | undefined> => {
    if (signal.aborted) return undefined;
    const request: ChatRequest = { messages: prompt.prompt, maxTokens };
    const asked = draws.map(counted);
    const replies = await Promise.allSettled(asked.map(({ chat }) => chat.ask(request)));
    const spent = asked.map((one) => one.spent()).reduce(together);
    const failed = replies.find((reply) => reply.status === 'rejected');
    if (failed) {
      if ((failed.reason as { badInput?: boolean }).badInput) throw failed.reason;
      if (signal.aborted) return undefined; // the answer that came is kept, the other was not asked for
      return { prompt, spent, failure: { reason: 'failed call', said: (failed.reason as Error).message } };
    }
    const [a, b] = replies.map((reply) => (reply as PromiseFulfilledResult<ChatReply>).value);
    const outcome = sampled(prompt, [a!.text, b!.text], { spent, cut: Number(!a!.whole) + Number(!b!.whole) });
    if (outcome.failure) for (const draw of draws) draw.forget(request);
    return outcome;
  };
  for await (const page of prompts) {
    if (signal.aborted) return;
    for await (const outcome of asTheyCome(page, AT_A_TIME, one)) if (outcome) yield outcome;
  }
}
