import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server treats requests; tests change it while the server runs. */
export interface HubBehaviour {
  /** Files of `tiny/model` at revision `main`. */
  files: Record<string, Buffer>;
  /** Breaks the connection of a request for the file after so many bytes; each entry once, in order. */
  breaks: Record<string, number[]>;
  /** Without the token, the model is gated. */
  token?: string;
  /** What is sent in place of a file's content. */
  replaced: Record<string, Buffer>;
}

/** A server on this machine that speaks the endpoints of the Hugging Face hub that fetching a model uses. */
export async function startHub(files: Record<string, Buffer>) {
  const behaviour: HubBehaviour = { files, breaks: {}, replaced: {} };
  const served: string[] = []; // "path range" of every content request
  const server = createServer((request, response) => answer(behaviour, served, request, response));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return { url, behaviour, served, stop };
}

function answer(behaviour: HubBehaviour, served: string[], request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url!, 'http://hub');
  const { authorization } = request.headers;
  const name = /^\/tiny\/model\/resolve\/main\/(.+)$/.exec(pathname)?.[1];
  if (behaviour.token && authorization !== `Bearer ${behaviour.token}`) {
    sendJson(response, authorization ? 403 : 401, { error: 'Access to model tiny/model is restricted.' });
  } else if (pathname === '/api/models/tiny/model/tree/main') {
    sendJson(response, 200, listing(behaviour.files));
  } else if (name && behaviour.files[name]) {
    sendContent(behaviour, served, name, request, response);
  } else {
    sendJson(response, 404, { error: 'Repository not found' });
  }
}

function sendContent(
  { files, breaks, replaced }: HubBehaviour,
  served: string[],
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const content = replaced[name] ?? files[name]!;
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const [start, end] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, content.length];
  const asksSize = range && end === 1;
  if (!asksSize) served.push(`${name} ${start}-${end}`);
  response.writeHead(range ? 206 : 200, {
    etag: `"${gitHash(content)}"`,
    'content-length': end - start,
    ...(range && { 'content-range': `bytes ${start}-${end - 1}/${content.length}` }),
  });
  const breakAfter = asksSize ? undefined : breaks[name]?.shift();
  if (breakAfter === undefined) response.end(content.subarray(start, end));
  else response.write(content.subarray(start, start + breakAfter), () => response.destroy());
}

/** Files above 100 bytes are large ones here, known by their SHA-256, as on the hub those above 10 MB. */
function listing(files: Record<string, Buffer>) {
  const folder = { type: 'directory', path: 'onnx', size: 0, oid: '0' };
  const entries = Object.entries(files).map(([path, content]) => ({
    ...{ type: 'file', path, size: content.length, oid: gitHash(content) },
    ...(content.length > 100 && {
      lfs: { oid: createHash('sha256').update(content).digest('hex'), size: content.length, pointerSize: 130 },
    }),
  }));
  return [folder, ...entries];
}

const gitHash = (content: Buffer): string =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
