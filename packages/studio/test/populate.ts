/** A studio with people and items, put straight into its database: what tests and measurements of load begin with. */
import { randomUUID } from 'node:crypto';
import type { Person } from '../server/auth/identify.ts';
import { hashToken, newToken } from '../server/auth/tokens.ts';
import type { Db } from '../server/db/open.ts';
import { importFile } from '../server/imports/importFile.ts';
import { inParts, keyed } from '../server/imports/row.ts';
import { createProject } from '../server/projects.ts';
import type { Studio } from '../server/studio.ts';

/** Who votes, by keys of the API. */
export interface Populated {
  readonly projectId: string;
  readonly editorKey: string;
  readonly annotatorKeys: readonly string[];
}

export interface Size {
  readonly items: number;
  readonly annotators: number;
  readonly overlap: number;
  /** Characters of a response. */
  readonly length?: number;
}

/** Makes an owner, annotators with a key each, and a project with items. */
export async function populate(db: Db, { items, annotators, overlap, length = 20 }: Size): Promise<Populated> {
  const studio: Studio = { db, now: Date.now, origin: 'http://127.0.0.1', folder: '.', attune: [] };
  const owner = await person(db, 'Owner', true);
  const settings = { name: 'Load', overlap, goldShare: 0, repeatShare: 0 };
  const { id: projectId } = await createProject(studio, owner.person, settings);
  const annotatorKeys: string[] = [];
  for (let i = 0; i < annotators; i++) {
    const { person: annotator, key } = await person(db, `Annotator ${i}`, false);
    await db
      .insertInto('members')
      .values({ project_id: projectId, user_id: annotator.id, role: 'annotator' })
      .execute();
    annotatorKeys.push(key);
  }
  const rows = Array.from({ length: items }, (_, i) =>
    keyed({
      ...{ line: i + 1, id: `c${i}`, prompt: [{ role: 'user', content: `Question ${i}?` }] },
      responses: [{ text: `A ${i} `.padEnd(length, 'x') }, { text: `B ${i} `.padEnd(length + (i % 3), 'y') }],
    }),
  );
  const none = { columns: [], bad: 0, badRows: [], undecided: 0, ignored: {} };
  const file = { ...none, format: 'made here', unit: 'line' as const, records: items, parts: inParts(rows) };
  const options = { projectId, fileName: 'load', answers: 'leave', dryRun: false, onError: 'fail' } as const;
  await importFile(studio, owner.person, file, options);
  return { projectId, editorKey: owner.key, annotatorKeys };
}

async function person(db: Db, name: string, owner: boolean): Promise<{ person: Person; key: string }> {
  const [id, key] = [randomUUID(), newToken()];
  const email = `${id}@example.org`;
  const row = { id, name, email, password_hash: '', owner: Number(owner), created_at: 0, disabled_at: null };
  await db.insertInto('users').values(row).execute();
  const keyRow = { id: randomUUID(), user_id: id, name, token_hash: hashToken(key), created_at: 0, last_used_at: null };
  await db.insertInto('api_keys').values(keyRow).execute();
  return { person: { id, name, email, owner }, key };
}
