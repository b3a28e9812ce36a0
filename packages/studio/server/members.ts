import type { Role } from '../shared/people.ts';
import { record } from './audit.ts';
import type { Person } from './auth/identify.ts';
import { notFound } from './refusal.ts';
import type { Studio } from './studio.ts';

interface Membership {
  readonly projectId: string;
  readonly userId: string;
}

/** @throws Refusal 404 */
export async function changeRole(
  { db, now }: Studio,
  by: Person,
  { projectId, userId }: Membership,
  role: Role,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const changed = await tx
      .updateTable('members')
      .set({ role })
      .where('project_id', '=', projectId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    if (Number(changed.numUpdatedRows) === 0) throw notFound('member', userId);
    const details = { member: userId, role };
    await record(tx, { at: now(), userId: by.id, action: 'member.role', subject: projectId, details });
  });
}

/**
 * Takes somebody out of a project. Their votes stay: they were given.
 *
 * @throws Refusal 404
 */
export async function removeMember({ db, now }: Studio, by: Person, { projectId, userId }: Membership): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const gone = await tx
      .deleteFrom('members')
      .where('project_id', '=', projectId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    if (Number(gone.numDeletedRows) === 0) throw notFound('member', userId);
    const details = { member: userId };
    await record(tx, { at: now(), userId: by.id, action: 'member.remove', subject: projectId, details });
  });
}
