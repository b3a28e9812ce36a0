import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../errors.ts';

/** Refuses a place that cannot be written to before hours of work are spent on what goes there. */
export function checkOutFile(path: string, flag = '--out'): void {
  const folder = dirname(path);
  if (!existsSync(folder)) throw new UsageError(`${flag} ${path}: there is no folder ${folder}. Make it first.`);
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw new UsageError(`${flag} ${path} is a folder. Give the name of a file.`);
  }
}
