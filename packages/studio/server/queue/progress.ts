/** How far an annotator is. */
import type { Person } from '../auth/identify.ts';
import type { Db } from '../db/open.ts';
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

/** As long may a large project's count be old: it is a number to look at, not one to decide by. */
const FRESH_MS = 2000;
const LARGE = 5000;

const counted = new WeakMap<Db, Map<string, Open>>();

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
  const { judged } = await studio.db
    .selectFrom(kind === 'prompt' ? 'triage' : 'votes')
    .select(({ fn }) => fn.countAll<number>().as('judged'))
    .where('project_id', '=', project.id)
    .where('annotator', '=', id)
    .executeTakeFirstOrThrow();
  const { items, parts } = await openIn(studio, project, kind);
  return { judged: Number(judged), left: Math.max(0, Math.min(items - Number(judged), parts)) };
}

async function openIn({ db, now }: Studio, project: Pick<ProjectRow, 'id' | 'overlap'>, kind: Kind): Promise<Open> {
  const key = `${kind} ${project.id} ${project.overlap}`;
  const known = counted.get(db) ?? new Map<string, Open>();
  counted.set(db, known);
  const last = known.get(key);
  if (last && last.items > LARGE && now() - last.at < FRESH_MS) return last;
  const rows = await db
    .selectFrom('items')
    .select(({ fn }) => ['vote_count', fn.countAll<number>().as('items')])
    .where('project_id', '=', project.id)
    .where('kind', '=', kind)
    .groupBy('vote_count')
    .execute();
  const items = rows.reduce((sum, row) => sum + Number(row.items), 0);
  const parts = rows.reduce((sum, row) => sum + Number(row.items) * Math.max(0, project.overlap - row.vote_count), 0);
  const open = { at: now(), items, parts };
  known.set(key, open);
  return open;
}
