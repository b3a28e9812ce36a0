import { itemsOf } from '../db/itemsOf.ts';
import type { Db } from '../db/open.ts';

/** The comparisons of a project that somebody has judged: in favour of one of the two responses, or by uploaded labels. */
export const judgedItems = (db: Db, projectId: string) =>
  itemsOf(db, projectId)
    .where('kind', '=', 'comparison')
    .where(({ or, eb, exists, selectFrom }) =>
      or([
        eb(eb('a_votes', '+', eb.ref('b_votes')), '>', 0),
        exists(selectFrom('labels').select('label').whereRef('labels.item_id', '=', 'items.id')),
      ]),
    );

/** How many these are. */
export async function countJudged(db: Db, projectId: string): Promise<number> {
  const { n } = await judgedItems(db, projectId)
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(n);
}
