import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** What was asked of the server. */
export interface Asked {
  readonly model: string;
  readonly messages: readonly { role: string; content: string }[];
  readonly key: string | undefined;
}

/**
 * A server of chat completions that streams: each model answers with its own words, three characters at a time. `broken`
 * models answer with status 500, `whole` ones do not stream, `silent` ones begin and never end.
 */
export async function chatServer(t: TestContext, answers: Readonly<Record<string, string>>) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const { model, messages } = JSON.parse(body);
      asked.push({ model, messages, key: request.headers.authorization });
      answer(response, model, answers[model] ?? model);
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

function answer(response: ServerResponse, model: string, text: string): void {
  if (model === 'broken') return void response.writeHead(500).end(`${model} has no memory left`);
  if (model === 'elsewhere') return void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
  if (model === 'whole') {
    response.writeHead(200, { 'content-type': 'application/json' });
    return void response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: text } }] }));
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const piece of text.match(/.{1,3}/gsu) ?? []) {
    response.write(`data: ${JSON.stringify({ model, choices: [{ delta: { content: piece } }] })}\n\n`);
  }
  if (model !== 'silent') response.end('data: [DONE]\n\n');
}
