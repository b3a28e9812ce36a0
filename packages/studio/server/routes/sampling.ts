import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { Problem } from '../../shared/problem.ts';
import { NewSampling, Sampling, SamplingPage } from '../../shared/sampling.ts';
import { openProject } from '../auth/access.ts';
import { stopAllJobs } from '../jobs/job.ts';
import { resumeSampling, samplingPage, startSampling, stopSampling } from '../sampling/sampling.ts';
import type { Studio } from '../studio.ts';
import { InProject } from './common.ts';

const failures = { 400: Problem, 403: Problem, 404: Problem, 409: Problem };

/** Responses on demand, for a project's editors. */
export const samplingRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  app.addHook('preClose', () => stopAllJobs(studio));

  app.get(
    '/projects/:projectId/sampling',
    {
      schema: {
        summary: 'What responses can be sampled from, and how far that is',
        params: InProject,
        response: { 200: SamplingPage, ...failures },
      },
    },
    async ({ person, params: { projectId } }) => {
      await openProject(studio, person, projectId, 'editor');
      return samplingPage(studio, projectId);
    },
  );

  app.post(
    '/projects/:projectId/sampling',
    {
      schema: {
        summary: 'Sample two responses to each prompt that has none',
        params: InProject,
        body: NewSampling,
        response: { 200: Sampling, ...failures },
      },
    },
    async ({ person, params: { projectId }, body }) => {
      await openProject(studio, person, projectId, 'editor');
      return startSampling(studio, person, projectId, body);
    },
  );

  app.post(
    '/projects/:projectId/sampling/stop',
    {
      schema: {
        summary: 'Stop sampling; what is there is kept',
        params: InProject,
        response: { 200: SamplingPage, ...failures },
      },
    },
    async ({ person, params: { projectId } }) => {
      await openProject(studio, person, projectId, 'editor');
      await stopSampling(studio, person, projectId);
      return samplingPage(studio, projectId);
    },
  );

  app.post(
    '/projects/:projectId/sampling/resume',
    {
      schema: {
        summary: 'Go on sampling, and try again what failed',
        params: InProject,
        response: { 200: Sampling, ...failures },
      },
    },
    async ({ person, params: { projectId } }) => {
      await openProject(studio, person, projectId, 'editor');
      return resumeSampling(studio, person, projectId);
    },
  );
};
