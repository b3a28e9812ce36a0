/** An import that is under way: its items are there, behind all others, and nobody sees them until it is whole. */
import type { Db } from '../db/open.ts';
import { write } from '../db/write.ts';

const queues = new WeakMap<Db, Map<string, Promise<unknown>>>();

/** Does what adds items to a project, after whatever else adds some: there is one end to add them at. */
export async function addingAlone<T>(db: Db, projectId: string, work: () => Promise<T>): Promise<T> {
  const queue = queues.get(db) ?? new Map<string, Promise<unknown>>();
  queues.set(db, queue);
  const before = queue.get(projectId);
  const done = (async () => {
    await before?.catch(() => {});
    return work();
  })();
  queue.set(projectId, done);
  try {
    return await done;
  } finally {
    if (queue.get(projectId) === done) queue.delete(projectId);
  }
}

/** Hides what will be added to the project from now on. */
export async function hideNew(db: Db, projectId: string): Promise<void> {
  await removeHidden(db, projectId);
  await write(db, async (tx) => {
    const last = await tx
      .selectFrom('items')
      .select(({ fn }) => fn.max('position').as('position'))
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    await setHidden(tx, projectId, (last?.position ?? -1) + 1);
  });
}

/** Shows all that was hidden, at once. Hand it the transaction that ends the import. */
export const showHidden = (tx: Db, projectId: string): Promise<void> => setHidden(tx, projectId, null);

async function setHidden(db: Db, projectId: string, hidden_from: number | null): Promise<void> {
  await db.updateTable('projects').set({ hidden_from }).where('id', '=', projectId).execute();
}

/** Removes what imports left behind that were cut off. For the start: nothing may be under way. */
export async function removeCutOff(db: Db): Promise<void> {
  const cutOff = await db.selectFrom('projects').select('id').where('hidden_from', 'is not', null).execute();
  for (const { id } of cutOff) await removeHidden(db, id);
}

const BATCH = 200;

/** Removes what is hidden in a project, last first; nothing but votes of the same file can refer to it. */
export async function removeHidden(db: Db, projectId: string): Promise<void> {
  for (let left = true; left; ) {
    left = await write(db, async (tx) => {
      const { hidden_from } = await tx
        .selectFrom('projects')
        .select('hidden_from')
        .where('id', '=', projectId)
        .executeTakeFirstOrThrow();
      if (hidden_from === null) return false;
      const hidden = tx.selectFrom('items').where('project_id', '=', projectId).where('position', '>=', hidden_from);
      const some = await hidden.select('id').orderBy('position', 'desc').limit(BATCH).execute();
      if (some.length === 0) {
        await showHidden(tx, projectId);
        return false;
      }
      const ids = some.map(({ id }) => id);
      await tx.deleteFrom('votes').where('item_id', 'in', ids).execute();
      await tx.deleteFrom('texts').where('item_id', 'in', ids).execute();
      await tx.deleteFrom('items').where('id', 'in', ids).execute();
      return true;
    });
  }
}
