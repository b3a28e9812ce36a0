import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { startChat } from '../../preferences/test/judges/chatServer.ts';
import { BackupError, backUp, restore } from '../server/backup.ts';
import type { Annotation } from '../shared/annotation.ts';
import { annotator, callsFor, contentOf, judged, scripted, stepOf } from './annotationParts.ts';
import { postgresBin, startPostgres } from './postgres.ts';
import { Browser, jsonl, member, owner, password, type TestStudio, testStudio, upload } from './studio.ts';

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
  const counts = await backUp(place.studio, file);
  assert.deepEqual([counts.users, counts.projects, counts.members], [2, 1, 1]);
  assert.equal(statSync(file).mode & 0o777, 0o600);

  const other = await testStudio(t);
  assert.deepEqual(
    await restore(other.studio, file),
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
  await backUp(place.studio, there);
  const moved = await testStudio(t, await server.database());
  await restore(moved.studio, there);
  const bob = new Browser(moved);
  assert.equal((await bob.send('POST', '/session', { email: 'bob@example.org', password })).status, 200);
  const ada = new Browser(moved);
  await ada.send('POST', '/session', { email: 'ada@example.org', password });
  assert.equal((await ada.send('POST', '/projects', { name: 'Later' })).status, 200); // the audit trail counts on
  await backUp(moved.studio, back);
  const again = await testStudio(t);
  await restore(again.studio, back);
  assert.equal((await everything(again)).projects!.length, 2);
});

test('replies that were paid for and work that was stopped are in the backup: the restored studio goes on for nothing', async (t) => {
  const place = await populated(t);
  const ada = new Browser(place);
  await ada.send('POST', '/session', { email: 'ada@example.org', password });
  const { id: project } = await place.studio.db.selectFrom('projects').select('id').executeTakeFirstOrThrow();
  await ada.send('POST', `/projects/${project}/imports`, upload(jsonl(judged(4))));
  let isMended = false;
  const server = await startChat((asked) =>
    !isMended && stepOf(asked) === 'errors' && contentOf(asked).includes('Question 2.') ? 'No.' : scripted(asked),
  );
  t.after(server.stop);
  const env = { ATTUNE_ENDPOINTS: server.url };
  Object.assign(place.studio, { env });
  const path = `/projects/${project}/annotation`;
  const ended = async (by: Browser): Promise<Annotation> => {
    for (;;) {
      const { annotation } = (await by.send('GET', path)).body;
      if (annotation.state !== 'running') return annotation;
      await sleep(20);
    }
  };
  await ada.send('POST', path, annotator(server.url));
  const before = await ended(ada);
  assert.deepEqual([before.done, before.failed], [3, 1]);
  const file = join(folder(t), 'studio.backup');
  const counts = await backUp(place.studio, file);
  assert.deepEqual([counts.annotations, counts.replies, counts.work], [3, callsFor(4) - 1, 1]);

  const other = await testStudio(t);
  assert.equal((await restore(other.studio, file)).replies, counts.replies);
  Object.assign(other.studio, { env });
  const there = new Browser(other);
  await there.send('POST', '/session', { email: 'ada@example.org', password });
  assert.deepEqual(await ended(there), before);
  isMended = true;
  server.asked.length = 0;
  await there.send('POST', `${path}/resume`);
  assert.equal((await ended(there)).done, 4);
  assert.deepEqual(server.asked.map(stepOf), ['errors']);
  assert.ok(!readdirSync(other.studio.folder).some((name) => name.startsWith('restoring')));
});

test('a backup is not restored over anything', async (t) => {
  const place = await populated(t);
  const file = join(folder(t), 'studio.backup');
  await backUp(place.studio, file);
  await assert.rejects(restore(place.studio, file), /This studio is not empty: it has users/);
  const other = await testStudio(t);
  mkdirSync(join(other.studio.folder, 'work'));
  await assert.rejects(restore(other.studio, file), /This studio is not empty: it has work/);
});

test('a file that is cut off, changed, of another version or none of ours restores nothing', async (t) => {
  const place = await populated(t);
  const file = join(folder(t), 'studio.backup');
  await backUp(place.studio, file);
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
    [[head, JSON.stringify(['work', { projectId: '../..', name: 'judging', job: {} }]), ...rows], /projectId/],
    [[head, '["replies",{"key":1}]', ...rows], /cannot be read/],
  ];
  const other = await testStudio(t);
  const before = readdirSync(other.studio.folder).sort();
  for (const [changed, message] of faults) {
    writeFileSync(file, gzipSync(`${(changed as string[]).join('\n')}\n`));
    await assert.rejects(
      restore(other.studio, file),
      (error) => error instanceof BackupError && message.test(error.message),
    );
  }
  writeFileSync(file, gzipSync(lines.join('\n')).subarray(0, 200));
  await assert.rejects(restore(other.studio, file), BackupError);
  assert.equal((await everything(other)).users!.length, 0);
  assert.deepEqual(readdirSync(other.studio.folder).sort(), before);
});
