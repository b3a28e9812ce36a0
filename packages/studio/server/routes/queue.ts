import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Problem } from '../../shared/problem.ts';
import { NewVote, QueuePage, VoteReceipt, VoteUndone } from '../../shared/queue.ts';
import { openProject } from '../auth/access.ts';
import { queuePage } from '../queue/page.ts';
import { castVote, withdrawVote } from '../queue/votes.ts';
import type { Studio } from '../studio.ts';
import { InProject, Prefetch } from './common.ts';

/** The comparison queue. */
export const queueRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  app.get(
    '/projects/:projectId/queue',
    {
      schema: {
        summary: 'What to judge now, and next',
        params: InProject,
        querystring: Prefetch,
        response: { 200: QueuePage, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params, query }) => {
      const project = await openProject(studio, person, params.projectId, 'annotator');
      return queuePage(studio, person, project, query.prefetch);
    },
  );

  app.post(
    '/projects/:projectId/votes',
    {
      schema: {
        summary: 'Vote; answered when it is on the disk',
        params: InProject,
        body: NewVote,
        response: { 200: VoteReceipt, 403: Problem, 404: Problem, 409: Problem },
      },
    },
    async ({ person, params, body }) => {
      const project = await openProject(studio, person, params.projectId, 'annotator');
      return castVote(studio, person, project, body);
    },
  );

  app.delete(
    '/projects/:projectId/votes/:voteId',
    {
      schema: {
        summary: 'Take a vote back',
        params: InProject.extend({ voteId: z.string().max(100) }),
        response: { 200: VoteUndone, 403: Problem, 404: Problem, 409: Problem },
      },
    },
    async ({ person, params }) => {
      const project = await openProject(studio, person, params.projectId, 'annotator');
      return withdrawVote(studio, person, project, params.voteId);
    },
  );
};
