import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { sharedData } from '../../files.ts';

/** A path below the preference data, or a visible skip. */
export function published(t: TestContext, name: string): string | undefined {
  const path = join(sharedData, 'preferences', name);
  if (existsSync(path)) return path;
  t.skip(`../shared/data/preferences/${name} is not here`);
  return undefined;
}
