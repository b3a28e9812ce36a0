/** Takes a file into a project: everything that it holds, or nothing. */
import type { ImportAnswers, ImportReport } from '../../shared/items.ts';
import { record } from '../audit.ts';
import type { Person } from '../auth/identify.ts';
import { sqliteOf } from '../db/nodeSqlite.ts';
import { write } from '../db/write.ts';
import type { Studio } from '../studio.ts';
import { added, beginAccount, reportOf } from './account.ts';
import { addingAlone, hideNew, removeHidden, showHidden } from './hidden.ts';
import { planImport } from './plan.ts';
import type { KeyedRow, ReadFile } from './row.ts';
import { knownItems, planFor, store } from './store.ts';

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
 * New items are added part by part, so that votes go on between the parts, and are hidden until all are there. One last
 * transaction shows them, with what the file adds to items that were there before, and the line of the audit trail. Without it,
 * because some row is bad or the process has ended, what is hidden is removed.
 *
 * @returns a report; `imported` says whether it was
 */
export async function importFile(
  studio: Studio,
  person: Person,
  file: ReadFile,
  options: ImportOptions,
): Promise<ImportReport> {
  const { projectId, dryRun, onError } = options;
  if (dryRun || file.format === null || (file.bad > 0 && onError === 'fail')) return look(studio, file, options);
  return addingAlone(studio.db, projectId, async () => {
    await hideNew(studio.db, projectId);
    try {
      const report = await takeIn(studio, person, file, options);
      if (!report.imported) await removeHidden(studio.db, projectId);
      return report;
    } catch (error) {
      await removeHidden(studio.db, projectId);
      throw error;
    }
  });
}

async function look({ db }: Studio, file: ReadFile, { projectId, answers }: ImportOptions): Promise<ImportReport> {
  let account = beginAccount(file);
  for await (const rows of file.parts) account = added(account, await planFor(db, projectId, rows, answers));
  return reportOf(file, account, false);
}

async function takeIn(
  studio: Studio,
  person: Person,
  file: ReadFile,
  { projectId, answers, onError, fileName }: ImportOptions,
): Promise<ImportReport> {
  const { db, now } = studio;
  let account = beginAccount(file);
  const isRefused = () => onError === 'fail' && account.bad > 0;
  const ofKnown: KeyedRow[] = [];
  for await (const rows of file.parts) {
    const known = await knownItems(db, projectId, rows);
    ofKnown.push(...rows.filter(({ key }) => known.has(key)));
    const fresh = rows.filter(({ key }) => !known.has(key));
    const plan = planImport(fresh, answers);
    account = added(account, plan);
    if (isRefused()) continue; // the rest is only counted
    await write(db, (tx) => store(tx, studio, projectId, plan));
    await sqliteOf(db)?.copied;
  }
  const upToHere = account;
  return write(db, async (tx) => {
    const plan = await planFor(tx, projectId, ofKnown, answers);
    account = added(upToHere, plan);
    if (isRefused()) return reportOf(file, account, false);
    await store(tx, studio, projectId, plan);
    await showHidden(tx, projectId);
    const { comparisons, gold, prompts, votes, bad } = account;
    const details = { file: fileName, comparisons, gold, prompts, votes, bad };
    await record(tx, { at: now(), userId: person.id, action: 'items.import', subject: projectId, details });
    return reportOf(file, account, true);
  });
}
