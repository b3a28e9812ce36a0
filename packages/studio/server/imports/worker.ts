/** Reads uploaded files in a thread of their own: what a hostile file costs is this thread's, and nobody waits meanwhile. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { DataError } from '@attune/preferences';
import type { ColumnMapping } from '../../shared/items.ts';
import { readImport } from './read.ts';
import { inParts, type KeyedRow, type ReadFile } from './row.ts';

/** What the thread is given. */
export interface Question {
  readonly path: string;
  readonly mapping: ColumnMapping | undefined;
  /** A new file, for the rows. */
  readonly to: string;
}

/** What it answers: `lengths` are the bytes of the parts in that file, each a JSON array. */
export type Answer =
  | { readonly read: Omit<ReadFile, 'parts'>; readonly lengths: readonly number[] }
  | { readonly unusable: string };

parentPort!.on('message', async ({ path, mapping, to }: Question) => {
  const answer = await readImport(path, mapping).then(
    ({ rows, ...read }): Answer => ({ read, lengths: writeParts(to, rows) }),
    (error: unknown): Answer => {
      if (error instanceof DataError) return { unusable: error.message };
      throw error;
    },
  );
  parentPort!.postMessage(answer);
});

/** All rows in one message would hold up whoever gets it. */
function writeParts(to: string, rows: readonly KeyedRow[]): number[] {
  const file = openSync(to, 'wx', 0o600);
  try {
    return Array.from(inParts(rows), (part) => writeWhole(file, Buffer.from(JSON.stringify(part))));
  } finally {
    closeSync(file);
  }
}

/** @returns how many bytes these were */
function writeWhole(file: number, bytes: Buffer): number {
  for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
  return bytes.length;
}
