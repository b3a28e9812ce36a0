import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { studioApp } from './app.ts';
import { removeCutOff } from './imports/hidden.ts';
import { prepareQuality } from './quality/quality.ts';
import type { Studio } from './studio.ts';

/** Where it listens, and what it serves beside the API. */
export interface Listening {
  readonly port: number;
  readonly host: string;
  /** Where browsers reach it, if that is another address than it listens on. */
  readonly origin?: string | undefined;
  readonly pages?: string | undefined;
}

/** Starts the studio. `close` answers what is under way, and then closes the database. */
export async function startStudio(
  given: Omit<Studio, 'origin'>,
  { port, host, origin, pages }: Listening,
): Promise<{ studio: Studio; close: () => Promise<void> }> {
  const studio = { ...given, origin: origin ?? `http://${host}:${port}` };
  await removeCutOff(studio.db);
  const app = await studioApp(studio, { pages });
  const address = await app.listen({ port, host });
  if (origin === undefined) studio.origin = address;
  const prepared = prepareQuality(studio).catch(console.error);
  const close = async () => {
    await app.close();
    await prepared;
    await studio.db.destroy();
  };
  return { studio, close };
}

/** The pages that Vite built; undefined where nobody has built them. */
export function pagesFolder(): string | undefined {
  const folder = join(import.meta.dirname, '../web/dist');
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}
