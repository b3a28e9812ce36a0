import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { Judging, JudgingPage, NewJudging } from '../../shared/judging.ts';
import { Problem } from '../../shared/problem.ts';
import { openProject } from '../auth/access.ts';
import { judgingPage, resumeJudging, startJudging, stopJudging } from '../judging/judging.ts';
import type { Studio } from '../studio.ts';
import { InProject } from './common.ts';

const failures = { 400: Problem, 403: Problem, 404: Problem, 409: Problem };

/** Judges as annotators, for a project's editors. */
export const judgingRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  app.get(
    '/projects/:projectId/judging',
    {
      schema: {
        summary: 'Who can be a judge, and how far the latest is',
        params: InProject,
        response: { 200: JudgingPage, ...failures },
      },
    },
    async ({ person, params: { projectId } }) => {
      await openProject(studio, person, projectId, 'editor');
      return judgingPage(studio, projectId);
    },
  );

  app.post(
    '/projects/:projectId/judging',
    {
      schema: {
        summary: 'Have a judge vote on every comparison that it has not voted on',
        params: InProject,
        body: NewJudging,
        response: { 200: Judging, ...failures },
      },
    },
    async ({ person, params: { projectId }, body }) => {
      await openProject(studio, person, projectId, 'editor');
      return startJudging(studio, person, projectId, body);
    },
  );

  app.post(
    '/projects/:projectId/judging/stop',
    {
      schema: {
        summary: 'Stop the judge; its votes stay',
        params: InProject,
        response: { 200: JudgingPage, ...failures },
      },
    },
    async ({ person, params: { projectId } }) => {
      await openProject(studio, person, projectId, 'editor');
      await stopJudging(studio, person, projectId);
      return judgingPage(studio, projectId);
    },
  );

  app.post(
    '/projects/:projectId/judging/resume',
    {
      schema: {
        summary: 'Go on judging, and try again what failed',
        params: InProject,
        response: { 200: Judging, ...failures },
      },
    },
    async ({ person, params: { projectId } }) => {
      await openProject(studio, person, projectId, 'editor');
      return resumeJudging(studio, person, projectId);
    },
  );
};
