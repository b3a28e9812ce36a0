/** How far an annotator is. */
import type { Person } from '../auth/identify.ts';
import { itemsOf } from '../db/itemsOf.ts';
import type { Db } from '../db/open.ts';
import { prepared } from '../db/prepared.ts';
import type { ProjectRow } from '../db/schema.ts';
import type { Studio } from '../studio.ts';

type Kind = 'comparison' | 'prompt';

/** What is left in a project for anybody. */
interface Open {
  readonly at: number;
  readonly items: number;
  /** Votes that the overlap still asks for. */
  readonly parts: number;
}

/** As old may a large project's count be, in ms: it is a number to look at, not one to decide by. */
const FRESH_MS = 5000;
const LARGE = 5000;

const counted = new WeakMap<Db, Map<string, { last?: Open; counting?: Promise<Open> | undefined }>>();

/**
 * How many items the person has judged, and about how many are left to them: no more than they have not judged, and no more
 * than the project still asks for.
 */
export async function progressOf(
  studio: Studio,
  { id }: Person,
  project: Pick<ProjectRow, 'id' | 'overlap'>,
  kind: Kind,
): Promise<{ judged: number; left: number }> {
  const { rows } = await judgedBy[kind](studio.db, { projectId: project.id, annotator: id });
  const judged = Number(rows[0]!.judged);
  const { items, parts } = await openIn(studio, project, kind);
  return { judged, left: Math.max(0, Math.min(items - judged, parts)) };
}

const judgedIn = (table: 'votes' | 'triage') =>
  prepared<{ projectId: string; annotator: string }, { judged: number }>((db, given) =>
    db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('judged'))
      .where('project_id', '=', given('projectId'))
      .where('annotator', '=', given('annotator')),
  );
const judgedBy = { comparison: judgedIn('votes'), prompt: judgedIn('triage') };

/** Counted anew for every question about a small project; of a large one the last count is told, and renewed behind it. */
async function openIn(studio: Studio, project: Pick<ProjectRow, 'id' | 'overlap'>, kind: Kind): Promise<Open> {
  const ofStudio = counted.get(studio.db) ?? new Map();
  counted.set(studio.db, ofStudio);
  const key = `${kind} ${project.id} ${project.overlap}`;
  const entry = ofStudio.get(key) ?? {};
  ofStudio.set(key, entry);
  const isLarge = entry.last !== undefined && entry.last.items > LARGE;
  if (isLarge && studio.now() - entry.last.at < FRESH_MS) return entry.last;
  if (!isLarge) return (entry.last = await count(studio, project, kind));
  entry.counting ??= count(studio, project, kind)
    .then((open) => (entry.last = open))
    .catch(console.error)
    .finally(() => (entry.counting = undefined));
  return entry.last;
}

async function count({ db, now }: Studio, project: Pick<ProjectRow, 'id' | 'overlap'>, kind: Kind): Promise<Open> {
  const rows = await itemsOf(db, project.id)
    .select(({ fn }) => ['vote_count', fn.countAll<number>().as('items')])
    .where('kind', '=', kind)
    .groupBy('vote_count')
    .execute();
  const items = rows.reduce((sum, row) => sum + Number(row.items), 0);
  const parts = rows.reduce((sum, row) => sum + Number(row.items) * Math.max(0, project.overlap - row.vote_count), 0);
  return { at: now(), items, parts };
}
