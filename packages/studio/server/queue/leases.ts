/** Leases: an item on somebody's screen is a part of its overlap given away, until it is voted on or the lease ends. */
import { randomUUID } from 'node:crypto';
import type { ItemKind } from '../../shared/items.ts';
import { prepared } from '../db/prepared.ts';
import type { Lease, ProjectRow } from '../db/schema.ts';
import type { Tx } from '../db/write.ts';
import { candidates, repeatable, unseenGold } from './candidates.ts';
import { type Candidate, chooseNext } from './choose.ts';

export const LEASE_MS = 10 * 60_000;

/** Who is asked, in which project, when. */
export interface Asking {
  readonly project: Pick<ProjectRow, 'id' | 'overlap' | 'gold_share' | 'repeat_share'>;
  readonly userId: string;
  readonly now: number;
  readonly random: () => number;
}

/**
 * The person's leases, `wanted` of them if there is as much to ask: those they have, renewed, and new ones. Leases of others
 * that have ended are given back first.
 *
 * @param kind what they are asked: 'comparison' (and gold and repeats among them), or 'prompt'
 */
export async function leasesFor(
  tx: Tx,
  asking: Asking,
  kind: 'comparison' | 'prompt',
  wanted: number,
): Promise<Lease[]> {
  const { project, userId, now } = asking;
  const { rows: all } = await ownLeases(tx, { userId, projectId: project.id });
  const own = all.filter((lease) => (lease.kind === 'prompt') === (kind === 'prompt'));
  const leases = await renewed(tx, own, now);
  await giveBackEnded(tx, project.id, now);
  const held = new Set(all.map(({ item_id }) => item_id));
  const whom = { projectId: project.id, userId, kind, held };
  const window = leases.length < wanted ? await candidates(tx, whom, project.overlap) : [];
  while (leases.length < wanted) {
    const then = { ...asking, now: Math.max(now, (leases.at(-1)?.rank ?? 0) + 1) }; // so that they keep their order
    const mixed = kind === 'prompt' || window.length === 0 ? undefined : await leaseMixedIn(tx, then, held);
    const lease = mixed ?? (await leaseFresh(tx, then, kind, window));
    if (!lease) break;
    leases.push(lease);
    held.add(lease.item_id);
  }
  return leases.slice(0, wanted);
}

const ownLeases = prepared<{ userId: string; projectId: string }, Lease>((db, given) =>
  db
    .selectFrom('leases')
    .selectAll()
    .where('user_id', '=', given('userId'))
    .where('project_id', '=', given('projectId'))
    .orderBy('rank'),
);

/** Whoever comes back in time keeps what they had. */
async function renewed(tx: Tx, leases: readonly Lease[], now: number): Promise<Lease[]> {
  const isOld = ({ ends_at }: Lease) => ends_at < now + LEASE_MS / 2; // not at every look: each renewal is a write
  const old = leases.filter(isOld).map(({ id }) => id);
  const ends_at = now + LEASE_MS;
  if (old.length > 0) await tx.updateTable('leases').set({ ends_at }).where('id', 'in', old).execute();
  return leases.map((lease) => (isOld(lease) ? { ...lease, ends_at } : lease));
}

/** Leases that have ended make room for somebody else. Until then a late vote still counts. */
async function giveBackEnded(tx: Tx, projectId: string, now: number): Promise<void> {
  const { rows: ended } = await endedLeases(tx, { projectId, now });
  for (const { id } of ended) {
    const gone = await tx.deleteFrom('leases').where('id', '=', id).returning(['item_id', 'holds']).executeTakeFirst();
    if (gone?.holds) await giveBack(tx, gone.item_id);
  }
}

const endedLeases = prepared<{ projectId: string; now: number }, { id: string }>((db, given) =>
  db
    .selectFrom('leases')
    .select('id')
    .where('project_id', '=', given('projectId'))
    .where('ends_at', '<=', given('now')),
);

export async function giveBack(tx: Tx, itemId: string): Promise<void> {
  await tx
    .updateTable('items')
    .set(({ eb }) => ({ taken: eb('taken', '-', 1) }))
    .where('id', '=', itemId)
    .execute();
}

/** Gold and repetitions by the project's shares, as long as there is something else to ask too. */
async function leaseMixedIn(tx: Tx, asking: Asking, held: ReadonlySet<string>): Promise<Lease | undefined> {
  const { project, userId, random } = asking;
  const draw = random();
  if (draw < project.gold_share) {
    const gold = await unseenGold(tx, { projectId: project.id, userId, held }, random);
    return gold === undefined ? undefined : insertLease(tx, asking, { itemId: gold, kind: 'gold', holds: 0 });
  }
  if (draw >= project.gold_share + project.repeat_share) return undefined;
  const repeat = await repeatable(tx, project.id, userId, random);
  return repeat && insertLease(tx, asking, { ...repeat, kind: 'comparison', round: 1, holds: 0 });
}

/** Leases the next of the window; what is leased, or was taken by somebody faster, leaves the window. */
async function leaseFresh(
  tx: Tx,
  asking: Asking,
  kind: 'comparison' | 'prompt',
  window: Candidate[],
): Promise<Lease | undefined> {
  for (let chosen = chooseNext(window, asking.random); chosen; chosen = chooseNext(window, asking.random)) {
    const { candidate, propensity } = chosen;
    window.splice(window.indexOf(candidate), 1);
    if (await takePart(tx, candidate.id, asking.project.overlap)) {
      return insertLease(tx, asking, { itemId: candidate.id, kind, propensity, holds: 1 });
    }
  }
  return undefined;
}

/** Takes one part of an item's overlap, if one is left. The condition stands in the update: two can never take the same. */
export async function takePart(tx: Tx, itemId: string, overlap: number): Promise<boolean> {
  const { numAffectedRows } = await addToTaken(tx, { itemId, overlap });
  return Number(numAffectedRows) === 1;
}

const addToTaken = prepared<{ itemId: string; overlap: number }, unknown>((db, given) =>
  db
    .updateTable('items')
    .set(({ eb }) => ({ taken: eb('taken', '+', 1) }))
    .where('id', '=', given('itemId'))
    .where('taken', '<', given('overlap')),
);

interface NewLease {
  readonly itemId: string;
  readonly kind: ItemKind;
  readonly holds: 0 | 1;
  readonly round?: number;
  readonly shownFirst?: 'a' | 'b';
  readonly propensity?: number | null;
  /** When it was given, unless it is to come before what was given earlier. */
  readonly rank?: number;
}

export async function insertLease(tx: Tx, { project, userId, now, random }: Asking, given: NewLease): Promise<Lease> {
  const {
    itemId,
    kind,
    holds,
    round = 0,
    shownFirst = random() < 0.5 ? 'a' : 'b',
    propensity = null,
    rank = now,
  } = given;
  const lease: Lease = {
    id: randomUUID(),
    item_id: itemId,
    user_id: userId,
    round,
    project_id: project.id,
    kind,
    holds,
    shown_first: shownFirst,
    propensity,
    rank,
    ends_at: now + LEASE_MS,
  };
  await insert(tx, lease);
  return lease;
}

const insert = prepared<Lease, unknown>((db, given) =>
  db.insertInto('leases').values({
    ...{ id: given('id'), item_id: given('item_id'), user_id: given('user_id'), round: given('round') },
    ...{ project_id: given('project_id'), kind: given('kind'), holds: given('holds'), rank: given('rank') },
    ...{ shown_first: given('shown_first'), propensity: given('propensity'), ends_at: given('ends_at') },
  }),
);
