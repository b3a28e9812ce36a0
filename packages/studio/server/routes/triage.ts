import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Problem } from '../../shared/problem.ts';
import { NewTriage, TriagePage, TriageReceipt, TriageSummary, TriageUndone } from '../../shared/triage.ts';
import { openProject } from '../auth/access.ts';
import type { Studio } from '../studio.ts';
import { triagePage, triagePrompt, triageSummary, withdrawTriage } from '../triage.ts';
import { InProject, Prefetch } from './common.ts';

/** Prompt triage. */
export const triageRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  app.get(
    '/projects/:projectId/triage',
    {
      schema: {
        summary: 'Which prompts to judge now, and next',
        params: InProject,
        querystring: Prefetch,
        response: { 200: TriagePage, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params, query }) => {
      const project = await openProject(studio, person, params.projectId, 'annotator');
      return triagePage(studio, person, project, query.prefetch);
    },
  );

  app.post(
    '/projects/:projectId/triage',
    {
      schema: {
        summary: 'Say what a prompt is; answered when it is on the disk',
        params: InProject,
        body: NewTriage,
        response: { 200: TriageReceipt, 403: Problem, 404: Problem, 409: Problem },
      },
    },
    async ({ person, params, body }) => {
      const project = await openProject(studio, person, params.projectId, 'annotator');
      return triagePrompt(studio, person, project, body);
    },
  );

  app.delete(
    '/projects/:projectId/triage/:itemId',
    {
      schema: {
        summary: 'Take back what was said of a prompt',
        params: InProject.extend({ itemId: z.string().max(100) }),
        response: { 200: TriageUndone, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params }) => {
      const project = await openProject(studio, person, params.projectId, 'annotator');
      return withdrawTriage(studio, person, project, params.itemId);
    },
  );

  app.get(
    '/projects/:projectId/triage/summary',
    {
      schema: {
        summary: 'How many prompts are judged, and as what',
        params: InProject,
        response: { 200: TriageSummary, 404: Problem },
      },
    },
    async ({ person, params }) => {
      const project = await openProject(studio, person, params.projectId, 'viewer');
      return triageSummary(studio.db, project.id);
    },
  );
};
