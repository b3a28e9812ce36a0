import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BackupError, backUp, restore } from '../server/backup.ts';
import { postgresBin, startPostgres } from './postgres.ts';
import { Browser, member, owner, password, type TestStudio, testStudio } from './studio.ts';

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'attune-backup-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function everything({ studio: { db } }: TestStudio): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const { name } of await db.introspection.getTables()) {
    const rows = await db
      .selectFrom(name as 'users')
      .selectAll()
      .execute();
    all[name] = rows.map((row) => JSON.stringify(row)).sort();
  }
  return all;
}

async function populated(t: TestContext): Promise<TestStudio> {
  const place = await testStudio(t);
  const ada = await owner(place);
  const project = (await ada.send('POST', '/projects', { name: 'Stories', guidelines: '# 偏好\n\u2028"quoted"' })).body;
  await member(place, ada, project.id, 'annotator', 'Bob');
  return place;
}

test('the drill: what a studio held is in the one that is restored from its backup, row for row, and people sign in', async (t) => {
  const place = await populated(t);
  const file = join(folder(t), 'studio.backup');
  const counts = await backUp(place.studio.db, file);
  assert.deepEqual([counts.users, counts.projects, counts.members], [2, 1, 1]);
  assert.equal(statSync(file).mode & 0o777, 0o600);

  const other = await testStudio(t);
  assert.deepEqual(
    await restore(other.studio.db, file),
    Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0)),
  );
  assert.deepEqual(await everything(other), await everything(place));
  const bob = new Browser(other);
  assert.equal((await bob.send('POST', '/session', { email: 'bob@example.org', password })).status, 200);
});

test('a backup of SQLite can be restored into PostgreSQL, and that one into SQLite again', async (t) => {
  const bin = postgresBin();
  if (!bin) return t.skip('PostgreSQL is not installed: neither /usr/lib/postgresql nor pg_config is there');
  const server = await startPostgres(bin);
  t.after(() => server.stop());
  const place = await populated(t);
  const [there, back] = [join(folder(t), 'there'), join(folder(t), 'back')];
  await backUp(place.studio.db, there);
  const moved = await testStudio(t, await server.database());
  await restore(moved.studio.db, there);
  const bob = new Browser(moved);
  assert.equal((await bob.send('POST', '/session', { email: 'bob@example.org', password })).status, 200);
  const ada = new Browser(moved);
  await ada.send('POST', '/session', { email: 'ada@example.org', password });
  assert.equal((await ada.send('POST', '/projects', { name: 'Later' })).status, 200); // the audit trail counts on
  await backUp(moved.studio.db, back);
  const again = await testStudio(t);
  await restore(again.studio.db, back);
  assert.equal((await everything(again)).projects!.length, 2);
});

test('a backup is not restored over anything', async (t) => {
  const place = await populated(t);
  const file = join(folder(t), 'studio.backup');
  await backUp(place.studio.db, file);
  await assert.rejects(restore(place.studio.db, file), /This studio is not empty: it has users/);
});

test('a file that is cut off, changed, of another version or none of ours restores nothing', async (t) => {
  const place = await populated(t);
  const file = join(folder(t), 'studio.backup');
  await backUp(place.studio.db, file);
  const lines = gunzipSync(readFileSync(file)).toString().split('\n').slice(0, -1);
  const [head, ...rows] = lines;
  const faults: [unknown, RegExp][] = [
    [lines.slice(0, -1), /cut off/],
    [[head, ...rows.slice(1)], /do not fit the rest/],
    [[head, ...rows.filter((row) => !row.startsWith('["audit"'))], /has 0 rows of audit, and says that it has/],
    [['{"format":"something else"}', ...rows], /no backup of a studio/],
    [
      [JSON.stringify({ ...JSON.parse(head!), migrations: ['2099 something'] }), ...rows],
      /newer version \("2099 something"\)/,
    ],
    [[JSON.stringify({ ...JSON.parse(head!), migrations: [] }), ...rows], /older version/],
    [[head, '["kysely_migration",{}]', ...rows], /no table "kysely_migration"/],
    [[head, 'not JSON'], /cannot be read/],
  ];
  const other = await testStudio(t);
  for (const [changed, message] of faults) {
    writeFileSync(file, gzipSync(`${(changed as string[]).join('\n')}\n`));
    await assert.rejects(
      restore(other.studio.db, file),
      (error) => error instanceof BackupError && message.test(error.message),
    );
  }
  writeFileSync(file, gzipSync(lines.join('\n')).subarray(0, 200));
  await assert.rejects(restore(other.studio.db, file), BackupError);
  assert.equal((await everything(other)).users!.length, 0);
});
