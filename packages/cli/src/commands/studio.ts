import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../command.ts';

interface Options {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly origin?: string;
}

/** `attune studio`: the web studio, until Ctrl-C. */
export const studioCommand = (): Command =>
  command(
    'studio',
    'Collect preferences, watch training and explore what was learned, in the browser',
    'attune studio',
    'attune studio --data studies/stories --port 8080',
  )
    .option('--port <p>', 'where to listen; 0 takes a free port', wholeNumber(0), 4242)
    .option('--host <address>', 'on which address; any but loopback is open to the network', '127.0.0.1')
    .option('--data <folder>', 'where it keeps votes, people and runs', 'studio')
    .option('--origin <url>', 'where browsers reach it, if not there (behind a proxy)')
    .addHelpText('after', '\nWith DATABASE_URL set, votes and people are in that PostgreSQL database.')
    .action(run(studio));

async function studio({ say, signal, result }: CommandContext, { port, host, data, origin }: Options): Promise<void> {
  const { openDatabase, pagesFolder, setUpLink, startStudio } = await import('@attune/studio');
  const folder = resolve(data);
  const url = process.env.DATABASE_URL;
  const db = await openDatabase(url ? { url } : { folder });
  const attune = [process.execPath, join(import.meta.dirname, '../main.ts')];
  const server = await startStudio({ db, folder, attune, now: Date.now }, { port, host, origin, pages: pagesFolder() });
  if (host !== '127.0.0.1' && host !== 'localhost' && host !== '::1') {
    say(
      `Anyone who reaches ${host}:${port} sees the sign-in page; without TLS in front, passwords cross the network readable.`,
    );
  }
  const link = await setUpLink(server.studio);
  say(
    link ? `The studio is empty. This link makes its owner, once: ${link}` : `The studio is at ${server.studio.origin}`,
  );
  result({ origin: server.studio.origin, setUp: link, folder }, 'Ctrl-C ends it.');
  if (!signal.aborted) await once(signal, 'abort');
  await server.close();
}
