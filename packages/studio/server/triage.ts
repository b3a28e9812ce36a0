/** Prompt triage: prompts are leased like comparisons, so that no more people than the overlap asks for see one. */
import {
  type NewTriage,
  PromptClass,
  type TriageItem,
  type TriagePage,
  type TriageReceipt,
  type TriageSummary,
  type TriageUndone,
} from '../shared/triage.ts';
import { record } from './audit.ts';
import type { Person } from './auth/identify.ts';
import { itemsOf } from './db/itemsOf.ts';
import type { Db } from './db/open.ts';
import type { Lease, ProjectRow } from './db/schema.ts';
import { type Tx, write } from './db/write.ts';
import { insertLease, LEASE_MS, leasesFor } from './queue/leases.ts';
import { askingOf, textsOf } from './queue/page.ts';
import { progressOf } from './queue/progress.ts';
import { notFound, Refusal } from './refusal.ts';
import type { Studio } from './studio.ts';

/** Prompts the person is to judge now and next. */
export async function triagePage(
  studio: Studio,
  person: Person,
  project: ProjectRow,
  prefetch: number,
): Promise<TriagePage> {
  const asking = askingOf(studio, person, project);
  const leases = await write(studio.db, (tx) => leasesFor(tx, asking, 'prompt', prefetch));
  const items = await shownPrompts(studio.db, leases);
  const { judged, left } = await progressOf(studio, person, project, 'prompt');
  return { items, judged, left: items.length === 0 ? 0 : Math.max(left, items.length) };
}

async function shownPrompts(db: Db, leases: readonly Lease[]): Promise<TriageItem[]> {
  const texts = await textsOf(db, leases);
  return leases.map(({ id, item_id, ends_at }) => {
    return { itemId: id, prompt: texts.get(item_id)!.prompt, leaseEndsAt: ends_at };
  });
}

/**
 * Takes what the person says of a prompt; sending it again changes nothing.
 *
 * @throws Refusal 409 where the prompt is no longer the person's, or another class is on record
 */
export async function triagePrompt(
  studio: Studio,
  person: Person,
  project: ProjectRow,
  given: NewTriage,
): Promise<TriageReceipt> {
  const at = studio.now();
  await write(studio.db, async (tx) => {
    const lease = await tx
      .deleteFrom('leases')
      .where('id', '=', given.itemId)
      .where('user_id', '=', person.id)
      .where('project_id', '=', project.id)
      .where('kind', '=', 'prompt')
      .returning(['id', 'item_id', 'project_id'])
      .executeTakeFirst();
    if (!lease) return checkSaidBefore(tx, project.id, person.id, given);
    await tx
      .insertInto('triage')
      .values({ ...lease, annotator: person.id, class: given.class, at })
      .execute();
    await count(tx, lease.item_id, 1);
  });
  return { itemId: given.itemId, ...(await progressOf(studio, person, project, 'prompt')) };
}

async function checkSaidBefore(tx: Tx, projectId: string, annotator: string, given: NewTriage): Promise<void> {
  const said = await tx
    .selectFrom('triage')
    .select('class')
    .where('id', '=', given.itemId)
    .where('annotator', '=', annotator)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  if (said?.class === given.class) return;
  if (said) throw new Refusal(409, 'voted_otherwise', `You said "${said.class}" of this prompt. Take it back first.`);
  throw new Refusal(409, 'no_lease', 'This prompt is not yours to judge now. Ask the queue for the next one.');
}

async function count(tx: Tx, itemId: string, by: 1 | -1): Promise<void> {
  await tx
    .updateTable('items')
    .set(({ eb }) => ({ vote_count: eb('vote_count', '+', by) }))
    .where('id', '=', itemId)
    .execute();
}

/**
 * Takes back what the person said of a prompt, which is theirs again; the audit trail keeps what it was.
 *
 * @throws Refusal 404 for what is not the person's own
 */
export async function withdrawTriage(
  studio: Studio,
  person: Person,
  project: ProjectRow,
  id: string,
): Promise<TriageUndone> {
  const asking = askingOf(studio, person, project);
  const lease = await write(studio.db, async (tx) => {
    const said = await tx
      .deleteFrom('triage')
      .where('id', '=', id)
      .where('annotator', '=', person.id)
      .where('project_id', '=', project.id)
      .returning(['item_id', 'class'])
      .executeTakeFirst();
    if (!said) throw notFound('judgment of yours', id);
    const details = { item: said.item_id, class: said.class };
    await record(tx, { at: asking.now, userId: person.id, action: 'triage.withdraw', subject: id, details });
    await count(tx, said.item_id, -1);
    const rank = asking.now - LEASE_MS;
    return insertLease(tx, asking, { itemId: said.item_id, kind: 'prompt', holds: 1, rank });
  });
  const [item = null] = await shownPrompts(studio.db, [lease]);
  return { item, ...(await progressOf(studio, person, project, 'prompt')) };
}

/** The class that most of a prompt's judges gave it; of several, the first in the paper's order. */
export function majorityClass(classes: readonly PromptClass[]): PromptClass | undefined {
  const votes = (of: PromptClass) => classes.filter((one) => one === of).length;
  const most = Math.max(...PromptClass.options.map(votes));
  return most === 0 ? undefined : PromptClass.options.find((one) => votes(one) === most);
}

/** How many prompts of a project are judged, and as what. */
export async function triageSummary(db: Db, projectId: string): Promise<TriageSummary> {
  const { prompts } = await itemsOf(db, projectId)
    .select(({ fn }) => fn.countAll<number>().as('prompts'))
    .where('kind', '=', 'prompt')
    .executeTakeFirstOrThrow();
  const rows = await db.selectFrom('triage').select(['item_id', 'class']).where('project_id', '=', projectId).execute();
  const classes = { kept: 0, 'unclear intent': 0, 'unclear semantics': 0, unanswerable: 0 };
  const byItem = Map.groupBy(rows, ({ item_id }) => item_id);
  for (const said of byItem.values()) classes[majorityClass(said.map((row) => PromptClass.parse(row.class)))!]++;
  return { prompts: Number(prompts), judged: byItem.size, classes };
}
