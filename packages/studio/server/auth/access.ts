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
    rows: [found],
  } = await projectAndRole(db, { projectId, userId: person.id });
  const role = person.owner ? 'editor' : found?.member_role && Role.parse(found.member_role);
  if (!found || !role) throw notFound('project', projectId);
  const { member_role: _, ...project } = found;
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

type WithRole = ProjectRow & { readonly member_role: string | null };

/** A project, and the role of somebody in it, if any. */
const projectAndRole = prepared<{ projectId: string; userId: string }, WithRole>((db, given) =>
  db
    .selectFrom('projects')
    .leftJoin('members', (join) => join.onRef('project_id', '=', 'projects.id').on('user_id', '=', given('userId')))
    .selectAll('projects')
    .select('members.role as member_role')
    .where('projects.id', '=', given('projectId')),
);

const rank = (role: Role): number => Role.options.indexOf(role);
