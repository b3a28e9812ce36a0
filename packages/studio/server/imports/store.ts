/** Reads and writes what an import is about. */
import type { ImportAnswers } from '../../shared/items.ts';
import { itemsOf } from '../db/itemsOf.ts';
import type { Db } from '../db/open.ts';
import { prepared } from '../db/prepared.ts';
import type { Item } from '../db/schema.ts';
import type { Tx } from '../db/write.ts';
import { randomOf } from '../random.ts';
import type { Studio } from '../studio.ts';
import { type KnownItem, type Plan, type PlannedItem, planImport, signature, type Tally } from './plan.ts';
import { type ImportRow, type KeyedRow, keyed } from './row.ts';

const BATCH = 200; // rows of an insert; SQLite takes at most 32,766 parameters

/** Adds what rows hold that the project does not have yet, within a transaction. */
export async function takeRows(
  tx: Tx,
  studio: Studio,
  projectId: string,
  { rows, answers }: { rows: readonly ImportRow[]; answers: ImportAnswers },
): Promise<Plan> {
  const plan = await planFor(tx, projectId, rows.map(keyed), answers);
  await store(tx, studio, projectId, plan);
  return plan;
}

/** What the rows add to the project as it is. */
export async function planFor(
  db: Db,
  projectId: string,
  rows: readonly KeyedRow[],
  answers: ImportAnswers,
): Promise<Plan> {
  const known = await knownItems(db, projectId, rows);
  const said = new Set<string>();
  for (const some of batches([...known.values()])) {
    const ids = some.map(({ id }) => id);
    for (const vote of await db.selectFrom('votes').selectAll().where('item_id', 'in', ids).execute()) {
      said.add(signature(vote));
    }
  }
  return planImport(rows, answers, known, said);
}

/** The items that the rows speak of and the project has, by their keys. */
export async function knownItems(
  db: Db,
  projectId: string,
  rows: readonly KeyedRow[],
): Promise<Map<string, KnownItem>> {
  const known = new Map<string, KnownItem>();
  const keys = [...new Set(rows.map(({ key }) => key))];
  const any = await itemsOf(db, projectId).select('id').limit(1).executeTakeFirst();
  for (const some of any ? batches(keys) : []) {
    const items = await itemsOf(db, projectId)
      .innerJoin('texts', 'texts.item_id', 'items.id')
      .select(['items.id', 'items.key', 'items.kind', 'items.gold', 'texts.a'])
      .where('key', 'in', some)
      .execute();
    for (const item of items) known.set(item.key, item);
  }
  return known;
}

export async function store(tx: Tx, studio: Studio, projectId: string, { items }: Plan): Promise<void> {
  const random = randomOf(studio);
  const last = await tx
    .selectFrom('items')
    .select(({ fn }) => fn.max('position').as('position'))
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  let position = (last?.position ?? -1) + 1;
  const fresh = items.filter(({ isNew }) => isNew);
  for (const some of batches(fresh)) {
    const rows = some.map(({ item, tally }) => ({
      ...{ ...item, project_id: projectId, position: position++, shuffle: random(), created_at: studio.now() },
      ...{ a_votes: tally.a, b_votes: tally.b, tie_votes: tally.ties },
    }));
    await tx.insertInto('items').values(rows).execute();
    await tx.insertInto('texts').values(some.map(textsOf)).execute();
  }
  for (const planned of items) if (!planned.isNew) await change(tx, planned);
  for (const some of batches(items.flatMap(({ votes }) => votes))) {
    await tx
      .insertInto('votes')
      .values(some.map((vote) => ({ ...vote, project_id: projectId })))
      .execute();
  }
}

const textsOf = ({ item, row }: PlannedItem) => ({
  ...{ item_id: item.id, prompt: JSON.stringify(row.prompt) },
  ...{ a: row.responses?.[0].text ?? null, b: row.responses?.[1].text ?? null },
});

/** What the file adds to an item that was there. */
async function change(tx: Tx, { item, isNewGold, tally }: PlannedItem): Promise<void> {
  const { id, gold = null, kind } = item;
  if (tally.a + tally.b + tally.ties > 0 || isNewGold) await addToItem(tx, { id, gold, kind, ...tally });
}

const addToItem = prepared<Tally & Pick<Item, 'id' | 'gold' | 'kind'>, unknown>((db, given) =>
  db
    .updateTable('items')
    .set(({ eb }) => ({
      a_votes: eb('a_votes', '+', given('a')),
      b_votes: eb('b_votes', '+', given('b')),
      tie_votes: eb('tie_votes', '+', given('ties')),
      ...{ gold: given('gold'), kind: given('kind') },
    }))
    .where('id', '=', given('id')),
);

function* batches<T>(rows: readonly T[]): Generator<T[]> {
  for (let from = 0; from < rows.length; from += BATCH) yield rows.slice(from, from + BATCH);
}
