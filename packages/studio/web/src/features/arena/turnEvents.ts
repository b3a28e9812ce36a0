import type { TurnEvent } from '../../../../shared/arena.ts';
import type { Problem } from '../../../../shared/problem.ts';
import { ApiError } from '../../api.ts';

/** The events in a stream of text, however it is cut into chunks. */
export async function* eventsIn(chunks: AsyncIterable<string>): AsyncGenerator<TurnEvent> {
  let rest = '';
  for await (const chunk of chunks) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) yield JSON.parse(block.slice('data: '.length)) as TurnEvent;
  }
}

/**
 * Asks both models, and gives what they say as they say it.
 *
 * @throws ApiError where the studio refuses, or does not answer
 */
export async function* askBoth(path: string, prompt: string, signal: AbortSignal): AsyncGenerator<TurnEvent> {
  const reply = await fetch(`/api${path}/turns`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt }),
    signal,
  });
  if (!reply.ok) throw new ApiError(reply.status, (await reply.json()) as Problem);
  yield* eventsIn(readAll(reply.body!.pipeThrough(new TextDecoderStream())));
}

/** Not every browser can iterate over a stream. */
async function* readAll(stream: ReadableStream<string>): AsyncGenerator<string> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
