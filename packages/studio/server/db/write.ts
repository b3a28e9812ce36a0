import { sql, type Transaction } from 'kysely';
import { isSqlite } from './migrations.ts';
import { sqliteOf } from './nodeSqlite.ts';
import type { Db } from './open.ts';
import { prepared } from './prepared.ts';
import type { Database } from './schema.ts';

export type Tx = Transaction<Database>;

/** A change to the database, as a whole or not at all. It may be run again, so it does nothing else. */
type Work<T> = (tx: Tx) => Promise<T>;

interface Job {
  readonly work: Work<unknown>;
  readonly done: (value: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** As many changes in one commit as one commit is worth waiting for. */
const MOST = 128;
const TRIES = 5;

/**
 * Makes a change that is on the disk when the promise is fulfilled.
 *
 * SQLite has one writer and waits for the disk at each commit: changes that come in meanwhile go into the next commit
 * together, each in a savepoint of its own, and are answered when it is on the disk. PostgreSQL does the like by itself;
 * there each is a transaction, begun again where another was in its way.
 */
export function write<T>(db: Db, work: Work<T>): Promise<T> {
  if (!isSqlite(db)) return inOwnTransaction(db, work, TRIES);
  const group = groups.get(db) ?? new Group(db);
  groups.set(db, group);
  return group.add(work);
}

const groups = new WeakMap<Db, Group>();

class Group {
  readonly #db: Db;
  #waiting: Job[] = [];
  #busy = false;

  constructor(db: Db) {
    this.#db = db;
  }

  add<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, failed) => {
      this.#waiting.push({ work, done: (value) => resolve(value as T), failed });
      if (this.#busy) return;
      this.#busy = true;
      setImmediate(() => void this.#commitAll()); // after every request that has come in by now
    });
  }

  async #commitAll(): Promise<void> {
    const jobs = this.#waiting.splice(0, MOST);
    try {
      const answers = await this.#db.transaction().execute(async (tx) => {
        const told: (() => void)[] = [];
        for (const job of jobs) told.push(await inSavepoint(tx, job));
        return told;
      });
      for (const tell of answers) tell();
      sqliteOf(this.#db)?.committed();
    } catch (error) {
      for (const { failed } of jobs) failed(error);
    }
    this.#busy = this.#waiting.length > 0;
    if (this.#busy) setImmediate(() => void this.#commitAll());
  }
}

/** Does a job within a larger transaction; what it gives is how to tell of it once that is committed. */
async function inSavepoint(tx: Tx, { work, done, failed }: Job): Promise<() => void> {
  await begin(tx, {});
  try {
    const value = await work(tx);
    await end(tx, {});
    return () => done(value);
  } catch (error) {
    await undo(tx, {});
    await end(tx, {});
    return () => failed(error);
  }
}

const begin = prepared((db) => ({ compile: () => sql`savepoint job`.compile(db) }));
const end = prepared((db) => ({ compile: () => sql`release job`.compile(db) }));
const undo = prepared((db) => ({ compile: () => sql`rollback to job`.compile(db) }));

/** PostgreSQL's codes for a transaction that another one was in the way of: serialization, deadlock, the same key. */
const IN_THE_WAY = new Set(['40001', '40P01', '23505']);

async function inOwnTransaction<T>(db: Db, work: Work<T>, tries: number): Promise<T> {
  try {
    return await db.transaction().execute(work);
  } catch (error) {
    if (tries <= 1 || !IN_THE_WAY.has(String((error as { code?: unknown }).code))) throw error;
    return inOwnTransaction(db, work, tries - 1);
  }
}
