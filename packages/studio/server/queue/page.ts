/** The queue as an annotator sees it. */
import type { Message, QueueItem, QueuePage } from '../../shared/queue.ts';
import type { Person } from '../auth/identify.ts';
import { prepared } from '../db/prepared.ts';
import type { Lease, ProjectRow, Text } from '../db/schema.ts';
import { write } from '../db/write.ts';
import { randomOf } from '../random.ts';
import type { Studio } from '../studio.ts';
import { type Asking, leasesFor } from './leases.ts';
import { progressOf } from './progress.ts';

/** What the person judges now and next, leased to nobody else meanwhile. */
export async function queuePage(
  studio: Studio,
  person: Person,
  project: ProjectRow,
  prefetch: number,
): Promise<QueuePage> {
  const asking = askingOf(studio, person, project);
  const leases = await write(studio.db, (tx) => leasesFor(tx, asking, 'comparison', prefetch));
  const items = await shownItems(studio, leases);
  const { judged, left } = await progressOf(studio, person, project, 'comparison');
  return { items, judged, left: items.length === 0 ? 0 : Math.max(left, items.length) };
}

export const askingOf = (studio: Studio, person: Person, project: ProjectRow): Asking => ({
  project,
  userId: person.id,
  now: studio.now(),
  random: randomOf(studio),
});

/** Leased comparisons with their texts, in the order and with the sides they are shown. */
export async function shownItems({ db }: Studio, leases: readonly Lease[]): Promise<QueueItem[]> {
  const texts = await textsOf(db, leases);
  return leases.map((lease): QueueItem => {
    const { prompt, a, b } = texts.get(lease.item_id)!;
    const [first, second] = lease.shown_first === 'a' ? [a!, b!] : [b!, a!];
    return { itemId: lease.id, prompt, first, second, leaseEndsAt: lease.ends_at };
  });
}

/** The texts of leased items. */
export async function textsOf(db: Studio['db'], leases: readonly Pick<Lease, 'item_id'>[]) {
  const found = await Promise.all(leases.map(({ item_id }) => textOf(db, { item_id })));
  const rows = found.flatMap(({ rows }) => rows);
  return new Map(rows.map(({ item_id, prompt, a, b }) => [item_id, { prompt: JSON.parse(prompt) as Message[], a, b }]));
}

const textOf = prepared<Pick<Lease, 'item_id'>, Text>((db, given) =>
  db.selectFrom('texts').selectAll().where('item_id', '=', given('item_id')),
);
