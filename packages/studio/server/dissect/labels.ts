/** Labels of a judge that is not in the queue: uploaded, held beside the votes, and never counted among them. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DataError, type JudgeLabels, readLabels } from '@attune/preferences';
import type { LabelsReport } from '../../shared/dissect.ts';
import { record } from '../audit.ts';
import type { Person } from '../auth/identify.ts';
import { itemsOf } from '../db/itemsOf.ts';
import { write } from '../db/write.ts';
import { shownName, type Upload } from '../imports/upload.ts';
import { Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';

/** Bytes of a file of labels. */
export const MOST_LABELS = 32 << 20;
const SHOWN = 5;
const ROWS = 500;

/**
 * Takes in a file of labels (JSONL, JSON, CSV or comparisons, each row with the id of an item); what a judge of the same
 * name said before is replaced.
 *
 * @throws Refusal 413 for a file that is too large, 422 for one that cannot be read or names no items
 */
export async function takeLabels(
  studio: Studio,
  person: Person,
  projectId: string,
  { upload, judge }: { upload: Upload; judge: string },
): Promise<LabelsReport> {
  const judges = await read(studio.folder, upload, judge);
  const { db, now } = studio;
  const items = await itemsOf(db, projectId).select(['id', 'external_id']).where('kind', '=', 'comparison').execute();
  const itemOf = new Map(items.flatMap(({ id, external_id }) => [[id, id] as const, [external_id ?? id, id] as const]));
  const known = judges.map((one) => ({ name: one.judge, ...matched(one, itemOf) }));
  if (known.every(({ rows }) => rows.length === 0)) {
    throw new Refusal(422, 'no_items', 'No row has the id of an item of this project. An export shows the ids.');
  }
  const at = now();
  await write(db, async (tx) => {
    for (const { name, rows } of known) {
      const common = { project_id: projectId, judge: name, at };
      await tx.deleteFrom('labels').where('project_id', '=', projectId).where('judge', '=', name).execute();
      for (let i = 0; i < rows.length; i += ROWS) {
        const some = rows.slice(i, i + ROWS).map(([item_id, label]) => ({ ...common, item_id, label }));
        await tx.insertInto('labels').values(some).execute();
      }
    }
    const details = { judges: known.map(({ name, rows }) => ({ name, labels: rows.length })) };
    await record(tx, { at, userId: person.id, action: 'labels.upload', subject: projectId, details });
  });
  return {
    judges: known.map(({ name, rows, undecided, unknown }) => ({
      name,
      taken: rows.length,
      undecided,
      unknown: unknown.length,
    })),
    unknownIds: [...new Set(known.flatMap(({ unknown }) => unknown))].slice(0, SHOWN),
  };
}

/** Forgets an uploaded judge. */
export async function dropLabels({ db, now }: Studio, person: Person, projectId: string, judge: string): Promise<void> {
  await write(db, async (tx) => {
    await tx.deleteFrom('labels').where('project_id', '=', projectId).where('judge', '=', judge).execute();
    await record(tx, { at: now(), userId: person.id, action: 'labels.remove', subject: projectId, details: { judge } });
  });
}

async function read(folder: string, { file, filename }: Upload, judge: string): Promise<JudgeLabels[]> {
  const place = join(folder, 'uploads');
  await mkdir(place, { recursive: true, mode: 0o700 });
  const path = join(place, randomUUID());
  try {
    await pipeline(file, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
    if (file.truncated) throw new Refusal(413, 'too_large', `The file is larger than ${MOST_LABELS >> 20} MiB.`);
    const judges = await readLabels(path, { judge });
    if (judges.every(({ ids }) => ids !== undefined)) return judges;
    throw new Refusal(422, 'no_ids', 'Each row needs the id of its item, as {"id": "…", "label": "A"}.');
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new Refusal(422, 'unreadable_file', error.message.replaceAll(path, shownName(filename)));
  } finally {
    await rm(path, { force: true });
  }
}

/** The judge's labels by item; of two for one item the later counts. */
function matched({ labels, ids }: JudgeLabels, itemOf: ReadonlyMap<string, string>) {
  const rows = new Map<string, 'a' | 'b'>();
  const unknown: string[] = [];
  let undecided = 0;
  labels.forEach((label, i) => {
    const item = itemOf.get(ids![i]!);
    if (item === undefined) unknown.push(ids![i]!);
    else if (label === undefined) undecided++;
    else rows.set(item, label === 'A' ? 'a' : 'b');
  });
  return { rows: [...rows], undecided, unknown };
}
