import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, PostgresAdapter, PostgresDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { migrations } from './migrations.ts';
import { NodeSqliteDialect } from './nodeSqlite.ts';
import type { Database } from './schema.ts';

/** Where the data is: a PostgreSQL server, or a folder that holds `studio.sqlite`. */
export type DataPlace = { readonly url: string } | { readonly folder: string };

export type Db = Kysely<Database>;

/** Opens the database and brings its tables up to date. */
export async function openDatabase(place: DataPlace): Promise<Db> {
  const db = new Kysely<Database>({ dialect: 'url' in place ? postgres(place.url) : sqlite(place.folder) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (!error) return db;
  await db.destroy();
  throw error;
}

export const isPostgres = (db: Db): boolean => db.getExecutor().adapter instanceof PostgresAdapter;

function sqlite(folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return new NodeSqliteDialect(join(folder, 'studio.sqlite'));
}

/** bigint comes as a number: times and counts are far below 2⁵³. */
function postgres(url: string): PostgresDialect {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({ connectionString: url, max: 10, types });
  pool.on('error', (error) => console.error(`The connection to PostgreSQL was lost: ${error.message}`)); // the next query makes another
  return new PostgresDialect({ pool });
}
