import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Join, Role, SetUp } from '../shared/people.ts';
import { record } from './audit.ts';
import type { Person } from './auth/identify.ts';
import { hashPassword } from './auth/passwords.ts';
import { hashToken, newToken } from './auth/tokens.ts';
import type { Db } from './db/open.ts';
import type { Database } from './db/schema.ts';
import { Refusal } from './refusal.ts';
import type { Studio } from './studio.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

/** Whether anyone owns the studio yet. */
export async function someOwner(db: Db): Promise<boolean> {
  return (await db.selectFrom('users').select('id').where('owner', '=', 1).executeTakeFirst()) !== undefined;
}

/** The token of the link that makes the owner: known to whoever sees the terminal, and to nobody after that. */
const setUpTokens = new WeakMap<Db, string>();

/** The link for the first visit; undefined once there is an owner. A new one each time the studio starts. */
export async function setUpLink({ db, origin }: Pick<Studio, 'db' | 'origin'>): Promise<string | undefined> {
  if (await someOwner(db)) return undefined;
  const token = setUpTokens.get(db) ?? newToken();
  setUpTokens.set(db, token);
  return `${origin}/setup#${token}`;
}

/** @throws Refusal 403 where the token is wrong or there is an owner already */
export async function setUpOwner({ db, now }: Studio, { token, ...given }: SetUp): Promise<Person> {
  if ((await someOwner(db)) || token !== setUpTokens.get(db)) {
    throw new Refusal(
      403,
      'wrong_link',
      'This link has been used, or is of an earlier start. The terminal of the studio shows the right one.',
    );
  }
  const person = await insertUser(db, { ...given, owner: true, at: now() });
  setUpTokens.delete(db);
  return person;
}

/** A link by which somebody joins a project. */
export async function invite(
  { db, now, origin }: Studio,
  { id: by }: Person,
  { projectId, role }: { projectId: string; role: Role },
): Promise<{ link: string; role: Role; expiresAt: number }> {
  const token = newToken();
  const expiresAt = now() + WEEK_MS;
  await db.transaction().execute(async (tx) => {
    const row = {
      token_hash: hashToken(token),
      project_id: projectId,
      role,
      created_by: by,
      expires_at: expiresAt,
      used_by: null,
    };
    await tx.insertInto('invitations').values(row).execute();
    await record(tx, { at: now(), userId: by, action: 'member.invite', subject: projectId, details: { role } });
  });
  return { link: `${origin}/join#${token}`, role, expiresAt };
}

/**
 * Makes an account by an invitation, which is used up by it.
 *
 * @throws Refusal 403 for a link that is unknown, used or too old; 409 for an e-mail address that has an account
 */
export async function joinByInvitation({ db, now }: Studio, { token, ...given }: Join): Promise<Person> {
  return db.transaction().execute(async (tx) => {
    const invitation = await openInvitation(tx, token, now());
    const person = await insertUser(tx, { ...given, owner: false, at: now() });
    await useInvitation(tx, invitation, person.id, now());
    return person;
  });
}

/**
 * Takes somebody who has an account into one more project; gives its id.
 *
 * @throws Refusal 403 for a link that is unknown, used or too old; 409 for whoever is in the project already
 */
export async function acceptInvitation({ db, now }: Studio, person: Person, token: string): Promise<string> {
  return db.transaction().execute(async (tx) => {
    const invitation = await openInvitation(tx, token, now());
    const { project_id } = invitation;
    const member = await tx
      .selectFrom('members')
      .select('role')
      .where('project_id', '=', project_id)
      .where('user_id', '=', person.id)
      .executeTakeFirst();
    if (person.owner || member) throw new Refusal(409, 'member_already', 'You are in this project already.');
    await useInvitation(tx, invitation, person.id, now());
    return project_id;
  });
}

async function openInvitation(tx: Db, token: string, at: number): Promise<Selectable<Database['invitations']>> {
  const invitation = await tx
    .selectFrom('invitations')
    .selectAll()
    .where('token_hash', '=', hashToken(token))
    .where('used_by', 'is', null)
    .where('expires_at', '>', at)
    .executeTakeFirst();
  if (invitation) return invitation;
  throw new Refusal(403, 'wrong_link', 'This invitation has been used or is too old. Ask for a new one.');
}

async function useInvitation(
  tx: Db,
  { token_hash, project_id, role }: Selectable<Database['invitations']>,
  userId: string,
  at: number,
): Promise<void> {
  const used = await tx
    .updateTable('invitations')
    .set({ used_by: userId })
    .where('token_hash', '=', token_hash)
    .where('used_by', 'is', null)
    .executeTakeFirst();
  if (Number(used.numUpdatedRows) !== 1) throw new Refusal(403, 'wrong_link', 'This invitation has just been used.');
  await tx.insertInto('members').values({ project_id, user_id: userId, role }).execute();
  await record(tx, { at, userId, action: 'member.join', subject: project_id, details: { role } });
}

interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly owner: boolean;
  readonly at: number;
}

async function insertUser(db: Db, { name, email, password, owner, at }: NewUser): Promise<Person> {
  const taken = await db.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst();
  if (taken)
    throw new Refusal(
      409,
      'email_taken',
      'There is an account with this e-mail address. Sign in with it.',
      'body.email',
    );
  const id = randomUUID();
  const password_hash = await hashPassword(password);
  const row = { id, name, email, password_hash, owner: Number(owner), created_at: at, disabled_at: null };
  await db.insertInto('users').values(row).execute();
  await record(db, { at, userId: id, action: owner ? 'studio.setup' : 'user.create', subject: id });
  return { id, name, email, owner };
}
