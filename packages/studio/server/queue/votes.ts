/** Votes: given once, on the disk before they are answered, and taken back by whoever gave them. */
import { isDeepStrictEqual } from 'node:util';
import type { ItemKind } from '../../shared/items.ts';
import type { Criterion } from '../../shared/projects.ts';
import type { NewVote, VoteReceipt, VoteUndone } from '../../shared/queue.ts';
import { record } from '../audit.ts';
import type { Person } from '../auth/identify.ts';
import { prepared } from '../db/prepared.ts';
import type { Lease, ProjectRow, Vote } from '../db/schema.ts';
import { type Tx, write } from '../db/write.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { REPEAT_AFTER } from './candidates.ts';
import { giveBack, insertLease, LEASE_MS, takePart } from './leases.ts';
import { askingOf, shownItems } from './page.ts';
import { progressOf } from './progress.ts';

/** Of an annotator's own votes in a project, as many can be taken back. */
export const UNDO_DEPTH = REPEAT_AFTER;

/**
 * Takes a vote. The id of the lease becomes the vote's, so sending a vote again finds the one that is there.
 *
 * @throws Refusal 409 where the lease has passed to somebody else, the vote was taken back, or another choice is on record
 */
export async function castVote(
  studio: Studio,
  person: Person,
  project: ProjectRow,
  given: NewVote,
): Promise<VoteReceipt> {
  const at = studio.now();
  checkCriteria(project, given);
  await write(studio.db, async (tx) => {
    const {
      rows: [lease],
    } = await endLease(tx, { id: given.itemId, user_id: person.id, project_id: project.id });
    if (!lease) return checkSaidBefore(tx, project.id, person.id, given);
    const vote = voteOf({ ...lease, annotator: person.id }, given, at);
    await insertVote(tx, vote);
    await count(tx, vote, lease.holds === 1, 1);
    if (lease.holds === 1 && vote.choice === 'skip') await giveBack(tx, lease.item_id);
  });
  return { voteId: given.itemId, ...(await progressOf(studio, person, project, 'comparison')) };
}

/** @throws Refusal 400 for a criterion that the project does not ask for */
function checkCriteria({ criteria }: ProjectRow, given: NewVote): void {
  if (!given.criteria) return;
  const asked = (JSON.parse(criteria) as Criterion[]).map(({ name }) => name);
  const other = Object.keys(given.criteria).find((name) => !asked.includes(name));
  if (other === undefined) return;
  const message = `"${other}" is no criterion of this project; it has ${asked.join(', ') || 'none'}.`;
  throw new Refusal(400, 'unknown_criterion', message, 'body.criteria');
}

type OneLease = Pick<Lease, 'id' | 'user_id' | 'project_id'>;

/** Ends the lease, which only its holder can. */
const endLease = prepared<OneLease, Lease>((db, given) =>
  db
    .deleteFrom('leases')
    .where('id', '=', given('id'))
    .where('user_id', '=', given('user_id'))
    .where('project_id', '=', given('project_id'))
    .where('kind', '!=', 'prompt')
    .returningAll(),
);

const insertVote = prepared<Vote, unknown>((db, given) =>
  db.insertInto('votes').values({
    ...{ id: given('id'), item_id: given('item_id'), project_id: given('project_id'), annotator: given('annotator') },
    ...{ round: given('round'), choice: given('choice'), strength: given('strength'), criteria: given('criteria') },
    ...{ note: given('note'), shown_first: given('shown_first'), seconds: given('seconds') },
    ...{ propensity: given('propensity'), external_id: given('external_id'), at: given('at') },
  }),
);

/** A vote without a lease is only good if it is one that was acknowledged before. */
async function checkSaidBefore(tx: Tx, projectId: string, userId: string, given: NewVote): Promise<void> {
  const said = await tx
    .selectFrom('votes')
    .selectAll()
    .where('id', '=', given.itemId)
    .where('annotator', '=', userId)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  if (said && isDeepStrictEqual(contentOf(voteOf(said, given, 0)), contentOf(said))) return;
  if (said) {
    throw new Refusal(409, 'voted_otherwise', 'Another vote of yours is on record for this item. Take it back first.');
  }
  throw new Refusal(
    409,
    'no_lease',
    'This item is not yours to judge now: its time was over and somebody else may have it, or your vote was taken back. ' +
      'Ask the queue for the next one.',
  );
}

const contentOf = ({ choice, strength, criteria, note }: Vote) => ({ choice, strength, criteria, note });

/** Who was shown what, and how: of a lease, and of the vote that came of it. */
type Showing = Pick<Vote, 'id' | 'item_id' | 'project_id' | 'annotator' | 'round' | 'shown_first' | 'propensity'>;

