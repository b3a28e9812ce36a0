import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { atMoment } from './atMoment.ts';
import { attune } from './attune.ts';

/** A run that was never stopped, and what kills would have left of it. */
export interface Killable<Seen> {
  /** What was read of the run when it had ended. */
  readonly whole: Seen;
  /** Puts into the run's folder what a kill at one of the moments leaves there. */
  killed(moment: string): void;
}

/**
 * Runs `attune` undisturbed, and copies its folder at each of the moments (see atMoment.ts): what a process leaves that is
 * killed is what its files hold, and no work of its own comes after. That a copy is what a kill leaves is tested, too.
 *
 * @param folder of the run, its settings, and what it remembers
 * @param read what is compared of the run
 */
export async function killable<Seen>(
  { folder, path, args }: { folder: string; path: string; args: readonly string[] },
  moments: readonly string[],
  read: (run: string) => Seen,
): Promise<Killable<Seen>> {
  const copyOf = (moment: string) => `${folder}.${moments.indexOf(moment)}`;
  using watches = new DisposableStack();
  for (const moment of moments) {
    watches.use(await atMoment(moment, () => cpSync(folder, copyOf(moment), { recursive: true })));
  }
  const { code, stderr } = await attune(...args);
  assert.equal(code, 0, stderr);
  return {
    whole: read(path),
    killed(moment) {
      rmSync(folder, { recursive: true, force: true });
      cpSync(copyOf(moment), folder, { recursive: true });
    },
  };
}

/** A folder to the last bit, by file: all but what tells the time, the folder's own name, and the number of a journal. */
export function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  const found = paths.map((path) => {
    const name = relative(folder, path);
    if (/report\.html$|tfevents|seconds\.json$|\.lock-journal$/.test(name)) return [name, ''];
    if (name.endsWith('.safetensors')) return [name, createHash('sha256').update(readFileSync(path)).digest('hex')];
    const text = readFileSync(path, 'utf8').replaceAll(folder, 'FOLDER');
    return [name, text.replace(/"time":[\d.]+,|"spa\/\w+_seconds":[\d.e-]+,?/g, '')];
  });
  return Object.fromEntries(found);
}
