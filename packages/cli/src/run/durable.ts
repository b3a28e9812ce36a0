import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RunError } from '../errors.ts';

/** What a file or folder is called until it is whole. Anything with this ending may be deleted. */
export const partialSuffix = '.partial';

/** Waits until a file's or folder's own content is on the disk. */
export function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else sync(path);
  }
  sync(folder);
}

/** Writes a text file that is whole or not there at all, whenever the process or the machine dies. */
export function writeWhole(path: string, text: string | Uint8Array): void {
  const temporary = path + partialSuffix;
  writeFileSync(temporary, text);
  sync(temporary);
  renameSync(temporary, path);
  sync(dirname(path));
}

/**
 * Writes a folder that is whole or not there at all: `write` fills a folder of another name beside it, which is
 * synced to the disk and then renamed. When `write` throws, nothing is left behind.
 *
 * @throws RunError when something is at `path` already
 */
export async function writeFolder(path: string, write: (temporary: string) => Promise<void> | void): Promise<void> {
  if (existsSync(path) && readdirSync(path).length > 0) {
    throw new RunError(`${path} exists already. Remove it, or choose another name.`);
  }
  const temporary = path + partialSuffix;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    await write(temporary);
    syncTree(temporary);
    renameSync(temporary, path); // replaces an empty folder
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  sync(dirname(path));
}

/** Writes a file as `writeFolder` does a folder: `write` makes one of another name, which is then renamed. */
export async function writeFile(path: string, write: (temporary: string) => Promise<void> | void): Promise<void> {
  if (existsSync(path)) throw new RunError(`${path} exists already. Remove it, or choose another name.`);
  const temporary = path + partialSuffix;
  await mkdir(dirname(path), { recursive: true });
  try {
    await write(temporary);
    sync(temporary);
    renameSync(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  sync(dirname(path));
}

/** Deletes a folder so that it is whole until it is gone: by another name first. */
export async function removeFolder(path: string): Promise<void> {
  const doomed = path + partialSuffix;
  await rm(doomed, { recursive: true, force: true });
  renameSync(path, doomed);
  await rm(doomed, { recursive: true, force: true });
}
