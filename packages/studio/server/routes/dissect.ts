import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  DissectGroup,
  DissectOverview,
  ExplainedPage,
  GroupDissection,
  LabelsReport,
  PropertiesQuery,
  SampleQuery,
} from '../../shared/dissect.ts';
import { Problem } from '../../shared/problem.ts';
import { Language } from '../../shared/projects.ts';
import { openProject } from '../auth/access.ts';
import type { Person } from '../auth/identify.ts';
import { Dissections } from '../dissect/fits.ts';
import { dropLabels, MOST_LABELS, takeLabels } from '../dissect/labels.ts';
import { explainedPage } from '../dissect/samples.ts';
import { Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { InProject } from './common.ts';

const OfGroup = InProject.extend({ group: DissectGroup });
const JudgeName = z.string().trim().min(1).max(100);
const failures = { 400: Problem, 403: Problem, 404: Problem, 413: Problem, 422: Problem };

/** What a project's votes reward, for its editors. */
export const dissectRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  const dissections = new Dissections(studio);
  app.addHook('preClose', () => dissections.close());
  const editor = (person: Person, projectId: string) => openProject(studio, person, projectId, 'editor');

  const groupOf = async (person: Person, { projectId, group }: z.infer<typeof OfGroup>, annotator?: string) => {
    const language = Language.parse((await editor(person, projectId)).language);
    const study = await dissections.study(projectId, annotator);
    const fitted = await dissections.fits(projectId, language, study, group);
    return { study, fitted, language, places: study.groups.get(group)! };
  };

  app.get(
    '/projects/:projectId/dissect',
    {
      schema: {
        summary: 'What there is to dissect',
        params: InProject,
        querystring: PropertiesQuery,
        response: { 200: DissectOverview, ...failures },
      },
    },
    async ({ person, params: { projectId }, query: { annotator } }) => {
      await editor(person, projectId);
      const study = await dissections.study(projectId, annotator);
      const { version, comparisons, unchecked, ids, judges, groups } = study;
      return {
        ...{ version, comparisons, unchecked, used: ids.length },
        judges: judges.map(({ said: _, ...judge }) => judge),
        groups: [...groups].map(([group, places]) => ({ group, comparisons: places.length })),
      };
    },
  );

  app.get(
    '/projects/:projectId/dissect/groups/:group',
    {
      schema: {
        summary: 'The weights of every judge in a group, and how alike these are',
        params: OfGroup,
        querystring: PropertiesQuery,
        response: { 200: GroupDissection, ...failures },
      },
    },
    async ({ person, params, query }) => {
      const { study, fitted, places } = await groupOf(person, params, query.annotator);
      const { judges, similarity } = fitted;
      return {
        ...{ version: study.version, group: params.group, comparisons: places.length },
        judges: [...judges],
        similarity: [...similarity],
      };
    },
  );

  app.get(
    '/projects/:projectId/dissect/groups/:group/samples',
    {
      schema: {
        summary: 'Why each of a judge’s comparisons is foretold as it is, ten at a time',
        params: OfGroup,
        querystring: SampleQuery,
        response: { 200: ExplainedPage, ...failures },
      },
    },
    async ({ person, params, query }) => explainedPage(await groupOf(person, params, query.annotator), query),
  );

  app.post(
    '/projects/:projectId/dissect/labels',
    {
      schema: {
        summary: 'Take in the labels of another judge',
        consumes: ['multipart/form-data'],
        params: InProject,
        querystring: z.object({ judge: JudgeName }),
        response: { 200: LabelsReport, ...failures },
      },
    },
    async (request) => {
      const { person, params, query } = request;
      await editor(person, params.projectId);
      const upload = await request.file({ limits: { fileSize: MOST_LABELS } });
      if (!upload) throw new Refusal(400, 'no_file', 'Send the file as multipart/form-data.');
      return takeLabels(studio, person, params.projectId, { upload, judge: query.judge });
    },
  );

  app.delete(
    '/projects/:projectId/dissect/labels/:judge',
    {
      schema: {
        summary: 'Forget an uploaded judge',
        params: InProject.extend({ judge: z.string().max(200) }),
        response: { 200: z.object({}), ...failures },
      },
    },
    async ({ person, params }) => {
      await editor(person, params.projectId);
      await dropLabels(studio, person, params.projectId, params.judge);
      return {};
    },
  );
};
