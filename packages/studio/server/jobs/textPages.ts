import type { Db } from '../db/open.ts';

const PAGE = 256;

/** The texts of comparisons, a page at a time, so that memory stays small. */
export async function* textPages(db: Db, ids: readonly string[]) {
  for (let from = 0; from < ids.length; from += PAGE) {
    yield await db
      .selectFrom('texts')
      .selectAll()
      .where('item_id', 'in', ids.slice(from, from + PAGE))
      .execute();
  }
}
