import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { type QueryResult, SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import type { Db } from './open.ts';

/**
 * Kysely's SQLite dialect on Node's own SQLite.
 *
 * `synchronous=FULL` in WAL mode: a commit has reached the disk before it returns, so what was acknowledged survives the
 * process and the machine.
 */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #database: OpenSqlite;

  constructor(file: string) {
    const database = new OpenSqlite(file);
    super({ database });
    this.#database = database;
  }

  override createAdapter(): SqliteAdapter {
    return new NodeSqliteAdapter(this.#database);
  }
}

/**
 * The database itself, where it is SQLite: a prepared query that is run often goes past Kysely, which takes longer than
 * SQLite to answer it.
 */
export function sqliteOf(db: Db): OpenSqlite | undefined {
  const { adapter } = db.getExecutor();
  return adapter instanceof NodeSqliteAdapter ? adapter.database : undefined;
}

class NodeSqliteAdapter extends SqliteAdapter {
  readonly database: OpenSqlite;

  constructor(database: OpenSqlite) {
    super();
    this.database = database;
  }
}

/** Commits after which the thread copies the log into the database. Fewer would copy the same pages more often. */
const COMMITS = 32;
/** Pages of the log from which a commit copies them itself, should the thread not come to its end: 64 MiB. */
const MOST_PAGES = 16_384;

/** An open database, and its statements. */
class OpenSqlite implements SqliteDatabase {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, SqliteStatement>();
  #commits = 0;
  #copier: Worker | undefined;
  #copying: PromiseWithResolvers<void> | undefined;

  constructor(file: string) {
    this.#file = file;
    this.#database = new DatabaseSync(file, { timeout: 10_000 });
    this.#database.exec('pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on;');
    this.#database.exec('pragma cache_size=-65536;'); // KiB: the indexes of a large project fit, whose keys are random
    this.#database.exec(`pragma wal_autocheckpoint=${MOST_PAGES};`);
  }

  close(): void {
    void this.#copier?.terminate();
    this.#database.close();
  }

  /** Whether a transaction is under way. */
  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  prepare(sql: string): SqliteStatement {
    let statement = this.#prepared.get(sql);
    if (!statement) {
      if (this.#prepared.size >= 500) this.#prepared.clear();
      this.#prepared.set(sql, (statement = asStatement(this.#database.prepare(sql))));
    }
    return statement;
  }

  /** Has a thread copy the log into the database now and then: that takes many times as long as a commit. */
  committed(): void {
    if (++this.#commits < COMMITS || this.#copying) return;
    this.#copier ??= this.#startCopier();
    this.#copying = Promise.withResolvers();
    this.#copier.ref(); // somebody may wait for it
    this.#copier.postMessage('checkpoint');
  }

  /** The end of the copying that is under way. Whoever writes much waits for it, so that the log stays short. */
  get copied(): Promise<void> | undefined {
    return this.#copying?.promise;
  }

  #startCopier(): Worker {
    const copier = new Worker(new URL('./checkpointWorker.ts', import.meta.url), { workerData: this.#file });
    const done = () => {
      copier.unref();
      this.#commits = 0;
      this.#copying?.resolve();
      this.#copying = undefined;
    };
    return copier
      .on('message', done)
      .on('exit', () => {
        this.#copier = undefined;
        done();
      })
      .on('error', (error) => console.error('The log of the database was not copied; a commit will do it.', error));
  }

  /** Runs a statement at once, within the transaction that is under way, if there is one. */
  execute<Row>(sql: string, parameters: readonly unknown[]): QueryResult<Row> {
    const statement = this.prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters) as Row[] };
    return { rows: [], numAffectedRows: BigInt(statement.run(parameters).changes) };
  }
}

function asStatement(statement: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)) as IterableIterator<unknown>,
  };
}
