import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';

/**
 * Kysely's SQLite dialect on Node's own SQLite.
 *
 * `synchronous=FULL` in WAL mode: a commit has reached the disk before it returns, so what was acknowledged survives the
 * process and the machine.
 */
export function nodeSqliteDialect(file: string): SqliteDialect {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  database.exec('pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on;');
  database.exec('pragma cache_size=-65536;'); // KiB: the indexes of a large project fit, whose keys are random
  return new SqliteDialect({ database: asKysely(database) });
}

function asKysely(database: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(sql) {
      let statement = prepared.get(sql);
      if (!statement) {
        if (prepared.size >= 500) prepared.clear();
        prepared.set(sql, (statement = asStatement(database.prepare(sql))));
      }
      return statement;
    },
  };
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
