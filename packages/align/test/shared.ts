import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../../shared/data');

/** A path in the data that lies beside the repository, or undefined where it is absent: then skip, visibly. */
export function shared(...path: string[]): string | undefined {
  const full = join(root, ...path);
  return existsSync(full) ? full : undefined;
}

/** Why a test that needs that data is skipped. */
export const noShared = 'the data beside the repository (../shared/data) is absent';

export const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
