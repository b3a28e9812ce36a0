import { sql } from 'kysely';
import type { Db } from './open.ts';

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
