import { createReadStream, createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { sql } from 'kysely';
import { type Beside, besides, foundBeside, RestoredBeside, readBeside } from './besideDatabase.ts';
import { migrations } from './db/migrations.ts';
import { type Db, isPostgres } from './db/open.ts';
import type { Database } from './db/schema.ts';
import type { Studio } from './studio.ts';

type Table = keyof Database;

/** Tables refer only to tables of lower levels: in this order they can be filled. */
const levels: Record<Table, 0 | 1 | 2 | 3> = {
  ...{ users: 0, projects: 0, audit: 0 },
  ...{ sessions: 1, api_keys: 1, invitations: 1, members: 1, items: 1, arena_models: 1 },
  ...{ texts: 2, leases: 2, votes: 2, withdrawn_votes: 2, adjudications: 2, triage: 2, labels: 2, annotations: 2 },
  ...{ arena_chats: 2, arena_turns: 3, arena_votes: 3 },
};
const tables = (Object.keys(levels) as Table[]).sort((a, b) => levels[a] - levels[b]);

const FORMAT = 'attune studio backup';
const BATCH = 500;

/** How many rows of each table, and of what stands beside the database. */
export type RowCounts = Partial<Record<Table | Beside, number>>;

/** A backup that cannot be restored, or a place that it cannot be restored into. */
export class BackupError extends Error {
  readonly code = 'bad_backup';
  readonly badInput = true;
  override readonly name = 'BackupError';
}

/** A studio's database, and its folder with what stands beside that. */
export type Kept = Pick<Studio, 'db' | 'folder'>;

/**
 * Writes everything that the database holds, as it is at one moment, and what stands beside it, while the studio may be
 * running: gzipped JSON lines, the same for SQLite and PostgreSQL, so that a backup of one can be restored into the other.
 * The file has its name only when it is whole and on the disk.
 */
export async function backUp({ db, folder }: Kept, file: string): Promise<RowCounts> {
  const counts: RowCounts = {};
  const part = `${file}.part`;
  await db.transaction().execute(async (tx) => {
    if (isPostgres(tx)) await sql`set transaction isolation level repeatable read`.execute(tx);
    const out = createWriteStream(part, { mode: 0o600, flush: true }); // it holds password hashes
    await pipeline(Readable.from(linesOf({ db: tx, folder }, counts)), createGzip(), out);
  });
  await rename(part, file);
  return counts;
}

async function* linesOf({ db, folder }: Kept, counts: RowCounts): AsyncGenerator<string> {
  const place = sql.raw(isPostgres(db) ? 'ctid' : 'rowid');
  yield line({ format: FORMAT, migrations: Object.keys(migrations) });
  for (const table of tables) {
    counts[table] = 0;
    for (let offset = 0; ; offset += BATCH) {
      const rows = await db.selectFrom(table).selectAll().orderBy(place).limit(BATCH).offset(offset).execute();
      for (const row of rows) yield line([table, row]);
      counts[table] += rows.length;
      if (rows.length < BATCH) break;
    }
  }
  for (const [kind, row] of readBeside(folder)) {
    yield line([kind, row]);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  yield line({ rows: counts });
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

/**
 * Fills an empty studio from a backup: all of it or nothing.
 *
 * @throws BackupError where the studio is not empty, or the file is none of ours, cut off, or of a newer version
 */
export async function restore({ db, folder }: Kept, file: string): Promise<RowCounts> {
  for (const table of tables) {
    if (await db.selectFrom(table).select(sql`1`.as('one')).limit(1).executeTakeFirst()) {
      throw notEmpty(table);
    }
  }
  const found = foundBeside(folder);
  if (found) throw notEmpty(found);
  using beside = new RestoredBeside(folder);
  const counts = await db.transaction().execute(async (tx) => {
    const unpacked = createGunzip().setEncoding('utf8');
    const counts = await pipeline(createReadStream(file), unpacked, (text: AsyncIterable<string>) =>
      fill({ tx, beside }, file, linesIn(text)),
    ).catch((cause: unknown) => {
      if (cause instanceof BackupError) throw cause;
      throw new BackupError(`${file} cannot be read: ${(cause as Error).message}.`, { cause });
    });
    if (isPostgres(tx)) await sql`select setval('audit_id_seq', coalesce((select max(id) from audit), 1))`.execute(tx);
    return counts;
  });
  beside.keep();
  return counts;
}

const notEmpty = (has: string) =>
  new BackupError(`This studio is not empty: it has ${has}. Restore into a new folder or database.`);

interface Into {
  readonly tx: Db;
  readonly beside: RestoredBeside;
}

async function fill({ tx, beside }: Into, file: string, lines: AsyncIterable<unknown>): Promise<RowCounts> {
  const counts: RowCounts = {};
  let batch: Row[] = [];
  let of: Table | Beside | undefined;
  const insert = async () => {
    if (of === undefined || batch.length === 0) return;
    if (isBeside(of)) beside.add(of, batch);
    else
      await tx
        .insertInto(of)
        .values(batch as never)
        .execute()
        .catch((cause: unknown) => {
          throw new BackupError(`${file}: rows of ${of} do not fit the rest: ${(cause as Error).message}.`, { cause });
        });
    batch = [];
  };
  let [begun, claimed] = [false, undefined as RowCounts | undefined];
  for await (const value of lines) {
    if (!begun) begun = isOurs(file, value);
    else if (Array.isArray(value)) {
      const [table, row] = value as [Table | Beside, Row];
      if (!(table in levels || isBeside(table)))
        throw new BackupError(`${file}: there is no table ${JSON.stringify(table)} in this version.`);
      if (table !== of || batch.length === INSERTED) await insert();
      of = table;
      batch.push(row);
      counts[table] = (counts[table] ?? 0) + 1;
    } else claimed = (value as { rows: RowCounts }).rows;
  }
  await insert();
  if (!claimed) throw new BackupError(`${file} is cut off: its last line, which counts the others, is missing.`);
  for (const table of [...tables, ...besides]) {
    const [has, said] = [counts[table] ?? 0, claimed[table] ?? 0];
    if (has !== said) throw new BackupError(`${file} has ${has} rows of ${table}, and says that it has ${said}.`);
  }
  return counts;
}

const isBeside = (table: Table | Beside): table is Beside => besides.some((kind) => kind === table);

type Row = Record<string, unknown>;
const INSERTED = 200; // rows at once: no database takes more than some ten thousand values

function isOurs(file: string, head: unknown): true {
  const { format, migrations: theirs } = (head ?? {}) as { format?: unknown; migrations?: string[] };
  if (format !== FORMAT || !Array.isArray(theirs)) throw new BackupError(`${file} is no backup of a studio.`);
  const [newer, older] = [
    theirs.find((name) => !(name in migrations)),
    Object.keys(migrations).find((name) => !theirs.includes(name)),
  ];
  if (newer !== undefined) throw new BackupError(`${file} is of a newer version ("${newer}"). Update Attune first.`);
  if (older === undefined) return true;
  throw new BackupError(
    `${file} is of an older version, before "${older}". Restore it with that, then start this one.`,
  );
}

/** Lines end at \n alone: readline would also break them at U+2028, which JSON has in its strings. */
async function* linesIn(text: AsyncIterable<string>): AsyncGenerator<unknown> {
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const one of lines) yield JSON.parse(one);
  }
}
