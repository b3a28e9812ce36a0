import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  ColumnMapping,
  ImportProblem,
  ImportQuery,
  ImportReport,
  ItemDetail,
  ItemPage,
  ItemQuery,
} from '../../shared/items.ts';
import { Problem } from '../../shared/problem.ts';
import { openProject } from '../auth/access.ts';
import { importFile } from '../imports/importFile.ts';
import { MOST_SENT, shownName, withUpload } from '../imports/upload.ts';
import { itemDetail, itemPage } from '../items.ts';
import { Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { InProject } from './common.ts';

/** What a project asks about. */
export const itemRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  app.post(
    '/projects/:projectId/imports',
    {
      schema: {
        summary: 'Take in a file of prompts, pairs or comparisons, or tell what that would do',
        consumes: ['multipart/form-data'],
        params: InProject,
        querystring: ImportQuery,
        response: { 200: ImportReport, 403: Problem, 404: Problem, 413: Problem, 422: ImportProblem },
      },
    },
    async (request, reply) => {
      const { person, params, query } = request;
      const project = await openProject(studio, person, params.projectId, 'editor');
      const mapping = mappingOf(query.mapping);
      const upload = await request.file({ limits: { fileSize: MOST_SENT } });
      if (!upload) throw new Refusal(400, 'no_file', 'Send the file as multipart/form-data.');
      const options = { ...query, projectId: project.id, fileName: shownName(upload.filename) };
      const report = await withUpload(studio.folder, upload, mapping, (file) =>
        importFile(studio, person, file, options),
      );
      if (report.imported || query.dryRun) return report;
      return reply.code(422).send({ ...refusedFile(report), report });
    },
  );

  app.get(
    '/projects/:projectId/items',
    {
      schema: {
        summary: 'Items in the order of their import',
        params: InProject,
        querystring: ItemQuery,
        response: { 200: ItemPage, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params, query }) => {
      const project = await openProject(studio, person, params.projectId, 'editor');
      return itemPage(studio.db, project.id, query);
    },
  );

  app.get(
    '/projects/:projectId/items/:itemId',
    {
      schema: {
        summary: 'An item with everything that was said about it',
        params: InProject.extend({ itemId: z.string().max(100) }),
        response: { 200: ItemDetail, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params }) => {
      const project = await openProject(studio, person, params.projectId, 'editor');
      return itemDetail(studio.db, project.id, params.itemId);
    },
  );
};

function mappingOf(text: string | undefined): ColumnMapping | undefined {
  if (text === undefined) return undefined;
  try {
    return ColumnMapping.parse(JSON.parse(text));
  } catch {
    const needs = 'an object that names the column of the prompt, and those of a and b';
    throw new Refusal(400, 'bad_mapping', `The mapping is not ${needs}.`, 'querystring.mapping');
  }
}

function refusedFile({ format, bad, unit }: ImportReport): Problem {
  if (format === null) {
    return { code: 'unknown_columns', message: 'Nobody knows the columns of this file: say which of them is what.' };
  }
  return {
    code: 'bad_rows',
    message: `${bad} ${unit}s cannot be used, so nothing was imported. Mend them, or import without them (onError=skip).`,
  };
}
