import { Role } from '../../shared/people.ts';
import { prepared } from '../db/prepared.ts';
import type { ProjectRow } from '../db/schema.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import type { Person } from './identify.ts';

/**
 * A project, for someone who is at least `needed` in it.
 *
 * @throws Refusal 404 where there is no such project or the person is not in it; 403 where the role is too small
 */
export async function openProject(
  { db }: Studio,
  person: Person,
  projectId: string,
  needed: Role,
): Promise<ProjectRow & { role: Role }> {
  const {
    rows: [project],
  } = await projectById(db, { projectId });
  const role = project && (await roleIn(db, person, projectId));
  if (!project || !role) throw notFound('project', projectId);
  if (rank(role) >= rank(needed)) return { ...project, role };
  throw new Refusal(
    403,
    'role_too_small',
    `This takes the role ${needed}; yours is ${role}. Ask the project's editors.`,
  );
}

/** @throws Refusal 403 */
export function ownerOnly({ owner }: Person): void {
  if (!owner) throw new Refusal(403, 'owner_only', 'Only the owner of the studio may do this.');
}

async function roleIn(db: Studio['db'], person: Person, projectId: string): Promise<Role | undefined> {
  if (person.owner) return 'editor';
  const {
    rows: [member],
  } = await membership(db, { projectId, userId: person.id });
  return member && Role.parse(member.role);
}

const projectById = prepared<{ projectId: string }, ProjectRow>((db, given) =>
  db.selectFrom('projects').selectAll().where('id', '=', given('projectId')),
);

const membership = prepared<{ projectId: string; userId: string }, { role: string }>((db, given) =>
  db
    .selectFrom('members')
    .select('role')
    .where('project_id', '=', given('projectId'))
    .where('user_id', '=', given('userId')),
);

const rank = (role: Role): number => Role.options.indexOf(role);
