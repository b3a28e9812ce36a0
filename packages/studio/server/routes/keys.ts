import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ApiKey, MadeApiKey, NewApiKey } from '../../shared/people.ts';
import { Problem } from '../../shared/problem.ts';
import { record } from '../audit.ts';
import { hashToken, newToken } from '../auth/tokens.ts';
import { notFound } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { Done } from './common.ts';

/** One's own API keys. Only their hashes are kept. */
export const keyRoutes: FastifyPluginAsyncZod<{ studio: Studio }> = async (app, { studio }) => {
  const { db, now } = studio;

  app.get('/keys', { schema: { summary: 'Your API keys', response: { 200: z.array(ApiKey) } } }, ({ person }) =>
    db
      .selectFrom('api_keys')
      .select(['id', 'name', 'created_at as createdAt', 'last_used_at as lastUsedAt'])
      .where('user_id', '=', person.id)
      .orderBy('created_at', 'desc')
      .execute(),
  );

  app.post(
    '/keys',
    { schema: { summary: 'Make an API key; it is told this once', body: NewApiKey, response: { 200: MadeApiKey } } },
    async ({ person, body: { name } }) => {
      const [id, key, at] = [randomUUID(), newToken(), now()];
      const row = { id, user_id: person.id, name, token_hash: hashToken(key), created_at: at, last_used_at: null };
      await db.transaction().execute(async (tx) => {
        await tx.insertInto('api_keys').values(row).execute();
        await record(tx, { at, userId: person.id, action: 'key.create', subject: id, details: { name } });
      });
      return { id, name, createdAt: at, lastUsedAt: null, key };
    },
  );

  app.delete(
    '/keys/:keyId',
    {
      schema: {
        summary: 'Revoke an API key',
        params: z.object({ keyId: z.string() }),
        response: { 200: Done, 404: Problem },
      },
    },
    async ({ person, params: { keyId } }) => {
      await db.transaction().execute(async (tx) => {
        const gone = await tx
          .deleteFrom('api_keys')
          .where('id', '=', keyId)
          .where('user_id', '=', person.id)
          .executeTakeFirst();
        if (Number(gone.numDeletedRows) === 0) throw notFound('API key', keyId);
        await record(tx, { at: now(), userId: person.id, action: 'key.revoke', subject: keyId });
      });
      return {};
    },
  );
};
