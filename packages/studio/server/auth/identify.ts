import type { FastifyInstance, FastifyRequest } from 'fastify';
import { prepared } from '../db/prepared.ts';
import { write } from '../db/write.ts';
import { Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { SESSION_COOKIE } from './sessions.ts';
import { hashToken } from './tokens.ts';

/** Whoever asks. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly owner: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in; everywhere but on open routes somebody is. */
    person: Person;
  }
  interface FastifyContextConfig {
    /** Answered without a sign-in. */
    open?: boolean;
  }
}

/**
 * Lets nobody past who is not signed in, by cookie or by API key (`Authorization: Bearer …`), unless a route says that it is
 * open; and no change that a browser sends from another site's page.
 */
export function identifyEveryone(app: FastifyInstance, studio: Studio): void {
  app.decorateRequest('person');
  app.addHook('onRequest', async (request) => {
    const byKey = request.headers.authorization?.startsWith('Bearer ');
    if (!byKey) refuseForeignChange(request, studio.origin);
    const person = byKey ? await byApiKey(request, studio) : await bySession(request, studio);
    if (person) request.person = person;
    else if (!request.routeOptions.config.open) {
      throw new Refusal(401, 'not_signed_in', 'Sign in, or send an API key as "Authorization: Bearer …".');
    }
  });
}

/** A browser says where a change comes from (Origin); forms and scripts of other sites cannot say otherwise. */
function refuseForeignChange({ method, headers }: FastifyRequest, origin: string): void {
  if (method === 'GET' || method === 'HEAD') return;
  if (headers.origin === origin) return;
  throw new Refusal(
    403,
    'foreign_origin',
    `Changes must come from ${origin}; this one says ${headers.origin ?? 'nothing'}.`,
  );
}

const columns = ['users.id', 'users.name', 'users.email', 'users.owner'] as const;
const asPerson = (row: UserRow | undefined): Person | undefined => row && { ...row, owner: row.owner === 1 };

async function bySession({ cookies }: FastifyRequest, { db, now }: Studio): Promise<Person | undefined> {
  const token = cookies[SESSION_COOKIE];
  if (token === undefined) return undefined;
  const { rows } = await bySessionToken(db, { hash: hashToken(token), now: now() });
  return asPerson(rows[0]);
}

type UserRow = Omit<Person, 'owner'> & { readonly owner: number };

const bySessionToken = prepared<{ hash: string; now: number }, UserRow>((db, given) =>
  db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(columns)
    .where('token_hash', '=', given('hash'))
    .where('expires_at', '>', given('now'))
    .where('disabled_at', 'is', null),
);

/** When a key was used is known to the minute: a write for each request would cost more than most requests. */
const MINUTE_MS = 60_000;

async function byApiKey({ headers }: FastifyRequest, { db, now }: Studio): Promise<Person | undefined> {
  const hash = hashToken(headers.authorization!.slice('Bearer '.length).trim());
  const {
    rows: [row],
  } = await byKeyHash(db, { hash });
  if (!row) return undefined;
  const { last_used_at: last, ...user } = row;
  if (last === null || last < now() - MINUTE_MS) {
    await write(db, (tx) => usedKey(tx, { hash, at: now() }));
  }
  return asPerson(user);
}

const byKeyHash = prepared<{ hash: string }, UserRow & { readonly last_used_at: number | null }>((db, given) =>
  db
    .selectFrom('api_keys')
    .innerJoin('users', 'users.id', 'api_keys.user_id')
    .select([...columns, 'api_keys.last_used_at'])
    .where('token_hash', '=', given('hash'))
    .where('disabled_at', 'is', null),
);

const usedKey = prepared<{ hash: string; at: number }, unknown>((db, given) =>
  db
    .updateTable('api_keys')
    .set({ last_used_at: given('at') })
    .where('token_hash', '=', given('hash')),
);
