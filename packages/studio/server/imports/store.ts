/** Takes a file into a project: everything that its plan holds, or nothing. */
import { sql } from 'kysely';
import type { ImportAnswers, ImportReport, PreviewRow } from '../../shared/items.ts';
import { record } from '../audit.ts';
import type { Person } from '../auth/identify.ts';
import type { Db } from '../db/open.ts';
import type { Tx } from '../db/write.ts';
import { write } from '../db/write.ts';
import { randomOf } from '../random.ts';
import type { Studio } from '../studio.ts';
import { type KnownItem, type Plan, type PlannedItem, planImport, signature } from './plan.ts';
import { type ImportRow, type KeyedRow, keyed, type ReadFile } from './row.ts';

export interface ImportOptions {
  readonly projectId: string;
  /** To be shown in the audit trail. */
  readonly fileName: string;
  readonly answers: ImportAnswers;
  readonly dryRun: boolean;
  readonly onError: 'fail' | 'skip';
}

/**
 * Tells what a file would add to the project, and adds it unless that is not wanted or some of it is bad.
 *
 * @returns a report; `imported` says whether it was
 */
export async function importFile(
  studio: Studio,
  person: Person,
  file: ReadFile,
  options: ImportOptions,
): Promise<ImportReport> {
  const { projectId, answers, dryRun, onError } = options;
  const plan = (db: Db) => planFor(db, projectId, file.rows, answers);
  if (dryRun || file.format === null) return reportOf(file, await plan(studio.db), false);
  return write(studio.db, async (tx) => {
    const planned = await plan(tx);
    const bad = file.bad.length + planned.bad.length;
    if (bad > 0 && onError === 'fail') return reportOf(file, planned, false);
    await store(tx, studio, projectId, planned);
    const report = reportOf(file, planned, true);
    const { comparisons, gold, prompts, votes } = report;
    const details = { file: options.fileName, comparisons, gold, prompts, votes, bad };
    await record(tx, { at: studio.now(), userId: person.id, action: 'items.import', subject: projectId, details });
    return report;
  });
}

const SHOWN_BAD = 100;
const SHOWN = 5;

function reportOf(file: ReadFile, { items, duplicates, bad: conflicts }: Plan, imported: boolean): ImportReport {
  const bad = [...file.bad, ...conflicts].sort((a, b) => a.line - b.line);
  const fresh = (kind: string) => items.filter(({ isNew, item }) => isNew && item.kind === kind).length;
  return {
    imported,
    ...{ format: file.format, unit: file.unit, columns: [...file.columns], records: file.rows.length },
    ...{ comparisons: fresh('comparison'), prompts: fresh('prompt') },
    gold: items.filter(({ isNewGold }) => isNewGold).length,
    votes: items.reduce((sum, { votes }) => sum + votes.length, 0),
    ...{ undecided: file.undecided, duplicates, bad: bad.length, badRows: bad.slice(0, SHOWN_BAD) },
    ignored: { ...file.ignored },
    preview: items.slice(0, SHOWN).map(shown),
  };
}

const shown = ({ row, item, votes }: PlannedItem): PreviewRow => ({
  ...{ line: row.line, id: row.id ?? null, prompt: [...row.prompt] },
  ...{ a: row.responses?.[0].text ?? null, b: row.responses?.[1].text ?? null },
  ...{ gold: (item.gold ?? null) as PreviewRow['gold'], votes: votes.length },
});

const BATCH = 200; // rows of an insert; SQLite takes at most 32,766 parameters

/** Adds what rows hold that the project does not have yet, within a transaction. */
export async function takeRows(
  tx: Tx,
  studio: Studio,
  projectId: string,
  { rows, answers }: { rows: readonly ImportRow[]; answers: ImportAnswers },
): Promise<Plan> {
  const plan = await planFor(tx, projectId, rows.map(keyed), answers);
  await store(tx, studio, projectId, plan);
  return plan;
}

async function planFor(db: Db, projectId: string, rows: readonly KeyedRow[], answers: ImportAnswers): Promise<Plan> {
  const keys = [...new Set(rows.map(({ key }) => key))];
  const known = new Map<string, KnownItem>();
  const said = new Set<string>();
  const any = await db.selectFrom('items').select('id').where('project_id', '=', projectId).executeTakeFirst();
  for (const some of any ? batches(keys) : []) {
    const items = await db
      .selectFrom('items')
      .innerJoin('texts', 'texts.item_id', 'items.id')
      .select(['items.id', 'items.key', 'items.kind', 'items.gold', 'texts.a'])
      .where('project_id', '=', projectId)
      .where('key', 'in', some)
      .execute();
    for (const item of items) known.set(item.key, item);
    if (items.length === 0) continue;
    const ids = items.map(({ id }) => id);
    for (const vote of await db.selectFrom('votes').selectAll().where('item_id', 'in', ids).execute()) {
      said.add(signature(vote));
    }
  }
  return planImport(rows, answers, known, said);
}

async function store(tx: Tx, studio: Studio, projectId: string, { items }: Plan): Promise<void> {
  const random = randomOf(studio);
  const last = await tx
    .selectFrom('items')
    .select(({ fn }) => fn.max('position').as('position'))
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  let position = (last?.position ?? -1) + 1;
  const fresh = items.filter(({ isNew }) => isNew);
  for (const some of batches(fresh)) {
    const rows = some.map(({ item, tally }) => ({
      ...{ ...item, project_id: projectId, position: position++, shuffle: random(), created_at: studio.now() },
      ...{ a_votes: tally.a, b_votes: tally.b, tie_votes: tally.ties },
    }));
    await tx.insertInto('items').values(rows).execute();
    await tx.insertInto('texts').values(some.map(textsOf)).execute();
  }
  for (const planned of items) if (!planned.isNew) await change(tx, planned);
  for (const some of batches(items.flatMap(({ votes }) => votes))) {
    await tx
      .insertInto('votes')
      .values(some.map((vote) => ({ ...vote, project_id: projectId })))
      .execute();
  }
}

const textsOf = ({ item, row }: PlannedItem) => ({
  ...{ item_id: item.id, prompt: JSON.stringify(row.prompt) },
  ...{ a: row.responses?.[0].text ?? null, b: row.responses?.[1].text ?? null },
});

/** What the file adds to an item that was there. */
async function change(tx: Tx, { item, isNewGold, tally }: PlannedItem): Promise<void> {
  const { gold, kind } = item;
  if (tally.a + tally.b + tally.ties === 0 && !isNewGold) return;
  await tx
    .updateTable('items')
    .set({
      a_votes: sql`a_votes + ${sql.lit(tally.a)}`,
      b_votes: sql`b_votes + ${sql.lit(tally.b)}`,
      tie_votes: sql`tie_votes + ${sql.lit(tally.ties)}`,
      ...(isNewGold && { gold, kind }),
    })
    .where('id', '=', item.id)
    .execute();
}

function* batches<T>(rows: readonly T[]): Generator<T[]> {
  for (let from = 0; from < rows.length; from += BATCH) yield rows.slice(from, from + BATCH);
}
