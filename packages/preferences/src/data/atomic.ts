import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DataError } from '../errors.ts';

/**
 * Writes a file whole or not at all: under a temporary name in the same folder, synced, then renamed. Whoever reads
 * `path` meanwhile, or after a crash, finds the old file or the new one, never a part. Throws a {@link DataError} where
 * the folder is missing.
 */
export async function writeAtomically(
  path: string,
  chunks: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
  through: readonly Transform[] = [],
): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await pipeline([
      Readable.from(chunks, { objectMode: true }),
      ...through,
      createWriteStream(temporary, { flags: 'wx', flush: true }),
    ]);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new DataError(path, `there is no folder ${dirname(path)} to write to. Make it first.`, { cause: error });
  }
  await using folder = await open(dirname(path)); // the new name itself must reach the disk too
  await folder.sync();
}
