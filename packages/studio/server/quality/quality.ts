/** The quality page of a project, computed anew for each reader, of many votes behind the reader's back. */
import { sql } from 'kysely';
import { Quality } from '../../shared/quality.ts';
import { itemsOf } from '../db/itemsOf.ts';
import type { Db } from '../db/open.ts';
import type { ProjectRow } from '../db/schema.ts';
import { nameOf, namesIn } from '../names.ts';
import type { Studio } from '../studio.ts';
import { voteColumns } from './columns.ts';
import { computeReport, expectReports, FEW } from './compute.ts';

/** With more votes than this the page is shown as it last was, while the next is computed. */
const MANY = 20_000;

interface Known {
  readonly page: Quality;
  readonly votes: number;
}

interface Entry {
  known?: Known;
  computing?: Promise<Known> | undefined;
}

const pages = new WeakMap<Db, Map<string, Entry>>();

function entryOf(db: Db, projectId: string): Entry {
  const ofStudio = pages.get(db) ?? new Map<string, Entry>();
  pages.set(db, ofStudio);
  const entry = ofStudio.get(projectId) ?? {};
  ofStudio.set(projectId, entry);
  return entry;
}

type Measured = Pick<ProjectRow, 'id' | 'overlap'>;

/** The quality of a project's votes. */
export async function qualityOf(studio: Studio, project: Measured): Promise<Quality> {
  const entry = entryOf(studio.db, project.id);
  if (entry.known && entry.known.votes > MANY) {
    renew(studio, project, entry).catch(console.error);
    return entry.known.page;
  }
  entry.known = await (entry.computing ?? compute(studio, project));
  return entry.known.page;
}

/** Makes ready for those who ask: computes the pages of projects with many votes, one after the other. */
export async function prepareQuality(studio: Studio): Promise<void> {
  const projects = await studio.db
    .selectFrom('projects')
    .innerJoin('votes', 'votes.project_id', 'projects.id')
    .select(({ fn }) => ['projects.id', 'projects.overlap', fn.countAll<number>().as('votes')])
    .groupBy(['projects.id', 'projects.overlap'])
    .having(({ fn }) => fn.countAll(), '>', FEW)
    .execute();
  if (projects.length > 0) expectReports();
  for (const project of projects) {
    if (Number(project.votes) > MANY) await renew(studio, project, entryOf(studio.db, project.id));
  }
}

async function renew(studio: Studio, project: Measured, entry: Entry): Promise<void> {
  entry.computing ??= compute(studio, project).finally(() => (entry.computing = undefined));
  entry.known = await entry.computing;
}

async function compute(studio: Studio, project: Measured): Promise<Known> {
  const { db, now } = studio;
  const computedAt = now();
  if (await hasMany(db, project.id)) expectReports(); // while the votes are read
  const votes = await voteColumns(db, project.id);
  const [report, progress, undecided] = await Promise.all([
    computeReport(votes),
    progressOf(db, project),
    disagreements(db, project.id),
  ]);
  const names = await namesIn(
    db,
    report.annotators.map(({ annotator }) => annotator),
  );
  const page = Quality.parse({
    ...{ ...report, computedAt, progress, disagreements: undecided },
    annotators: report.annotators.map((quality) => {
      const { annotator: name, judge } = nameOf(quality.annotator, names);
      return { ...quality, name, judge };
    }),
  });
  return { page, votes: votes.item.length };
}

/** Whether so many votes are there that a thread counts them. */
const hasMany = async (db: Db, projectId: string): Promise<boolean> =>
  Boolean(
    await db
      .selectFrom('votes')
      .select('id')
      .where('project_id', '=', projectId)
      .limit(1)
      .offset(FEW)
      .executeTakeFirst(),
  );

async function progressOf(db: Db, { id, overlap }: Measured): Promise<Quality['progress']> {
  const rows = await itemsOf(db, id)
    .select(({ fn }) => ['vote_count', fn.countAll<number>().as('n')])
    .where('kind', '=', 'comparison')
    .groupBy('vote_count')
    .execute();
  const sum = (of: (votes: number) => number) => rows.reduce((all, row) => all + Number(row.n) * of(row.vote_count), 0);
  return { items: sum(() => 1), done: sum((votes) => Number(votes >= overlap)), votes: sum((votes) => votes) };
}

/** Comparisons whose first votes do not all say the same, and on which no editor has had the last word. */
export const divided = (db: Db, projectId: string) =>
  itemsOf(db, projectId)
    .leftJoin('adjudications', 'adjudications.item_id', 'items.id')
    .where('items.kind', '=', 'comparison')
    .where(sql<boolean>`a_votes + b_votes + tie_votes not in (a_votes, b_votes, tie_votes)`)
    .where('adjudications.item_id', 'is', null);

async function disagreements(db: Db, projectId: string): Promise<number> {
  const { n } = await divided(db, projectId)
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(n);
}
