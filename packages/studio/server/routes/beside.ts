import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { BesidePage, NewBeside } from '../../shared/beside.ts';
import { Problem } from '../../shared/problem.ts';
import { openProject } from '../auth/access.ts';
import type { Person } from '../auth/identify.ts';
import { askPeople, besidePage, startBeside, stopBeside } from '../runs/beside.ts';
import { runThatIs } from '../runs/places.ts';
import type { Studio } from '../studio.ts';
import { InProject } from './common.ts';

const OfRun = InProject.extend({ name: z.string() });
const failures = { 400: Problem, 403: Problem, 404: Problem, 409: Problem };
const answered = { 200: BesidePage, ...failures };

/** A run's result beside its start, for a project's editors. */
export const besideRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  const runOf = async (person: Person, { projectId, name }: z.infer<typeof OfRun>) => {
    await openProject(studio, person, projectId, 'editor');
    return runThatIs(studio, projectId, name);
  };

  app.get(
    '/projects/:projectId/runs/:name/beside',
    { schema: { summary: 'What a run and its start said to the same prompts', params: OfRun, response: answered } },
    async ({ person, params }) => besidePage(studio, params.projectId, await runOf(person, params)),
  );

  app.post(
    '/projects/:projectId/runs/:name/beside',
    {
      schema: {
        summary: 'Let a run’s result and its start respond to the same prompts',
        params: OfRun,
        body: NewBeside,
        response: answered,
      },
    },
    async ({ person, params, body }) => {
      const place = await runOf(person, params);
      return startBeside(studio, person, params.projectId, place, body);
    },
  );

  app.post(
    '/projects/:projectId/runs/:name/beside/stop',
    { schema: { summary: 'Stop comparing; what is there is kept', params: OfRun, response: answered } },
    async ({ person, params }) => {
      const place = await runOf(person, params);
      await stopBeside(studio, params.projectId, place);
      return besidePage(studio, params.projectId, place);
    },
  );

  app.post(
    '/projects/:projectId/runs/:name/beside/ask',
    {
      schema: {
        summary: 'Have people judge the run against its start: every pair becomes a comparison of the queue',
        params: OfRun,
        response: { 200: z.object({ added: z.number() }), ...failures },
      },
    },
    async ({ person, params }) => {
      const place = await runOf(person, params);
      return { added: await askPeople(studio, person, params.projectId, place) };
    },
  );
};
