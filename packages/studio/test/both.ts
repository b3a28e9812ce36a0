import { after, type TestContext, test } from 'node:test';
import { type PostgresServer, postgresBin, startPostgres } from './postgres.ts';
import { type TestStudio, testStudio } from './studio.ts';

let server: Promise<PostgresServer> | undefined;
after(async () => (await server)?.stop());

/** One test, on SQLite and on PostgreSQL; skipped on the latter where it is not installed. */
export function testOnBoth(name: string, body: (t: TestContext, place: TestStudio) => Promise<void>): void {
  test(`${name} (SQLite)`, async (t) => body(t, await testStudio(t)));
  test(`${name} (PostgreSQL)`, async (t) => {
    const bin = postgresBin();
    if (!bin) return t.skip('PostgreSQL is not installed: neither /usr/lib/postgresql nor pg_config is there');
    server ??= startPostgres(bin);
    await body(t, await testStudio(t, await (await server).database()));
  });
}
