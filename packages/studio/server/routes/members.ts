import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Accept, Accepted, Invitation, Invite, Member } from '../../shared/people.ts';
import { Problem } from '../../shared/problem.ts';
import { openProject } from '../auth/access.ts';
import { changeRole, removeMember } from '../members.ts';
import { acceptInvitation, invite } from '../people.ts';
import type { Studio } from '../studio.ts';
import { Done, InProject } from './common.ts';

const OneMember = InProject.extend({ userId: z.string() });

/** Who is in a project. */
export const memberRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  app.get(
    '/projects/:projectId/members',
    {
      schema: { summary: 'Members of a project', params: InProject, response: { 200: z.array(Member), 404: Problem } },
    },
    async ({ person, params }) => {
      await openProject(studio, person, params.projectId, 'editor');
      const rows = await studio.db
        .selectFrom('members')
        .innerJoin('users', 'users.id', 'members.user_id')
        .select(['users.id', 'users.name', 'users.email', 'users.owner', 'members.role'])
        .where('members.project_id', '=', params.projectId)
        .orderBy('users.name')
        .execute();
      return rows.map((row) => Member.parse({ ...row, owner: row.owner === 1 }));
    },
  );

  app.post(
    '/projects/:projectId/invitations',
    {
      schema: {
        summary: 'A link by which one person joins',
        params: InProject,
        body: Invite,
        response: { 200: Invitation, 404: Problem },
      },
    },
    async ({ person, params, body }) => {
      await openProject(studio, person, params.projectId, 'editor');
      return invite(studio, person, { projectId: params.projectId, role: body.role });
    },
  );

  app.post(
    '/invitations/accept',
    {
      schema: {
        summary: 'Join one more project by an invitation',
        body: Accept,
        response: { 200: Accepted, 403: Problem, 409: Problem },
      },
    },
    async ({ person, body }) => ({ projectId: await acceptInvitation(studio, person, body.token) }),
  );

  app.patch(
    '/projects/:projectId/members/:userId',
    {
      schema: {
        summary: 'Give a member another role',
        params: OneMember,
        body: Invite,
        response: { 200: Done, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params, body }) => {
      await openProject(studio, person, params.projectId, 'editor');
      await changeRole(studio, person, params, body.role);
      return {};
    },
  );

  app.delete(
    '/projects/:projectId/members/:userId',
    {
      schema: {
        summary: 'Take a member out of a project; the votes stay',
        params: OneMember,
        response: { 200: Done, 403: Problem, 404: Problem },
      },
    },
    async ({ person, params }) => {
      await openProject(studio, person, params.projectId, 'editor');
      await removeMember(studio, person, params);
      return {};
    },
  );
};
