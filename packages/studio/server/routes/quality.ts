import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { NewAdjudication } from '../../shared/items.ts';
import { Problem } from '../../shared/problem.ts';
import { DisagreementPage, DisagreementQuery, Quality } from '../../shared/quality.ts';
import { openProject } from '../auth/access.ts';
import { adjudicate, disagreementPage, withdrawAdjudication } from '../quality/disagreements.ts';
import { qualityOf } from '../quality/quality.ts';
import type { Studio } from '../studio.ts';
import { Done, InProject } from './common.ts';

const OneItem = InProject.extend({ itemId: z.string().max(100) });

/** How good the votes are, and what to do where they disagree. */
export const qualityRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  app.get(
    '/projects/:projectId/quality',
    {
      schema: {
        summary: 'Agreement, annotators, biases and gold results',
        params: InProject,
        response: { 200: Quality, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params }) => qualityOf(studio, await openProject(studio, person, params.projectId, 'editor')),
  );

  app.get(
    '/projects/:projectId/disagreements',
    {
      schema: {
        summary: 'Items to adjudicate',
        params: InProject,
        querystring: DisagreementQuery,
        response: { 200: DisagreementPage, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params, query }) => {
      await openProject(studio, person, params.projectId, 'editor');
      return disagreementPage(studio.db, params.projectId, query);
    },
  );

  app.put(
    '/projects/:projectId/items/:itemId/adjudication',
    {
      schema: {
        summary: 'Have the last word on an item',
        params: OneItem,
        body: NewAdjudication,
        response: { 200: Done, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params, body }) => {
      await openProject(studio, person, params.projectId, 'editor');
      await adjudicate(studio, person, params, body);
      return {};
    },
  );

  app.delete(
    '/projects/:projectId/items/:itemId/adjudication',
    {
      schema: {
        summary: 'Take the last word back',
        params: OneItem,
        response: { 200: Done, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params }) => {
      await openProject(studio, person, params.projectId, 'editor');
      await withdrawAdjudication(studio, person, params);
      return {};
    },
  );
};
