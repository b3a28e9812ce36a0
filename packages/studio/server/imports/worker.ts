/** Reads uploaded files in a thread of their own: what a hostile file costs is this thread's, and nobody waits meanwhile. */
import { parentPort } from 'node:worker_threads';
import { DataError } from '@attune/preferences';
import type { ColumnMapping } from '../../shared/items.ts';
import { readImport } from './read.ts';
import type { ReadFile } from './row.ts';

/** What the thread is given, and what it answers. */
export interface Question {
  readonly path: string;
  readonly mapping: ColumnMapping | undefined;
}
export type Answer = { readonly read: ReadFile } | { readonly unusable: string };

parentPort!.on('message', async ({ path, mapping }: Question) => {
  const answer = await readImport(path, mapping).then(
    (read): Answer => ({ read }),
    (error: unknown): Answer => {
      if (error instanceof DataError) return { unusable: error.message };
      throw error;
    },
  );
  parentPort!.postMessage(answer);
});
