/** Items on which votes are divided, and an editor's last word on them. */
import type { NewAdjudication } from '../../shared/items.ts';
import { Disagreement, type DisagreementPage } from '../../shared/quality.ts';
import { record } from '../audit.ts';
import type { Person } from '../auth/identify.ts';
import { itemsOf } from '../db/itemsOf.ts';
import type { Db } from '../db/open.ts';
import { write } from '../db/write.ts';
import { nameOf, namesIn } from '../names.ts';
import { notFound } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { divided } from './quality.ts';

/** Items to adjudicate, with what was said of them. */
export async function disagreementPage(
  db: Db,
  projectId: string,
  { after, limit }: { after: number; limit: number },
): Promise<DisagreementPage> {
  const rows = await divided(db, projectId)
    .innerJoin('texts', 'texts.item_id', 'items.id')
    .select(['items.id', 'items.position', 'texts.prompt', 'texts.a', 'texts.b'])
    .where('items.position', '>', after)
    .orderBy('items.position')
    .limit(limit + 1)
    .execute();
  const some = rows.slice(0, limit);
  const votes = await firstVotes(
    db,
    some.map(({ id }) => id),
  );
  const names = await namesIn(
    db,
    votes.map(({ annotator }) => annotator),
  );
  const items = some.map(({ id, position, prompt, a, b }) =>
    Disagreement.parse({
      ...{ itemId: id, position, prompt: JSON.parse(prompt), a, b },
      votes: votes
        .filter(({ item_id }) => item_id === id)
        .map(({ annotator, choice, strength, note }) => ({ ...nameOf(annotator, names), choice, strength, note })),
    }),
  );
  return { items, next: rows.length > limit ? items.at(-1)!.position : null };
}

async function firstVotes(db: Db, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return db
    .selectFrom('votes')
    .select(['item_id', 'annotator', 'choice', 'strength', 'note'])
    .where('item_id', 'in', ids)
    .where('round', '=', 0)
    .execute();
}

/** An editor's last word: it replaces an earlier one, which the audit trail keeps. */
export async function adjudicate(
  { db, now }: Studio,
  person: Person,
  { projectId, itemId }: { projectId: string; itemId: string },
  { choice, note = null }: { choice: NewAdjudication['choice']; note?: string | null | undefined },
): Promise<void> {
  await write(db, async (tx) => {
    await checkComparison(tx, projectId, itemId);
    const word = { user_id: person.id, choice, note, at: now() };
    await tx
      .insertInto('adjudications')
      .values({ item_id: itemId, project_id: projectId, ...word })
      .onConflict((conflict) => conflict.column('item_id').doUpdateSet(word))
      .execute();
    await record(tx, { at: now(), userId: person.id, action: 'item.adjudicate', subject: itemId, details: { choice } });
  });
}

/** Takes an editor's last word back. */
export async function withdrawAdjudication(
  { db, now }: Studio,
  person: Person,
  { projectId, itemId }: { projectId: string; itemId: string },
): Promise<void> {
  await write(db, async (tx) => {
    const gone = await tx
      .deleteFrom('adjudications')
      .where('item_id', '=', itemId)
      .where('project_id', '=', projectId)
      .returning('choice')
      .executeTakeFirst();
    if (!gone) throw notFound('adjudicated item', itemId);
    const details = { choice: gone.choice };
    await record(tx, { at: now(), userId: person.id, action: 'item.unadjudicate', subject: itemId, details });
  });
}

async function checkComparison(db: Db, projectId: string, itemId: string): Promise<void> {
  const item = await itemsOf(db, projectId)
    .select('id')
    .where('id', '=', itemId)
    .where('kind', '=', 'comparison')
    .executeTakeFirst();
  if (!item) throw notFound('comparison', itemId);
}
