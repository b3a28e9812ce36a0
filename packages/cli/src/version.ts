import { readFileSync } from 'node:fs';

/** Attune's version, from this package's manifest. */
export const version = (): string =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
