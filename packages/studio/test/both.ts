import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import type { DataPlace } from '../server/index.ts';
import { type PostgresServer, postgresBin, startPostgres } from './postgres.ts';
import { type TestStudio, testStudio } from './studio.ts';

let server: Promise<PostgresServer> | undefined;
after(async () => (await server)?.stop());

/** One test, on SQLite and on PostgreSQL; skipped on the latter where it is not installed. */
export function testOnBoth(name: string, body: (t: TestContext, place: TestStudio) => Promise<void>): void {
  test(`${name} (SQLite)`, async (t) => body(t, await testStudio(t)));
  testOnPostgres(name, async (t, place) => body(t, await testStudio(t, place)));
}

/** The same for a studio that runs in a process of its own, with a folder for it and where its data are. */
export function testServedOnBoth(
  name: string,
  body: (t: TestContext, folder: string, place: DataPlace) => Promise<void>,
): void {
  test(`${name} (SQLite)`, async (t) => {
    const folder = folderFor(t);
    await body(t, folder, { folder });
  });
  testOnPostgres(name, (t, place) => body(t, folderFor(t), place));
}

function testOnPostgres(name: string, body: (t: TestContext, place: { url: string }) => Promise<void>): void {
  test(`${name} (PostgreSQL)`, async (t) => {
    const bin = postgresBin();
    if (!bin) return t.skip('PostgreSQL is not installed: neither /usr/lib/postgresql nor pg_config is there');
    server ??= startPostgres(bin);
    await body(t, await (await server).database());
  });
}

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-studio-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
