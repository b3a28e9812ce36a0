import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Problem } from '../../shared/problem.ts';
import { isAtWork, NewRun, Run, RunChoices, RunDetails, RunLine, SpaRound } from '../../shared/runs.ts';
import { openProject } from '../auth/access.ts';
import type { Person } from '../auth/identify.ts';
import { notFound, Refusal } from '../refusal.ts';
import { followRun } from '../runs/follow.ts';
import { runsOf, runThatIs } from '../runs/places.ts';
import { interrupt } from '../runs/process.ts';
import { readDetails, readMetrics, readRun } from '../runs/readRun.ts';
import { readRounds } from '../runs/rounds.ts';
import { stockOf } from '../runs/runData.ts';
import { audit, removeRun, resumeRun, startRun } from '../runs/startRun.ts';
import type { Studio } from '../studio.ts';
import { InProject } from './common.ts';

const OfRun = InProject.extend({ name: z.string() });
const failures = { 400: Problem, 403: Problem, 404: Problem, 409: Problem };

/** A report is a page of its own: it runs its scripts, but as of no site, and loads nothing. */
const reportPolicy =
  "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

/** Training runs of a project, for its editors. */
export const runRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  const editor = (person: Person, projectId: string) => openProject(studio, person, projectId, 'editor');
  const runOf = async (person: Person, { projectId, name }: z.infer<typeof OfRun>) => {
    await editor(person, projectId);
    return runThatIs(studio, projectId, name);
  };

  app.get(
    '/projects/:projectId/runs',
    {
      schema: {
        summary: 'Training runs, the newest first',
        params: InProject,
        response: { 200: z.array(Run), ...failures },
      },
    },
    async ({ person, params }) => {
      await editor(person, params.projectId);
      const runs = runsOf(studio, params.projectId).map(readRun);
      return runs.sort((a, b) => b.startedAt - a.startedAt);
    },
  );

  app.get(
    '/projects/:projectId/run-choices',
    {
      schema: {
        summary: 'What a run can be started from',
        params: InProject,
        response: { 200: RunChoices, ...failures },
      },
    },
    async ({ person, params }) => {
      await editor(person, params.projectId);
      return stockOf(studio, params.projectId);
    },
  );

  app.post(
    '/projects/:projectId/runs',
    { schema: { summary: 'Start a run', params: InProject, body: NewRun, response: { 200: Run, ...failures } } },
    async ({ person, params, body }) => {
      await editor(person, params.projectId);
      return startRun(studio, person, params.projectId, body);
    },
  );

  app.get(
    '/projects/:projectId/runs/:name',
    { schema: { summary: 'A run', params: OfRun, response: { 200: RunDetails, ...failures } } },
    async ({ person, params }) => readDetails(await runOf(person, params), studio.folder),
  );

  app.get(
    '/projects/:projectId/runs/:name/metrics',
    {
      schema: {
        summary: 'Every logged step of a run',
        params: OfRun,
        response: { 200: z.array(RunLine), ...failures },
      },
    },
    async ({ person, params }) => readMetrics(await runOf(person, params)),
  );

  app.get(
    '/projects/:projectId/runs/:name/rounds',
    {
      schema: {
        summary: 'The rounds of a run of self-annotation, its seed first; none of other runs',
        params: OfRun,
        response: { 200: z.array(SpaRound), ...failures },
      },
    },
    async ({ person, params }) => readRounds(await runOf(person, params)),
  );

  app.get(
    '/projects/:projectId/runs/:name/live',
    { schema: { summary: 'A run as it goes on (server-sent events)', params: OfRun } },
    async ({ person, params, headers }, reply) => {
      const place = await runOf(person, params);
      const since = headers['last-event-id'];
      const events = followRun(place, typeof since === 'string' ? since : undefined, closing.signal);
      reply
        .type('text/event-stream')
        .header('cache-control', 'no-cache, no-transform')
        .header('x-accel-buffering', 'no');
      return reply.send(Readable.from(events)); // a closed tab ends it
    },
  );

  app.get(
    '/projects/:projectId/runs/:name/report',
    { schema: { summary: 'The report of a run, as HTML', params: OfRun } },
    async ({ person, params }, reply) => {
      const place = await runOf(person, params);
      if (!readRun(place).hasReport) throw notFound('report of the run', params.name);
      reply.type('text/html').header('content-security-policy', reportPolicy);
      return reply.send(readFileSync(join(place.run, 'report.html')));
    },
  );

  app.post(
    '/projects/:projectId/runs/:name/stop',
    {
      schema: {
        summary: 'Stop a run with a checkpoint; asked again, at once',
        params: OfRun,
        body: z.object({ atOnce: z.boolean() }),
        response: { 200: Run, ...failures },
      },
    },
    async ({ person, params, body }) => {
      const place = await runOf(person, params);
      const { state } = readRun(place);
      if (!isAtWork(state)) throw new Refusal(409, 'run_ended', `${place.name} is not running.`);
      if (state !== 'stopping' || body.atOnce) {
        interrupt(studio, place);
        await audit(studio, person, params.projectId, { action: 'run.stop', details: { name: place.name } });
      }
      return readRun(place);
    },
  );

  app.post(
    '/projects/:projectId/runs/:name/resume',
    { schema: { summary: 'Go on with a run', params: OfRun, response: { 200: Run, ...failures } } },
    async ({ person, params }) => resumeRun(studio, person, params.projectId, await runOf(person, params)),
  );

  app.delete(
    '/projects/:projectId/runs/:name',
    {
      schema: {
        summary: 'Remove a run and its checkpoints',
        params: OfRun,
        response: { 200: z.object({}), ...failures },
      },
    },
    async ({ person, params }) => {
      await removeRun(studio, person, params.projectId, await runOf(person, params));
      return {};
    },
  );
};
