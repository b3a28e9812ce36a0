import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * Holds a file so that nobody else can, until it is let go or this process ends, in whatever way: an exclusive
 * transaction on an empty database is a lock of the operating system, which outlives nobody. (A file with the process's
 * number in it would: after a kill or in a container the number is soon another's.)
 *
 * @returns undefined where somebody else holds it
 */
export function hold(file: string): Disposable | undefined {
  const lock = new DatabaseSync(file);
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode === busy) return undefined;
    throw error;
  }
  return {
    [Symbol.dispose]() {
      rmSync(file, { force: true });
      lock.close();
    },
  };
}

const busy = 5; // SQLITE_BUSY
