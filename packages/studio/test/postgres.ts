/** A PostgreSQL server of the tests' own, in a temporary folder, reached through a socket in it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const DEBIAN = '/usr/lib/postgresql';
const MADE = join(import.meta.dirname, '../../../.attune');

/** Where PostgreSQL's programs are; undefined where they are not installed. */
export function postgresBin(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => join(DEBIAN, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
  if (found) return found;
  try {
    return execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}

export interface PostgresServer {
  /** A new, empty database. */
  database(): Promise<{ url: string }>;
  stop(): Promise<void>;
}

/** Starts a server; as an account without rights where we are root, which PostgreSQL refuses to run as. */
export async function startPostgres(bin: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-pg-'));
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if (nobody.uid !== undefined) chownSync(folder, nobody.uid, nobody.gid);
  const data = join(folder, 'data');
  const options = { ...nobody, cwd: folder, stdio: 'ignore' } as const;
  initialise(bin, data, options);
  // Without fsync: the tests kill the studio, never this server.
  const settings = ['-c', 'listen_addresses=', '-c', 'fsync=off'];
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-k', folder, ...settings], options);
  const urlOf = (name: string) => `postgres://tests@/${name}?host=${encodeURIComponent(folder)}`;
  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: urlOf('postgres') });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  for (let tries = 0; ; tries++) {
    try {
      await query('select 1');
      break;
    } catch (error) {
      if (tries === 300) throw error;
      await sleep(100);
    }
  }
  let made = 0;
  return {
    database: async () => {
      const name = `t${made++}`;
      await query(`create database ${name}`);
      return { url: urlOf(name) };
    },
    stop: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGINT'); // fast shutdown: connections are cut
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the folder of a server's data: a copy of the one that the first test kept, because initdb takes a second. */
function initialise(bin: string, data: string, options: { readonly uid?: number; readonly gid?: number }): void {
  const initdb = join(bin, 'initdb');
  const version = execFileSync(initdb, ['--version'], { encoding: 'utf8' }).trim();
  const kept = join(MADE, `${version} of ${options.uid ?? process.getuid?.()}`.replace(/[^\w.]+/g, '-'));
  const copy = (from: string, to: string) => execFileSync('cp', ['-a', from, to]);
  if (existsSync(kept)) return void copy(kept, data);
  execFileSync(initdb, ['-D', data, '-U', 'tests', '-A', 'trust', '-E', 'UTF8', '--no-sync'], options);
  mkdirSync(MADE, { recursive: true });
  copy(data, `${kept}.${process.pid}`);
  try {
    renameSync(`${kept}.${process.pid}`, kept);
  } catch {
    rmSync(`${kept}.${process.pid}`, { recursive: true }); // another test was quicker
  }
}