/** What was said about the sides as shown, as it is about the responses. */
function voteOf(
  { id, item_id, project_id, annotator, round, shown_first, propensity }: Showing,
  given: NewVote,
  at: number,
): Vote {
  const firstIsA = shown_first === 'a';
  const said = {
    first: firstIsA ? 'a' : 'b',
    second: firstIsA ? 'b' : 'a',
    tie: 'tie',
    bothBad: 'bothBad',
    skip: 'skip',
  };
  const rated = Object.entries(given.criteria ?? {}).sort(([x], [y]) => (x < y ? -1 : 1));
  const criteria = rated.map(([name, value]) => [name, firstIsA || value === 0 ? value : -value]);
  return {
    ...{ id, item_id, project_id, annotator, round, shown_first, propensity, at },
    choice: said[given.choice],
    strength: given.strength ?? null,
    criteria: criteria.length === 0 ? null : JSON.stringify(Object.fromEntries(criteria)),
    note: given.note ?? null,
    seconds: given.seconds,
    external_id: null,
  };
}

type Counted = Pick<Vote, 'item_id' | 'round' | 'choice'>;

/** Keeps the item's counts of first votes that are no skips; `holds` says that they are part of the overlap. */
async function count(tx: Tx, { item_id, round, choice }: Counted, holds: boolean, by: 1 | -1): Promise<void> {
  if (round > 0 || choice === 'skip') return;
  const tally = choice === 'a' ? 'a_votes' : choice === 'b' ? 'b_votes' : 'tie_votes';
  await addVote[tally](tx, { itemId: item_id, by, counted: holds ? by : 0 });
}

const addTo = (tally: 'a_votes' | 'b_votes' | 'tie_votes') =>
  prepared<{ itemId: string; by: number; counted: number }, unknown>((db, given) =>
    db
      .updateTable('items')
      .set(({ eb }) => ({
        [tally]: eb(tally, '+', given('by')),
        vote_count: eb('vote_count', '+', given('counted')),
      }))
      .where('id', '=', given('itemId')),
  );
const addVote = { a_votes: addTo('a_votes'), b_votes: addTo('b_votes'), tie_votes: addTo('tie_votes') };

/**
 * Takes a vote back: it moves to the withdrawn ones, and the item is the annotator's again, shown as it was.
 *
 * @throws Refusal 404 for a vote that is not the person's own, 409 for one that lies too far back
 */
export async function withdrawVote(
  studio: Studio,
  person: Person,
  project: ProjectRow,
  voteId: string,
): Promise<VoteUndone> {
  const asking = askingOf(studio, person, project);
  const lease = await write(studio.db, async (tx) => {
    const vote = await deleteRecent(tx, project.id, person.id, voteId);
    await tx
      .insertInto('withdrawn_votes')
      .values({ ...vote, withdrawn_at: asking.now })
      .execute();
    const details = { item: vote.item_id };
    await record(tx, { at: asking.now, userId: person.id, action: 'vote.withdraw', subject: voteId, details });
    const { kind } = await tx
      .selectFrom('items')
      .select('kind')
      .where('id', '=', vote.item_id)
      .executeTakeFirstOrThrow();
    const holds = kind === 'comparison' && vote.round === 0;
    await count(tx, vote, holds, -1);
    if (holds && vote.choice === 'skip' && !(await takePart(tx, vote.item_id, project.overlap))) return undefined;
    return insertLease(tx, asking, {
      itemId: vote.item_id,
      kind: kind as ItemKind,
      holds: holds ? 1 : 0,
      round: vote.round,
      shownFirst: vote.shown_first as 'a' | 'b',
      propensity: vote.propensity,
      rank: asking.now - LEASE_MS,
    });
  });
  const [item = null] = lease ? await shownItems(studio, [lease]) : [];
  return { item, ...(await progressOf(studio, person, project, 'comparison')) };
}

async function deleteRecent(tx: Tx, projectId: string, annotator: string, voteId: string): Promise<Vote> {
  const own = tx.selectFrom('votes').where('project_id', '=', projectId).where('annotator', '=', annotator);
  const recent = await own.select('id').orderBy('at', 'desc').limit(UNDO_DEPTH).execute();
  if (!recent.some(({ id }) => id === voteId)) {
    if (!(await own.select('id').where('id', '=', voteId).executeTakeFirst())) throw notFound('vote of yours', voteId);
    throw new Refusal(
      409,
      'too_late',
      `Only the last ${UNDO_DEPTH} votes can be taken back. Ask an editor to adjudicate the item.`,
    );
  }
  const vote = await tx.deleteFrom('votes').where('id', '=', voteId).returningAll().executeTakeFirst();
  if (!vote) throw notFound('vote of yours', voteId);
  return vote;
}
