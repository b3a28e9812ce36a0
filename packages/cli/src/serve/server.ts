import { randomUUID, timingSafeEqual } from 'node:crypto';
import { encodePrompt, type OpenedModel, type SampledToken } from '@attune/align';
import type { Content } from '@attune/preferences';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Desk } from './Desk.ts';
import { EventStream } from './EventStream.ts';
import { asRefusal, Refusal } from './refusal.ts';
import { type Asked, chatAsked, completionAsked } from './requests.ts';
import { chatShape, completionShape, type Shape, usageOf } from './shapes.ts';

/** What is served, and to whom. */
export interface Serving {
  readonly opened: OpenedModel;
  /** What callers name the model. */
  readonly name: string;
  /** Tokens of an answer at most where a request does not say. */
  readonly maxNewTokens: number;
  /** Answers under way at a time. */
  readonly batchSize: number;
  /** What callers have to send as bearer token; undefined for nothing. */
  readonly key: string | undefined;
  /** Names under which it may be called; undefined for any. */
  readonly hosts: ReadonlySet<string> | undefined;
}

const LARGEST_BODY = 8 * 2 ** 20; // bytes

/**
 * A model behind OpenAI's interface: `POST /v1/chat/completions`, `POST /v1/completions`, `GET /v1/models`; and `GET /health`
 * for whoever keeps it running.
 */
export function modelServer(serving: Serving): FastifyInstance {
  const app = Fastify({ bodyLimit: LARGEST_BODY, forceCloseConnections: true });
  const desk = new Desk(serving.opened, serving.batchSize);
  const model = { id: serving.name, object: 'model', created: seconds(), owned_by: 'attune' };
  app.removeContentTypeParser('text/plain'); // which any page in a browser may send to anywhere
  app.setErrorHandler((error, _, reply) => asRefusal(error).send(reply));
  app.setNotFoundHandler(({ method, url }, reply) =>
    new Refusal(404, 'not_found', `There is no ${method} ${url} here.`).send(reply),
  );
  app.addHook('onRequest', async (request) => checkCaller(serving, request));
  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/v1/models', async () => ({ object: 'list', data: [model] }));
  app.get<{ Params: { '*': string } }>('/v1/models/*', async ({ params }) => {
    checkName(serving, params['*']);
    return model;
  });
  app.post('/v1/chat/completions', async ({ body }, reply) =>
    answer(serving, desk, { asked: chatAsked(body), shape: chatShape }, reply),
  );
  app.post('/v1/completions', async ({ body }, reply) =>
    answer(serving, desk, { asked: completionAsked(body), shape: completionShape }, reply),
  );
  return app;
}

function checkCaller({ key, hosts }: Serving, { headers, hostname, url }: FastifyRequest): void {
  if (hosts && !hosts.has(hostname)) {
    throw new Refusal(403, 'host', `It listens to ${[...hosts].join(', ')}, and was called ${hostname}.`); // a page's doing
  }
  if (key === undefined || url === '/health') return;
  const [given, right] = [headers.authorization ?? '', `Bearer ${key}`].map((text) => Buffer.from(text)) as [
    Buffer,
    Buffer,
  ];
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    throw new Refusal(401, 'invalid_api_key', 'Send the key that the server was started with, as a bearer token.');
  }
}

function checkName({ name }: Serving, asked: string | undefined): void {
  if (asked === undefined || asked === name) return;
  throw new Refusal(404, 'model_not_found', `The model ${asked} is not here; ${name} is.`, 'model');
}

interface Request {
  readonly asked: Asked;
  readonly shape: Shape;
}

async function answer(serving: Serving, desk: Desk, { asked, shape }: Request, reply: FastifyReply): Promise<unknown> {
  checkName(serving, asked.model);
  const { ids, maxNewTokens } = prepared(serving, asked);
  const { sampling, logprobs } = asked;
  const { tokenizer } = serving.opened;
  const gone = new AbortController();
  reply.raw.on('close', () => gone.abort());
  const question = { ids, maxNewTokens, sampling, likeliest: logprobs ?? 0, signal: gone.signal };
  const about = { id: `${shape.id}-${randomUUID()}`, created: seconds(), model: serving.name };
  if (asked.stream) {
    const stream = new EventStream({ tokenizer, asked, shape, about: { ...about, object: shape.chunk }, ids });
    desk.ask({ ...question, onToken: (token) => stream.push(token) }).then(
      (responses) => stream.end(responses),
      (error: unknown) => stream.fail(error),
    );
    return reply.type('text/event-stream').header('cache-control', 'no-store').send(stream.body);
  }
  const tokens = Array.from({ length: sampling.samples }, (): SampledToken[] => []);
  const responses = await desk.ask({ ...question, onToken: (token) => void tokens[token.index]!.push(token) });
  const choices = responses.map(({ text, finish }, index) => ({
    ...{ index, ...shape.whole(text), finish_reason: finish },
    logprobs: logprobs === undefined ? null : shape.logprobs(tokenizer, tokens[index]!, 0),
  }));
  const spent = responses.map((response) => response.tokens.length);
  return { ...about, object: shape.object, choices, usage: usageOf(ids.length, spent) };
}

/** The prompt as tokens, and how many new ones there may be. @throws Refusal where there is no room for them */
function prepared({ opened, maxNewTokens }: Serving, asked: Asked): { ids: readonly number[]; maxNewTokens: number } {
  const { prompt } = asked;
  const isTokens = (given: Asked['prompt']): given is readonly number[] => typeof given[0] === 'number';
  const ids = isTokens(prompt) ? prompt : encodePrompt(opened.tokenizer, prompt as Content);
  const room = opened.model.maxPositions - ids.length;
  if (room >= (asked.maxNewTokens ?? 1))
    return { ids, maxNewTokens: asked.maxNewTokens ?? Math.min(maxNewTokens, room) };
  throw new Refusal(
    400,
    'context_length_exceeded',
    `The prompt has ${ids.length} tokens and the model ${opened.model.maxPositions} positions: ` +
      (room < 1 ? 'there is no room for an answer. Shorten it.' : `ask for ${room} new tokens at most, or shorten it.`),
    'max_tokens',
  );
}

const seconds = (): number => Math.floor(Date.now() / 1000);
