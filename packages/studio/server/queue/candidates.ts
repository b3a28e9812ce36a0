/** What may be asked of somebody. */
import type { ItemKind } from '../../shared/items.ts';
import { itemsOf } from '../db/itemsOf.ts';
import { prepared } from '../db/prepared.ts';
import type { Item } from '../db/schema.ts';
import type { Tx } from '../db/write.ts';
import { oneOf } from '../random.ts';
import type { Candidate } from './choose.ts';

/** As many begun items, and as many others, as are weighed against each other. */
const WINDOW = 32;
/** As many begun items are looked at first: most of them may be the person's own. */
const LOOKED_AT = 128;
const ALL = 2 ** 31 - 1;
/** Votes that must lie between an item and its repetition; as many can be taken back, so a vote that was repeated cannot. */
export const REPEAT_AFTER = 20;

/** Whom the items are for. */
interface Wanted {
  readonly projectId: string;
  readonly userId: string;
  readonly kind: ItemKind;
  /** Items that the person has now. */
  readonly held: ReadonlySet<string>;
}

/**
 * Items that the person may be asked: not all their overlap is given away, and the person has neither voted on them nor has
 * them now. They come in the order that was drawn at the import, a window of them; the window is the choice the propensity
 * is about.
 */
export async function candidates(tx: Tx, wanted: Wanted, overlap: number): Promise<Candidate[]> {
  const fresh = await takenSoFar(tx, 0, wanted);
  const begun: Candidate[] = [];
  for (let taken = overlap - 1; taken > 0 && begun.length < WINDOW; taken--) {
    begun.push(...(await takenSoFar(tx, taken, wanted, LOOKED_AT)));
  }
  if (begun.length + fresh.length > 0) return [...begun.slice(0, WINDOW), ...fresh];
  for (let taken = overlap - 1; taken > 0 && begun.length < WINDOW; taken--) {
    begun.push(...(await takenSoFar(tx, taken, wanted)));
  }
  return begun.slice(0, WINDOW);
}

/** Items of whose overlap `taken` parts are given away. */
async function takenSoFar(tx: Tx, taken: number, wanted: Wanted, lookAt = ALL): Promise<Candidate[]> {
  const { projectId, userId, kind, held } = wanted;
  const ask = unjudged[kind === 'prompt' ? 'triage' : 'votes'];
  const { rows } = await ask(tx, { projectId, userId, kind, taken, lookAt, most: WINDOW + held.size });
  return rows
    .filter(({ id }) => !held.has(id))
    .slice(0, WINDOW)
    .map((row) => ({ id: row.id, begun: taken > 0, a: row.a_votes, b: row.b_votes, ties: row.tie_votes }));
}

interface Values extends Omit<Wanted, 'held'> {
  readonly taken: number;
  readonly lookAt: number;
  readonly most: number;
}
type Tallied = Pick<Item, 'id' | 'a_votes' | 'b_votes' | 'tie_votes'>;

/** @param said where it stands that somebody has judged an item */
const notIn = (said: 'votes' | 'triage') =>
  prepared<Values, Tallied>((db, given) => {
    const open = itemsOf(db, given('projectId'))
      .select(['id', 'a_votes', 'b_votes', 'tie_votes'])
      .where('kind', '=', given('kind'))
      .where('taken', '=', given('taken'))
      .orderBy('shuffle')
      .limit(given('lookAt'));
    return db
      .selectFrom(open.as('items'))
      .selectAll()
      .where(({ not, exists, selectFrom }) => {
        const judged = selectFrom(said).select('id').whereRef('item_id', '=', 'items.id');
        return not(exists(judged.where('annotator', '=', given('userId'))));
      })
      .limit(given('most'));
  });
const unjudged = { votes: notIn('votes'), triage: notIn('triage') };

/** A gold item that the person has not seen; undefined where there is none. */
export async function unseenGold(
  tx: Tx,
  wanted: Omit<Wanted, 'kind'>,
  random: () => number,
): Promise<string | undefined> {
  const found = await takenSoFar(tx, 0, { ...wanted, kind: 'gold' });
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
