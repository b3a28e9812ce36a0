import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/**
 * Writes a file of these parts, one in memory at a time: under a temporary name, synced, then renamed, so that no
 * half-written file ever has this name. Where making a part throws, nothing is left behind.
 */
export function writeParts(path: string, parts: Iterable<Uint8Array>): void {
  const temporary = `${path}.writing`;
  const file = openSync(temporary, 'w');
  try {
    for (const part of parts) writeAll(file, part);
    fsyncSync(file);
    renameSync(temporary, path);
  } finally {
    closeSync(file);
    rmSync(temporary, { force: true }); // still there only if something threw
  }
}

/** One write call takes at most 2 GiB. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 30));
  }
}
