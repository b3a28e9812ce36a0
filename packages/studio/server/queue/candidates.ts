/** What may be asked of somebody. */
import type { ItemKind } from '../../shared/items.ts';
import { prepared } from '../db/prepared.ts';
import type { Item, ProjectRow } from '../db/schema.ts';
import type { Tx } from '../db/write.ts';
import { oneOf } from '../random.ts';
import type { Candidate } from './choose.ts';

/** As many begun items, and as many others, as are weighed against each other. */
const WINDOW = 32;
/** As many begun items are looked at first: most of them may be the person's own. */
const LOOKED_AT = 128;
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
  const wanted = { projectId: id, userId, kind };
  const fresh = await takenSoFar(tx, 0, wanted);
  const begun: Candidate[] = [];
  for (let taken = overlap - 1; taken > 0 && begun.length < WINDOW; taken--) {
    begun.push(...(await takenSoFar(tx, taken, { ...wanted, lookAt: LOOKED_AT })));
  }
  if (begun.length + fresh.length > 0) return [...begun.slice(0, WINDOW), ...fresh];
  for (let taken = overlap - 1; taken > 0 && begun.length < WINDOW; taken--) {
    begun.push(...(await takenSoFar(tx, taken, wanted)));
  }
  return begun.slice(0, WINDOW);
}

interface Wanted {
  readonly projectId: string;
  readonly userId: string;
  readonly kind: ItemKind;
  /** How many items at most are looked at; without it, all. */
  readonly lookAt?: number;
}

/** Items of whose overlap `taken` parts are given away. */
async function takenSoFar(tx: Tx, taken: number, { projectId, userId, kind, lookAt }: Wanted): Promise<Candidate[]> {
  const ask = queries[kind === 'prompt' ? 'triage' : 'votes'][lookAt === undefined ? 'all' : 'some'];
  const { rows } = await ask(tx, { projectId, userId, kind, taken, lookAt: lookAt ?? 0 });
  return rows.map((row) => ({ id: row.id, begun: taken > 0, a: row.a_votes, b: row.b_votes, ties: row.tie_votes }));
}

type Values = Required<Wanted> & { readonly taken: number };
type Tallied = Pick<Item, 'id' | 'a_votes' | 'b_votes' | 'tie_votes'>;

/** @param said where it stands that somebody has judged an item */
const unjudged = (said: 'votes' | 'triage', among: 'all' | 'some') =>
  prepared<Values, Tallied>((db, given) => {
    const open = db
      .selectFrom('items')
      .where('project_id', '=', given('projectId'))
      .where('kind', '=', given('kind'))
      .where('taken', '=', given('taken'))
      .orderBy('shuffle');
    const some = () => db.selectFrom('items').where('id', 'in', open.select('id').limit(given('lookAt')));
    return (among === 'all' ? open : some())
      .select(['id', 'a_votes', 'b_votes', 'tie_votes'])
      .where(({ not, exists, selectFrom }) => {
        const judged = selectFrom(said).select('id').whereRef('item_id', '=', 'items.id');
        return not(exists(judged.where('annotator', '=', given('userId'))));
      })
      .where(({ not, exists, selectFrom }) => {
        const leased = selectFrom('leases').select('id').whereRef('item_id', '=', 'items.id');
        return not(exists(leased.where('user_id', '=', given('userId'))));
      })
      .limit(WINDOW);
  });
const queries = {
  votes: { all: unjudged('votes', 'all'), some: unjudged('votes', 'some') },
  triage: { all: unjudged('triage', 'all'), some: unjudged('triage', 'some') },
};

/** A gold item that the person has not seen; undefined where there is none. */
export async function unseenGold(
  tx: Tx,
  projectId: string,
  userId: string,
  random: () => number,
): Promise<string | undefined> {
  const found = await takenSoFar(tx, 0, { projectId, userId, kind: 'gold' });
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
