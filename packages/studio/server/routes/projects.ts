import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { Problem } from '../../shared/problem.ts';
import { NewProject, Project, ProjectSettings } from '../../shared/projects.ts';
import { openProject, ownerOnly } from '../auth/access.ts';
import { changeProject, createProject, projectOf } from '../projects.ts';
import type { Studio } from '../studio.ts';
import { InProject } from './common.ts';

/** Projects: what they ask, and how far they are. */
export const projectRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  app.post(
    '/projects',
    { schema: { summary: 'Begin a project', body: NewProject, response: { 200: Project, 403: Problem } } },
    async ({ person, body }) => {
      ownerOnly(person);
      return createProject(studio, person, body);
    },
  );

  app.get(
    '/projects/:projectId',
    { schema: { summary: 'A project and how far it is', params: InProject, response: { 200: Project, 404: Problem } } },
    async ({ person, params }) => projectOf(studio, await openProject(studio, person, params.projectId, 'viewer')),
  );

  app.patch(
    '/projects/:projectId',
    {
      schema: {
        summary: 'Change the settings of a project',
        params: InProject,
        body: ProjectSettings.partial(),
        response: { 200: Project, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params, body }) => {
      await openProject(studio, person, params.projectId, 'editor');
      await changeProject(studio, person, params.projectId, body);
      return projectOf(studio, await openProject(studio, person, params.projectId, 'editor'));
    },
  );
};
