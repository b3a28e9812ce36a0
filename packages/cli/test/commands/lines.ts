import { readFileSync } from 'node:fs';

/** The objects of a JSONL file. */
export const readLines = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
