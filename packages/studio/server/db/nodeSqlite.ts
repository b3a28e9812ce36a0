import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type QueryResult, SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';

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

  override createAdapter(): NodeSqliteAdapter {
    return new NodeSqliteAdapter(this.#database);
  }
}

/** Knows the database itself: a prepared query that is run often goes past Kysely, which takes longer than SQLite to answer it. */
export class NodeSqliteAdapter extends SqliteAdapter {
  readonly database: OpenSqlite;

  constructor(database: OpenSqlite) {
    super();
    this.database = database;
  }
}

/** An open database, and its statements. */
class OpenSqlite implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, SqliteStatement>();

  constructor(file: string) {
    this.#database = new DatabaseSync(file, { timeout: 10_000 });
    this.#database.exec('pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on;');
    this.#database.exec('pragma cache_size=-65536;'); // KiB: the indexes of a large project fit, whose keys are random
  }

  close(): void {
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
