import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DataPlace } from '@attune/studio';
import type { Command } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../command.ts';
import { UsageError } from '../errors.ts';
import { formatCount } from '../terminal/format.ts';

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
    .enablePositionalOptions() // --data after `backup` is that of backup
    .addCommand(backUpCommand())
    .addCommand(restoreCommand())
    .action(run(studio));

const backUpCommand = (): Command =>
  command(
    'backup',
    'Write all that the studio holds but runs and models into one file, also while it runs',
    'attune studio backup --data studio --out studio-2026-11-22.backup',
  )
    .option('--data <folder>', 'of the studio; DATABASE_URL goes before it', 'studio')
    .requiredOption('--out <file>', 'the backup: gzipped JSON lines')
    .action(run(backup));

const restoreCommand = (): Command =>
  command(
    'restore',
    'Fill an empty studio from a backup, of SQLite or of PostgreSQL',
    'attune studio restore studio-2026-11-22.backup --data restored',
  )
    .argument('<file>', 'what attune studio backup wrote')
    .option('--data <folder>', 'of the new studio; DATABASE_URL goes before it', 'studio')
    .action(run(restored));

async function studio({ say, signal, result }: CommandContext, { port, host, data, origin }: Options): Promise<void> {
  const { openDatabase, pagesFolder, setUpLink, startStudio } = await import('@attune/studio');
  const folder = resolve(data);
  const db = await openDatabase(placeOf(data));
  const attune = [process.execPath, join(import.meta.dirname, '../main.ts')];
  const listening = { port, host, origin, pages: pagesFolder() };
  const server = await startStudio({ db, folder, attune, now: Date.now, env: process.env }, listening).catch(
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      throw new UsageError(
        `--port ${port}: something listens there already, perhaps a studio. Give another, or 0 for any.`,
      );
    },
  );
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

/** `DATABASE_URL` where it is set, else the folder. */
const placeOf = (data: string): DataPlace => {
  const url = process.env.DATABASE_URL;
  return url ? { url } : { folder: resolve(data) };
};

async function backup({ say, result }: CommandContext, { data, out }: { data: string; out: string }): Promise<void> {
  const { backUp, openDatabase } = await import('@attune/studio');
  const place = placeOf(data);
  if ('folder' in place && !existsSync(join(place.folder, 'studio.sqlite'))) {
    throw new UsageError(`--data ${data}: there is no studio.sqlite in it. Give the folder of a studio.`);
  }
  await using db = await openDatabase(place);
  const rows = await backUp({ db, folder: resolve(data) }, out);
  say('Runs and models are files, not in it: copy their folders too.');
  result({ out, rows }, `${out}: ${countsText(rows)}.`);
}

async function restored({ result }: CommandContext, file: string, { data }: { data: string }): Promise<void> {
  const { openDatabase, restore } = await import('@attune/studio');
  await using db = await openDatabase(placeOf(data));
  const rows = await restore({ db, folder: resolve(data) }, file);
  result({ data, rows }, `${data}: ${countsText(rows)}.`);
}

const countsText = (rows: Readonly<Record<string, number>>): string =>
  Object.entries(rows)
    .filter(([, n]) => n > 0)
    .map(([table, n]) => `${table.replaceAll('_', ' ')} ${formatCount(n)}`)
    .join(', ') || 'nothing, as the studio is empty';
