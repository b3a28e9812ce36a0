import { type Kysely, sql } from 'kysely';
import type { Db } from './open.ts';

/** Items of an import that is under way, which nobody sees; the indexes of the queue tell them apart by themselves. */
// biome-ignore lint/suspicious/noExplicitAny: a migration knows the tables of its day, not those of now.
export async function hiddenItems({ schema }: Kysely<any>): Promise<void> {
  await schema.alterTable('projects').addColumn('hidden_from', 'integer').execute();
  for (const [name, last] of [
    ['items_open', ['taken', 'shuffle']],
    ['items_done', ['vote_count']],
  ] as const) {
    await schema.dropIndex(name).execute();
    await schema
      .createIndex(name)
      .on('items')
      .columns(['project_id', 'kind', ...last, 'position'])
      .execute();
  }
}

/** After the position of every item. */
const NONE = 2 ** 31 - 1;

/** The items of a project as everybody sees them: without those of an import that is under way. */
export function itemsOf(db: Db, projectId: string) {
  const hiddenFrom = db.selectFrom('projects').select('hidden_from').where('projects.id', '=', projectId);
  return db
    .selectFrom('items')
    .where('items.project_id', '=', projectId)
    .where(sql`+items.position`, '<', sql<number>`coalesce((${hiddenFrom}), ${sql.lit(NONE)})`); // +: no index is for this
}
