import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  ArenaBoard,
  ArenaChat,
  ArenaModel,
  BoardQuery,
  ModelCheck,
  NewArenaModel,
  NewArenaVote,
  NewTurn,
  type TurnEvent,
} from '../../shared/arena.ts';
import type { Role } from '../../shared/people.ts';
import { Problem } from '../../shared/problem.ts';
import { arenaBoard } from '../arena/board.ts';
import { beginChat, readChat, takeTurn, voteOnChat } from '../arena/chats.ts';
import { addModel, arenaModels, checkModel, modelThatIs, retireModel } from '../arena/models.ts';
import { openProject } from '../auth/access.ts';
import type { Studio } from '../studio.ts';
import { InProject } from './common.ts';

const OfModel = InProject.extend({ modelId: z.string().max(100) });
const OfChat = InProject.extend({ chatId: z.string().max(100) });
const failures = { 400: Problem, 403: Problem, 404: Problem, 409: Problem };

/** The arena: its models for editors, talks for annotators, ratings for everybody in the project. */
export const arenaRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  const open = (request: { person: Parameters<typeof openProject>[1]; params: { projectId: string } }, role: Role) =>
    openProject(studio, request.person, request.params.projectId, role);

  app.get(
    '/projects/:projectId/arena/models',
    {
      schema: {
        summary: 'Models of the arena',
        params: InProject,
        response: { 200: z.array(ArenaModel), ...failures },
      },
    },
    async (request) => arenaModels(studio, (await open(request, 'editor')).id),
  );

  app.post(
    '/projects/:projectId/arena/models',
    {
      schema: {
        summary: 'Add a model to the arena',
        params: InProject,
        body: NewArenaModel,
        response: { 200: ArenaModel, ...failures },
      },
    },
    async (request) => addModel(studio, request.person, (await open(request, 'editor')).id, request.body),
  );

  app.patch(
    '/projects/:projectId/arena/models/:modelId',
    {
      schema: {
        summary: 'Take a model out of the arena, or let it in again',
        params: OfModel,
        body: z.object({ retired: z.boolean() }),
        response: { 200: z.array(ArenaModel), ...failures },
      },
    },
    async (request) => {
      const { id } = await open(request, 'editor');
      const row = await modelThatIs(studio, id, request.params.modelId);
      await retireModel(studio, request.person, row, request.body.retired);
      return arenaModels(studio, id);
    },
  );

  app.post(
    '/projects/:projectId/arena/models/:modelId/check',
    { schema: { summary: 'Say hello to a model', params: OfModel, response: { 200: ModelCheck, ...failures } } },
    async (request) => {
      const { id } = await open(request, 'editor');
      return checkModel(studio, await modelThatIs(studio, id, request.params.modelId));
    },
  );

  app.post(
    '/projects/:projectId/arena/chats',
    {
      schema: { summary: 'Begin a talk with two models', params: InProject, response: { 200: ArenaChat, ...failures } },
    },
    async (request) => beginChat(studio, request.person, (await open(request, 'annotator')).id),
  );

  app.get(
    '/projects/:projectId/arena/chats/:chatId',
    { schema: { summary: 'One’s own talk', params: OfChat, response: { 200: ArenaChat, ...failures } } },
    async (request) => {
      await open(request, 'annotator');
      return readChat(studio, request.person, request.params);
    },
  );

  app.post(
    '/projects/:projectId/arena/chats/:chatId/turns',
    { schema: { summary: 'Ask both models; they answer as server-sent events', params: OfChat, body: NewTurn } },
    async (request, reply) => {
      await open(request, 'annotator');
      const { person, params, body } = request;
      const leaving = new AbortController(); // a stream that waits for a model does not see that nobody reads it
      reply.raw.once('close', () => leaving.abort());
      const signal = AbortSignal.any([closing.signal, leaving.signal]);
      const events = await takeTurn(studio, person, params, { prompt: body.prompt, signal });
      reply
        .type('text/event-stream')
        .header('cache-control', 'no-cache, no-transform')
        .header('x-accel-buffering', 'no');
      return reply.send(Readable.from(asLines(events)));
    },
  );

  app.post(
    '/projects/:projectId/arena/chats/:chatId/vote',
    {
      schema: {
        summary: 'Say which model was better; its name is told then',
        params: OfChat,
        body: NewArenaVote,
        response: { 200: ArenaChat, ...failures },
      },
    },
    async (request) => {
      await open(request, 'annotator');
      return voteOnChat(studio, request.person, request.params, request.body.choice);
    },
  );

  app.get(
    '/projects/:projectId/arena/board',
    {
      schema: {
        summary: 'Ratings of the models, with and without style held fixed',
        params: InProject,
        querystring: BoardQuery,
        response: { 200: ArenaBoard, ...failures },
      },
    },
    async (request) => arenaBoard(studio.db, (await open(request, 'viewer')).id, request.query),
  );
};

async function* asLines(events: AsyncIterable<TurnEvent>): AsyncGenerator<string> {
  for await (const event of events) yield `data: ${JSON.stringify(event)}\n\n`;
}
