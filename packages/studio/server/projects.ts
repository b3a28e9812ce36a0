import { randomUUID } from 'node:crypto';
import type { Role } from '../shared/people.ts';
import { Criterion, type NewProject, type Project, type ProjectSettings } from '../shared/projects.ts';
import { record } from './audit.ts';
import type { Person } from './auth/identify.ts';
import { itemsOf } from './db/itemsOf.ts';
import type { ProjectRow } from './db/schema.ts';
import { standardCriteria } from './standardCriteria.ts';
import type { Studio } from './studio.ts';

/** Begins a project; what is not said is as ChatGLM-RLHF has it where it says, else as few people as give a measure of agreement. */
export async function createProject(studio: Studio, person: Person, given: NewProject): Promise<Project> {
  const { db, now } = studio;
  const language = given.language ?? 'en';
  const settings: ProjectSettings = {
    ...{ guidelines: '', overlap: 2, goldShare: 0.05, repeatShare: 0.05, language },
    ...{ criteria: standardCriteria[language], ...given },
  };
  const row = { id: randomUUID(), created_at: now(), ...rowOf(settings) } as ProjectRow;
  await db.transaction().execute(async (tx) => {
    await tx.insertInto('projects').values(row).execute();
    await record(tx, {
      at: now(),
      userId: person.id,
      action: 'project.create',
      subject: row.id,
      details: { name: row.name },
    });
  });
  return projectOf(studio, { ...row, role: 'editor' });
}

/** Changes settings; the audit trail says which. */
export async function changeProject(
  { db, now }: Studio,
  person: Person,
  projectId: string,
  change: Partial<ProjectSettings>,
): Promise<void> {
  const changed = Object.keys(change);
  if (changed.length === 0) return;
  await db.transaction().execute(async (tx) => {
    await tx.updateTable('projects').set(rowOf(change)).where('id', '=', projectId).execute();
    await record(tx, {
      at: now(),
      userId: person.id,
      action: 'project.change',
      subject: projectId,
      details: { changed },
    });
  });
}

/** A project with how far it is. */
export async function projectOf({ db }: Studio, { role, ...row }: ProjectRow & { role: Role }): Promise<Project> {
  const counts = await itemsOf(db, row.id)
    .select(({ fn }) => ['vote_count', fn.countAll<number>().as('items')])
    .where('kind', '=', 'comparison')
    .groupBy('vote_count')
    .execute();
  const sum = (of: (votes: number) => number) => counts.reduce((all, c) => all + Number(c.items) * of(c.vote_count), 0);
  const { id, name, guidelines, overlap, created_at: createdAt } = row;
  return {
    ...{ id, name, guidelines, overlap, createdAt, role },
    criteria: Criterion.array().parse(JSON.parse(row.criteria)),
    goldShare: row.gold_share,
    repeatShare: row.repeat_share,
    language: row.language as Project['language'],
    items: sum(() => 1),
    done: sum((votes) => Number(votes >= row.overlap)),
    votes: sum((votes) => votes),
  };
}

/** Settings as columns; those that are not there are not touched. */
function rowOf({ criteria, goldShare, repeatShare, ...rest }: Partial<ProjectSettings>): Partial<ProjectRow> {
  return {
    ...rest,
    ...(criteria !== undefined && { criteria: JSON.stringify(criteria) }),
    ...(goldShare !== undefined && { gold_share: goldShare }),
    ...(repeatShare !== undefined && { repeat_share: repeatShare }),
  };
}
