import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import multipart from '@fastify/multipart';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import type { Problem } from '../shared/problem.ts';
import { identifyEveryone } from './auth/identify.ts';
import { protectingHeaders } from './headers.ts';
import { Refusal } from './refusal.ts';
import { annotationRoutes } from './routes/annotation.ts';
import { arenaRoutes } from './routes/arena.ts';
import { auditRoutes } from './routes/audit.ts';
import { besideRoutes } from './routes/beside.ts';
import { dissectRoutes } from './routes/dissect.ts';
import { exportRoutes } from './routes/exports.ts';
import { itemRoutes } from './routes/items.ts';
import { judgingRoutes } from './routes/judging.ts';
import { keyRoutes } from './routes/keys.ts';
import { memberRoutes } from './routes/members.ts';
import { projectRoutes } from './routes/projects.ts';
import { qualityRoutes } from './routes/quality.ts';
import { queueRoutes } from './routes/queue.ts';
import { runRoutes } from './routes/runs.ts';
import { samplingRoutes } from './routes/sampling.ts';
import { sessionRoutes } from './routes/session.ts';
import { triageRoutes } from './routes/triage.ts';
import type { Studio } from './studio.ts';

const MAX_BODY = 4 << 20;
const MAX_UPLOAD = 512 << 20;

/**
 * The studio as a Fastify application: everything under /api, the OpenAPI document at /api/openapi.json, and the pages that
 * Vite built.
 *
 * @param pages folder of the built pages; without it there is only the API
 */
export async function studioApp(studio: Studio, { pages }: { pages?: string } = {}): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: MAX_BODY, logger: false, routerOptions: { maxParamLength: 200 } });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const { status, problem } = asProblem(error);
    return reply.code(status).send(problem);
  });
  const headers = protectingHeaders({ secure: studio.origin.startsWith('https:') });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  await app.register(cookie);
  await app.register(multipart, { limits: { fileSize: MAX_UPLOAD, files: 1, fields: 20 } });
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Attune Studio', version: '0.1.0' } },
    transform: jsonSchemaTransform,
  });
  await app.register(api(studio), { prefix: '/api' });
  if (pages !== undefined) await servePages(app, pages);
  return app;
}

/** Routes by what they are about. Everything in here asks for a sign-in unless it says that it is open. */
const api = (studio: Studio) => async (app: FastifyInstance) => {
  identifyEveryone(app, studio);
  app.setNotFoundHandler({}, nothingThere);
  app.get('/openapi.json', { schema: { hide: true }, config: { open: true } }, () => app.swagger());
  await app.register(sessionRoutes, { studio });
  await app.register(memberRoutes, { studio });
  await app.register(keyRoutes, { studio });
  await app.register(auditRoutes, { studio });
  await app.register(projectRoutes, { studio });
  await app.register(itemRoutes, { studio });
  await app.register(queueRoutes, { studio });
  await app.register(triageRoutes, { studio });
  await app.register(qualityRoutes, { studio });
  await app.register(exportRoutes, { studio });
  await app.register(runRoutes, { studio });
  await app.register(besideRoutes, { studio });
  await app.register(samplingRoutes, { studio });
  await app.register(judgingRoutes, { studio });
  await app.register(dissectRoutes, { studio });
  await app.register(annotationRoutes, { studio });
  await app.register(arenaRoutes, { studio });
};

/** Every address that is no file is the application's: it finds its page itself. */
async function servePages(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    ...{ root: folder, wildcard: false, index: false, preCompressed: true, immutable: true, maxAge: '365d' },
  });
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  app.setNotFoundHandler((request, reply) => {
    if (request.method !== 'GET' || request.url.startsWith('/assets/')) return nothingThere(request, reply);
    return reply.type('text/html').header('cache-control', 'no-cache').send(page);
  });
}

const nothingThere = ({ method, url }: FastifyRequest, reply: FastifyReply) =>
  reply.code(404).send({ code: 'not_found', message: `There is nothing at ${method} ${url}.` } satisfies Problem);

/** What goes wrong inside is told to the log, not to whoever asked. */
function asProblem(error: FastifyError): { status: number; problem: Problem } {
  if (error instanceof Refusal) {
    const { status, code, message, field } = error;
    return { status, problem: { code, message, field } };
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [{ instancePath, message } = { instancePath: '', message: '' }] = error.validation;
    const field = `${error.validationContext}${instancePath.replaceAll('/', '.')}`;
    return { status: 400, problem: { code: 'bad_request', message: `${field}: ${message}.`, field } };
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return { status: error.statusCode, problem: { code: error.code ?? 'bad_request', message: error.message } };
  }
  console.error(error);
  return {
    status: 500,
    problem: { code: 'internal', message: 'Something went wrong in the studio; its log says what.' },
  };
}
