import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server answers: the text of a reply, or a status with its body and headers. */
export type Answer =
  | string
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> };

/** A question that arrived. */
export interface Asked {
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly model: string;
  readonly temperature: number;
  readonly question: string;
  /** All that was sent. */
  readonly body: Sent;
}

/** The body of a call, as far as tests look at it. */
export interface Sent {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly seed?: number;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly response_format?: { readonly type: string; readonly json_schema?: { readonly name: string } };
}

/**
 * A server on this machine that speaks OpenAI's chat completions.
 *
 * @param answer called for each question; a rejected promise breaks the connection
 * @param models what it lists; without it, it does not tell
 */
export async function startChat(answer: (asked: Asked) => Answer | Promise<Answer>, models?: readonly string[]) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      const isThere = models !== undefined && request.url === '/v1/models';
      response
        .writeHead(isThere ? 200 : 404)
        .end(isThere ? JSON.stringify({ data: models.map((id) => ({ id })) }) : '');
      return;
    }
    const body = JSON.parse(await bodyOf(request));
    const { model, temperature, messages } = body;
    const { authorization } = request.headers;
    const question = { path: request.url, authorization, model, temperature, question: messages[0].content, body };
    asked.push(question);
    try {
      const given = await answer(question);
      const { status, body = '', headers = {} } = typeof given === 'string' ? completion(given) : given;
      response.writeHead(status, headers).end(body);
    } catch {
      response.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop };
}

/** A reply as OpenAI's servers give it. */
export const completion = (content: string, more: object = {}) => ({
  status: 200,
  body: JSON.stringify({
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    ...more,
  }),
  headers: { 'content-type': 'application/json' },
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
