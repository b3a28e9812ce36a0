import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { Annotation, AnnotationEstimate, AnnotationPage, NewAnnotation } from '../../shared/annotation.ts';
import { Problem } from '../../shared/problem.ts';
import { openProject } from '../auth/access.ts';
import {
  annotationEstimate,
  annotationPage,
  resumeAnnotation,
  startAnnotation,
  stopAnnotation,
} from '../dissect/annotation.ts';
import type { Studio } from '../studio.ts';
import { InProject } from './common.ts';

const failures = { 400: Problem, 403: Problem, 404: Problem, 409: Problem };

/** The study's properties for a project's own comparisons, for its editors. */
export const annotationRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  app.get(
    '/projects/:projectId/annotation',
    {
      schema: {
        summary: 'Which model can rate properties, and how far the latest is',
        params: InProject,
        response: { 200: AnnotationPage, ...failures },
      },
    },
    async ({ person, params: { projectId } }) => {
      await openProject(studio, person, projectId, 'editor');
      return annotationPage(studio, projectId);
    },
  );

  app.post(
    '/projects/:projectId/annotation/estimate',
    {
      schema: {
        summary: 'What an annotation would cost; nothing is asked for',
        params: InProject,
        body: NewAnnotation,
        response: { 200: AnnotationEstimate, ...failures },
      },
    },
    async ({ person, params: { projectId }, body }) => {
      await openProject(studio, person, projectId, 'editor');
      return annotationEstimate(studio, projectId, body);
    },
  );

  app.post(
    '/projects/:projectId/annotation',
    {
      schema: {
        summary: 'Have a chat model rate the properties of judged comparisons',
        params: InProject,
        body: NewAnnotation,
        response: { 200: Annotation, ...failures },
      },
    },
    async ({ person, params: { projectId }, body }) => {
      await openProject(studio, person, projectId, 'editor');
      return startAnnotation(studio, person, projectId, body);
    },
  );

  app.post(
    '/projects/:projectId/annotation/stop',
    {
      schema: {
        summary: 'Stop the annotation; what is rated stays',
        params: InProject,
        response: { 200: AnnotationPage, ...failures },
      },
    },
    async ({ person, params: { projectId } }) => {
      await openProject(studio, person, projectId, 'editor');
      await stopAnnotation(studio, person, projectId);
      return annotationPage(studio, projectId);
    },
  );

  app.post(
    '/projects/:projectId/annotation/resume',
    {
      schema: {
        summary: 'Go on annotating, and try again what failed',
        params: InProject,
        response: { 200: Annotation, ...failures },
      },
    },
    async ({ person, params: { projectId } }) => {
      await openProject(studio, person, projectId, 'editor');
      return resumeAnnotation(studio, person, projectId);
    },
  );
};
