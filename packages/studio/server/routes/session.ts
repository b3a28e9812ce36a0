import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { Join, Me, SetUp, SignIn, Welcome } from '../../shared/people.ts';
import { Problem } from '../../shared/problem.ts';
import { Attempts } from '../auth/attempts.ts';
import type { Person } from '../auth/identify.ts';
import { isPassword } from '../auth/passwords.ts';
import { beginSession, endSession, SESSION_COOKIE } from '../auth/sessions.ts';
import { joinByInvitation, setUpOwner, someOwner } from '../people.ts';
import { Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { Done } from './common.ts';

/** Coming in and going out. */
export const sessionRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  const attempts = new Attempts();
  const open = { open: true };

  app.get(
    '/welcome',
    { config: open, schema: { summary: 'Whether the studio has an owner yet', response: { 200: Welcome } } },
    async () => ({
      ready: await someOwner(studio.db),
    }),
  );

  app.post(
    '/setup',
    { config: open, schema: { summary: 'Make the owner, once', body: SetUp, response: { 200: Me, 403: Problem } } },
    async ({ body }, reply) => {
      const person = await setUpOwner(studio, body);
      await beginSession(studio, person.id, reply);
      return meOf(studio, person);
    },
  );

  app.post(
    '/session',
    { config: open, schema: { summary: 'Sign in', body: SignIn, response: { 200: Me, 401: Problem, 429: Problem } } },
    async ({ body, ip }, reply) => {
      const email = body.email.trim().toLowerCase();
      const keys = [`account ${email}`, `address ${ip}`];
      attempts.check(keys, studio.now());
      const user = await studio.db
        .selectFrom('users')
        .selectAll()
        .where('email', '=', email)
        .where('disabled_at', 'is', null)
        .executeTakeFirst();
      if (!(await isPassword(body.password, user?.password_hash)) || !user) {
        attempts.fail(keys, studio.now());
        throw new Refusal(401, 'wrong_credentials', 'This e-mail address and password do not belong together.');
      }
      attempts.forgive(keys);
      await beginSession(studio, user.id, reply);
      return meOf(studio, { id: user.id, name: user.name, email: user.email, owner: user.owner === 1 });
    },
  );

  app.post(
    '/join',
    {
      config: open,
      schema: { summary: 'Take up an invitation', body: Join, response: { 200: Me, 403: Problem, 409: Problem } },
    },
    async ({ body }, reply) => {
      const person = await joinByInvitation(studio, body);
      await beginSession(studio, person.id, reply);
      return meOf(studio, person);
    },
  );

  app.delete(
    '/session',
    { config: open, schema: { summary: 'Sign out', response: { 200: Done } } },
    async ({ cookies }, reply) => {
      await endSession(studio, cookies[SESSION_COOKIE], reply);
      return {};
    },
  );

  app.get('/me', { schema: { summary: 'Who is signed in', response: { 200: Me, 401: Problem } } }, ({ person }) =>
    meOf(studio, person),
  );
};

async function meOf({ db }: Studio, person: Person): Promise<Me> {
  const all = db.selectFrom('projects').select(['projects.id', 'projects.name']).orderBy('projects.created_at');
  if (person.owner) {
    const projects = await all.execute();
    return { ...person, projects: projects.map((project) => ({ ...project, role: 'editor' as const })) };
  }
  const projects = await all
    .innerJoin('members', 'members.project_id', 'projects.id')
    .select('members.role')
    .where('members.user_id', '=', person.id)
    .execute();
  return Me.parse({ ...person, projects });
}
