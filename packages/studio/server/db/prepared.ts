import type { Compilable, CompiledQuery, QueryResult } from 'kysely';
import { isSqlite } from './migrations.ts';
import { sqliteOf } from './nodeSqlite.ts';
import type { Db } from './open.ts';

/** Stands in a query for a value that is told each time it is run. */
class Given {
  readonly name: PropertyKey;
  constructor(name: PropertyKey) {
    this.name = name;
  }
}

/** A query that is built once and run often: building it costs several times what SQLite takes to answer. */
type Prepared<Values, Row> = (db: Db, values: Values) => Promise<QueryResult<Row>>;

/**
 * Builds a query the first time it is run, for each of the two databases. SQLite is asked directly, unless somebody else's
 * transaction is under way: then the query waits for its end, as Kysely has it.
 *
 * @param build gets the database, and a function that names the values to come: `given('itemId')`
 */
export function prepared<Values extends object, Row>(
  build: (db: Db, given: <Name extends keyof Values>(name: Name) => Values[Name]) => Compilable<Row>,
): Prepared<Values, Row> {
  const built = new Map<boolean, CompiledQuery<Row>>();
  return async (db, values) => {
    const dialect = isSqlite(db);
    let query = built.get(dialect);
    if (!query) {
      query = build(db, (name) => new Given(name) as never).compile();
      built.set(dialect, query);
    }
    const told = (name: PropertyKey) => values[name as keyof Values];
    const parameters = query.parameters.map((value) => (value instanceof Given ? told(value.name) : value));
    const sqlite = sqliteOf(db);
    if (sqlite && (db.isTransaction || !sqlite.inTransaction)) return sqlite.execute(query.sql, parameters);
    return db.executeQuery({ ...query, parameters });
  };
}
