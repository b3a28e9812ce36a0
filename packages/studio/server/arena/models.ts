import { randomUUID } from 'node:crypto';
import type { ArenaModel, ModelCheck, NewArenaModel } from '../../shared/arena.ts';
import { record } from '../audit.ts';
import type { Person } from '../auth/identify.ts';
import type { Db } from '../db/open.ts';
import type { ArenaModel as ModelRow } from '../db/schema.ts';
import { write } from '../db/write.ts';
import { notFound } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { selfNaming } from './selfNaming.ts';
import { type ChatServer, streamChat } from './streamChat.ts';

const CHECK_MS = 20_000;

/** All models of a project's arena, also those that have retired. */
export async function arenaModels(studio: Studio, projectId: string): Promise<ArenaModel[]> {
  const rows = await studio.db
    .selectFrom('arena_models')
    .selectAll()
    .where('project_id', '=', projectId)
    .orderBy('created_at')
    .execute();
  return rows.map((row) => modelOf(studio, row));
}

export async function addModel(
  studio: Studio,
  person: Person,
  projectId: string,
  given: NewArenaModel,
): Promise<ArenaModel> {
  const { keyName, ...rest } = given;
  const at = studio.now();
  const row = { id: randomUUID(), project_id: projectId, ...rest, key_name: keyName, created_at: at, retired_at: null };
  await write(studio.db, async (tx) => {
    await tx.insertInto('arena_models').values(row).execute();
    const details = { name: row.name, url: row.url, model: row.model };
    await record(tx, { at, userId: person.id, action: 'arena.add', subject: projectId, details });
  });
  return modelOf(studio, row);
}

/** Takes a model out of the arena, or lets it in again. Its votes stay. */
export async function retireModel(
  { db, now }: Studio,
  person: Person,
  { id, project_id: subject, name }: ModelRow,
  retired: boolean,
): Promise<void> {
  const at = now();
  await write(db, async (tx) => {
    await tx
      .updateTable('arena_models')
      .set({ retired_at: retired ? at : null })
      .where('id', '=', id)
      .execute();
    await record(tx, {
      at,
      userId: person.id,
      action: retired ? 'arena.retire' : 'arena.return',
      subject,
      details: { name },
    });
  });
}

/** Whether a text says which model wrote it: one of the project's arena, or any that is known. */
export async function selfNamingIn(db: Db, projectId: string): Promise<(text: string) => boolean> {
  const rows = await db
    .selectFrom('arena_models')
    .select(['name', 'model'])
    .where('project_id', '=', projectId)
    .execute();
  return selfNaming(rows.flatMap(({ name, model }) => [name, model]));
}

/** @throws Refusal 404 where it is none of this project */
export async function modelThatIs({ db }: Studio, projectId: string, id: string): Promise<ModelRow> {
  const row = await db
    .selectFrom('arena_models')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('model', id);
  return row;
}

/** Says hello to a model. */
export async function checkModel(studio: Studio, row: ModelRow): Promise<ModelCheck> {
  let text = '';
  try {
    const greeting = { role: 'user' as const, content: 'Say hello in one short sentence.' };
    for await (const piece of streamChat(serverOf(studio, row), [greeting], AbortSignal.timeout(CHECK_MS)))
      text += piece;
    return { answered: true, text: text.slice(0, 500) };
  } catch (error) {
    return { answered: false, text: reasonOf(error) };
  }
}

/** Where a model is asked, with its key. */
export const serverOf = ({ env = {} }: Studio, { url, model, key_name }: ModelRow): ChatServer => ({
  ...{ url, model },
  ...(key_name !== null && { key: env[key_name] }),
});

const modelOf = ({ env = {} }: Studio, { id, name, url, model, key_name, retired_at }: ModelRow): ArenaModel => ({
  ...{ id, name, url, model, keyName: key_name, retired: retired_at !== null },
  hasKey: key_name === null || Boolean(env[key_name]),
});

/** fetch() says only "fetch failed"; the reason is in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
