/** What may be asked of somebody. */
import type { ItemKind } from '../../shared/items.ts';
import type { ProjectRow } from '../db/schema.ts';
import type { Tx } from '../db/write.ts';
import { oneOf } from '../random.ts';
import type { Candidate } from './choose.ts';

/** As many begun items, and as many others, as are weighed against each other. */
const WINDOW = 32;
/** As many items of a kind as are looked at for a window, before all are. */
const LOOKED_AT = 500;
/** Votes that must lie between an item and its repetition; as many can be taken back, so a vote that was repeated cannot. */
export const REPEAT_AFTER = 20;

/**
 * Items that the person may be asked: not all their overlap is given away, and the person has neither voted on them nor has
 * them now. They come in the order that was drawn at the import, a window of them; the window is the choice the propensity
 * is about.
 */
export async function candidates(
  tx: Tx,
  { id, overlap }: Pick<ProjectRow, 'id' | 'overlap'>,
  userId: string,
  kind: ItemKind,
): Promise<Candidate[]> {
  const found = await window(tx, { projectId: id, overlap, userId, kind, lookAt: LOOKED_AT });
  return found.length > 0 ? found : window(tx, { projectId: id, overlap, userId, kind, lookAt: undefined });
}

interface Wanted {
  readonly projectId: string;
  readonly overlap: number;
  readonly userId: string;
  readonly kind: ItemKind;
  readonly lookAt: number | undefined;
}

async function window(tx: Tx, wanted: Wanted): Promise<Candidate[]> {
  const begun: Candidate[] = [];
  for (let taken = wanted.overlap - 1; taken > 0 && begun.length < WINDOW; taken--) {
    begun.push(...(await takenSoFar(tx, taken, WINDOW - begun.length, wanted)));
  }
  return [...begun, ...(await takenSoFar(tx, 0, WINDOW, wanted))];
}

async function takenSoFar(
  tx: Tx,
  taken: number,
  limit: number,
  { projectId, userId, kind, lookAt }: Wanted,
): Promise<Candidate[]> {
  const inOrder = tx
    .selectFrom('items')
    .select(['id', 'a_votes', 'b_votes', 'tie_votes', 'shuffle'])
    .where('project_id', '=', projectId)
    .where('kind', '=', kind)
    .where('taken', '=', taken)
    .orderBy('shuffle')
    .$if(lookAt !== undefined, (query) => query.limit(lookAt!));
  const said = kind === 'prompt' ? 'triage' : 'votes';
  const rows = await tx
    .selectFrom(inOrder.as('open'))
    .select(['id', 'a_votes', 'b_votes', 'tie_votes'])
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom(said).select('id').whereRef('item_id', '=', 'open.id').where('annotator', '=', userId))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('leases').select('id').whereRef('item_id', '=', 'open.id').where('user_id', '=', userId))),
    )
    .orderBy('shuffle')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    begun: taken > 0,
    a: row.a_votes,
    b: row.b_votes,
    ties: row.tie_votes,
  }));
}

/** A gold item that the person has not seen; undefined where there is none. */
export async function unseenGold(
  tx: Tx,
  projectId: string,
  userId: string,
  random: () => number,
): Promise<string | undefined> {
  const found = await takenSoFar(tx, 0, WINDOW, { projectId, overlap: 1, userId, kind: 'gold', lookAt: undefined });
  return found.length === 0 ? undefined : oneOf(found, random).id;
}

/** An item that the person decided a while ago, to be shown with its sides exchanged; undefined where there is none. */
export async function repeatable(
  tx: Tx,
  projectId: string,
  userId: string,
  random: () => number,
): Promise<{ itemId: string; shownFirst: 'a' | 'b' } | undefined> {
  const earlier = await tx
    .selectFrom('votes')
    .innerJoin('items', 'items.id', 'votes.item_id')
    .select(['votes.item_id', 'votes.round', 'votes.choice', 'votes.shown_first', 'items.kind'])
    .where('votes.project_id', '=', projectId)
    .where('votes.annotator', '=', userId)
    .orderBy('votes.at', 'desc')
    .offset(REPEAT_AFTER)
    .limit(2 * WINDOW)
    .execute();
  const first = earlier.filter(({ round, kind, choice }) => round === 0 && kind === 'comparison' && choice !== 'skip');
  if (first.length === 0) return undefined;
  const ids = first.map(({ item_id }) => item_id);
  const repeated = await tx
    .selectFrom('votes')
    .select('item_id')
    .where('item_id', 'in', ids)
    .where('annotator', '=', userId)
    .where('round', '=', 1)
    .union(tx.selectFrom('leases').select('item_id').where('item_id', 'in', ids).where('user_id', '=', userId))
    .execute();
  const seenTwice = new Set(repeated.map(({ item_id }) => item_id));
  const once = first.filter(({ item_id }) => !seenTwice.has(item_id));
  if (once.length === 0) return undefined;
  const { item_id: itemId, shown_first } = oneOf(once, random);
  return { itemId, shownFirst: shown_first === 'a' ? 'b' : 'a' };
}
