/** Prompts that wait for responses. */
import { sql } from 'kysely';
import type { PromptChoice } from '../../shared/sampling.ts';
import { PromptClass } from '../../shared/triage.ts';
import { itemsOf } from '../db/itemsOf.ts';
import type { Db } from '../db/open.ts';
import { majorityClass } from '../triage.ts';
import type { Waiting } from './sample.ts';

const KEY = 28; // characters of promptKey, with which an item's key begins

/** Ids of prompts to which the project has no responses, in the order of their import. */
export async function promptsLeft(db: Db, projectId: string): Promise<Record<PromptChoice, string[]>> {
  const answered = itemsOf(db, projectId)
    .select(sql<string>`substr(key, 1, ${sql.lit(KEY)})`.as('key'))
    .where('kind', '!=', 'prompt');
  const rows = await itemsOf(db, projectId)
    .select('id')
    .where('kind', '=', 'prompt')
    .where(sql<string>`substr(key, 1, ${sql.lit(KEY)})`, 'not in', answered)
    .orderBy('position')
    .execute();
  const all = rows.map(({ id }) => id);
  const kept = await keptPrompts(db, projectId);
  return { all, kept: all.filter((id) => kept.has(id)) };
}

/** Prompts that most who sorted them found worth an answer. */
async function keptPrompts(db: Db, projectId: string): Promise<Set<string>> {
  const rows = await db.selectFrom('triage').select(['item_id', 'class']).where('project_id', '=', projectId).execute();
  const byItem = Map.groupBy(rows, ({ item_id }) => item_id);
  const isKept = (said: typeof rows) => majorityClass(said.map((row) => PromptClass.parse(row.class))) === 'kept';
  return new Set([...byItem].filter(([, said]) => isKept(said)).map(([id]) => id));
}

const PAGE = 256;

/** Prompts with their texts, a page at a time, so that memory stays small. */
export async function* waiting(db: Db, ids: readonly string[]): AsyncGenerator<Waiting[]> {
  for (let from = 0; from < ids.length; from += PAGE) {
    const rows = await db
      .selectFrom('items')
      .innerJoin('texts', 'texts.item_id', 'items.id')
      .select(['items.id', 'external_id', 'prompt'])
      .where('items.id', 'in', ids.slice(from, from + PAGE))
      .orderBy('position')
      .execute();
    yield rows.map(({ id, external_id: externalId, prompt }) => ({ id, externalId, prompt: JSON.parse(prompt) }));
  }
}
