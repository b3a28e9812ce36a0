import type { FastifyReply } from 'fastify';
import type { Studio } from '../studio.ts';
import { hashToken, newToken } from './tokens.ts';

export const SESSION_COOKIE = 'attune_session';
const LASTS_MS = 30 * 24 * 3_600_000;

/** Signs someone in. Each sign-in has a token of its own, made here: one that was planted in a browser is worth nothing. */
export async function beginSession({ db, now, origin }: Studio, userId: string, reply: FastifyReply): Promise<void> {
  const token = newToken();
  const row = { token_hash: hashToken(token), user_id: userId, created_at: now(), expires_at: now() + LASTS_MS };
  await db.insertInto('sessions').values(row).execute();
  await db.deleteFrom('sessions').where('expires_at', '<=', now()).execute();
  const secure = origin.startsWith('https:');
  reply.setCookie(SESSION_COOKIE, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
    maxAge: LASTS_MS / 1000,
  });
}

export async function endSession({ db }: Studio, token: string | undefined, reply: FastifyReply): Promise<void> {
  if (token !== undefined) await db.deleteFrom('sessions').where('token_hash', '=', hashToken(token)).execute();
  reply.clearCookie(SESSION_COOKIE, { path: '/' });
}
