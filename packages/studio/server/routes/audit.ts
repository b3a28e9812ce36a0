import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AuditPage } from '../../shared/people.ts';
import { Problem } from '../../shared/problem.ts';
import { openProject } from '../auth/access.ts';
import type { Studio } from '../studio.ts';
import { InProject } from './common.ts';

const Query = z.object({
  /** `next` of the page before. */
  before: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** The audit trail of a project, for its editors. */
export const auditRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  app.get(
    '/projects/:projectId/audit',
    {
      schema: {
        summary: 'Who changed what in a project, newest first',
        params: InProject,
        querystring: Query,
        response: { 200: AuditPage, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params, query: { before, limit } }) => {
      await openProject(studio, person, params.projectId, 'editor');
      const rows = await studio.db
        .selectFrom('audit')
        .leftJoin('users', 'users.id', 'audit.user_id')
        .select(['audit.id', 'at', 'users.name', 'action', 'subject', 'details'])
        .where('subject', '=', params.projectId)
        .$if(before !== undefined, (query) => query.where('audit.id', '<', before!))
        .orderBy('audit.id', 'desc')
        .limit(limit + 1)
        .execute();
      const entries = rows.slice(0, limit).map(({ name, details, ...row }) => ({
        ...row,
        id: Number(row.id),
        who: name ?? '',
        details: JSON.parse(details) as Record<string, unknown>,
      }));
      return { entries, next: rows.length > limit ? entries.at(-1)!.id : null };
    },
  );
};
