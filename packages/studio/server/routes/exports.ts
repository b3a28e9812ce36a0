import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ExportQuery, ExportSummary } from '../../shared/items.ts';
import { Problem } from '../../shared/problem.ts';
import { record } from '../audit.ts';
import { openProject } from '../auth/access.ts';
import { asLines, asParquet } from '../exports/file.ts';
import { exportRecords } from '../exports/records.ts';
import { exportSummary } from '../exports/select.ts';
import type { Studio } from '../studio.ts';
import { InProject } from './common.ts';

/** What goes out. */
export const exportRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  const { db, folder, now } = studio;

  app.get(
    '/projects/:projectId/export',
    {
      schema: {
        summary: 'Comparisons, pairs or judged prompts as a file: JSONL or Parquet',
        params: InProject,
        querystring: ExportQuery,
        response: { 200: z.any(), 403: Problem, 404: Problem, 422: Problem },
      },
    },
    async ({ person, params: { projectId }, query }, reply) => {
      await openProject(studio, person, projectId, 'editor');
      const records = await exportRecords(db, projectId, query);
      const { what, format } = query;
      await record(db, { at: now(), userId: person.id, action: 'items.export', subject: projectId, details: query });
      return reply
        .type(format === 'parquet' ? 'application/vnd.apache.parquet' : 'application/x-ndjson')
        .header('content-disposition', `attachment; filename="${what}.${format}"`)
        .send(format === 'parquet' ? await asParquet(records, folder) : asLines(records));
    },
  );

  app.get(
    '/projects/:projectId/export/summary',
    {
      schema: {
        summary: 'What an export would hold',
        params: InProject,
        querystring: ExportQuery.partial(),
        response: { 200: ExportSummary, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params: { projectId }, query: { agreement = 0, leastVotes = 1 } }) => {
      await openProject(studio, person, projectId, 'editor');
      return exportSummary(db, projectId, { agreement, leastVotes });
    },
  );
};
