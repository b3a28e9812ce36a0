import type { Message } from '../../shared/queue.ts';

/** A model on an OpenAI-compatible server. */
export interface ChatServer {
  readonly url: string;
  readonly model: string;
  readonly key?: string;
}

const TIMEOUT_MS = 120_000;
const MOST_TOKENS = 1024;
const MOST_CHARACTERS = 100_000;

/**
 * A model's answer as it is written, piece by piece; from a server that does not stream, in one piece. Redirections are not
 * followed: the key goes to the address that was given and nowhere else.
 *
 * @throws Error where there is no answer, which may repeat what the server said: not for voters' eyes
 */
export async function* streamChat(
  { url, model, key }: ChatServer,
  messages: readonly Message[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  const reply = await fetch(addressOf(url), {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ model, messages, stream: true, max_tokens: MOST_TOKENS }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  if (!reply.ok) {
    const said = (await reply.text()).slice(0, 300);
    throw new Error(`Status ${reply.status}: ${key ? said.replaceAll(key, '[key]') : said}`);
  }
  let characters = 0;
  const isStream = reply.headers.get('content-type')?.includes('event-stream');
  for await (const piece of isStream ? pieces(reply.body!) : wholeAnswer((await reply.json()) as Answer)) {
    if ((characters += piece.length) > MOST_CHARACTERS) throw new Error('The answer does not end.');
    yield piece;
  }
  if (characters === 0) throw new Error('The answer is empty.');
}

/** Where chat completions are under a server's address, wherever that ends. */
function addressOf(url: string): URL {
  const address = new URL(url);
  const path = address.pathname.replace(/\/+$/, '');
  if (!path.endsWith('/chat/completions')) address.pathname = `${path || '/v1'}/chat/completions`;
  return address;
}

/** The texts in a stream of server-sent events. */
async function* pieces(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith('data:')) continue;
      const data = line.slice('data:'.length).trim();
      if (data === '[DONE]') return;
      const { choices, error } = JSON.parse(data);
      if (error) throw new Error(JSON.stringify(error).slice(0, 300));
      const content = choices?.[0]?.delta?.content;
      if (typeof content === 'string' && content !== '') yield content;
    }
  }
}

interface Answer {
  readonly choices?: { readonly message?: { readonly content?: unknown } }[];
}

function* wholeAnswer(answer: Answer): Generator<string> {
  const content = answer.choices?.[0]?.message?.content;
  if (typeof content === 'string') yield content;
}
