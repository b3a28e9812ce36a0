import type { ColumnDefinitionBuilder, Kysely } from 'kysely';
import { SqliteAdapter } from 'kysely';
import type { Migration } from 'kysely/migration';
import { annotations } from './annotationTable.ts';
import { arena, labels } from './arenaTables.ts';
import { hiddenItems } from './hiddenItems.ts';

/** What the tables have been through, oldest first. A migration that has been released is never changed. */
export const migrations: Record<string, Migration> = {
  '2026-11-22 people': { up: people },
  '2026-11-22 projects': { up: projects },
  '2026-11-22b labels': { up: labels },
  '2026-11-22c arena': { up: arena },
  '2026-11-22d annotations': { up: annotations },
  '2026-11-22e hidden items': { up: hiddenItems },
};

// biome-ignore lint/suspicious/noExplicitAny: a migration knows the tables of its day, not those of now.
type AnyDb = Kysely<any>;

async function people(db: AnyDb): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('users')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('email', 'text', (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('password_hash', 'text', (c) => c.notNull())
    .addColumn('owner', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('disabled_at', 'bigint')
    .execute();
  await schema
    .createTable('sessions')
    .addColumn('token_hash', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('api_keys')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('token_hash', 'text', (c) => c.notNull().unique())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('last_used_at', 'bigint')
    .execute();
  const audit = schema.createTable('audit');
  await (isSqlite(db)
    ? audit.addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    : audit.addColumn('id', 'bigserial', (c) => c.primaryKey())
  )
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('user_id', 'text')
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('details', 'text', (c) => c.notNull())
    .execute();
}

async function projects(db: AnyDb): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('projects')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('guidelines', 'text', (c) => c.notNull())
    .addColumn('criteria', 'text', (c) => c.notNull())
    .addColumn('overlap', 'integer', (c) => c.notNull())
    .addColumn('gold_share', 'double precision', (c) => c.notNull())
    .addColumn('repeat_share', 'double precision', (c) => c.notNull())
    .addColumn('language', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('members')
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id'))
    .addColumn('role', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('members_key', ['project_id', 'user_id'])
    .execute();
  await schema
    .createTable('invitations')
    .addColumn('token_hash', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull().references('users.id'))
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('used_by', 'text')
    .execute();
  await items(db);
  await queue(db);
}

/** What is small and changes with every vote stands apart from the texts, which are large and never change. */
async function items({ schema }: AnyDb): Promise<void> {
  const count = (c: ColumnDefinitionBuilder) => c.notNull().defaultTo(0);
  await schema
    .createTable('items')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('shuffle', 'double precision', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('external_id', 'text')
    .addColumn('a_id', 'text')
    .addColumn('b_id', 'text')
    .addColumn('a_source', 'text')
    .addColumn('b_source', 'text')
    .addColumn('gold', 'text')
    .addColumn('longer', 'text')
    .addColumn('taken', 'integer', count)
    .addColumn('vote_count', 'integer', count)
    .addColumn('a_votes', 'integer', count)
    .addColumn('b_votes', 'integer', count)
    .addColumn('tie_votes', 'integer', count)
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('items_position', ['project_id', 'position'])
    .addUniqueConstraint('items_key', ['project_id', 'key'])
    .execute();
  await schema
    .createTable('texts')
    .addColumn('item_id', 'text', (c) => c.primaryKey().references('items.id'))
    .addColumn('prompt', 'text', (c) => c.notNull())
    .addColumn('a', 'text')
    .addColumn('b', 'text')
    .execute();
  await schema.createIndex('items_open').on('items').columns(['project_id', 'kind', 'taken', 'shuffle']).execute();
  await schema.createIndex('items_done').on('items').columns(['project_id', 'kind', 'vote_count']).execute();
}

async function queue({ schema }: AnyDb): Promise<void> {
  await schema
    .createTable('leases')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('item_id', 'text', (c) => c.notNull().references('items.id'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id'))
    .addColumn('round', 'integer', (c) => c.notNull())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('holds', 'integer', (c) => c.notNull())
    .addColumn('shown_first', 'text', (c) => c.notNull())
    .addColumn('propensity', 'double precision')
    .addColumn('rank', 'bigint', (c) => c.notNull())
    .addColumn('ends_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('leases_once', ['item_id', 'user_id', 'round'])
    .execute();
  for (const name of ['votes', 'withdrawn_votes']) await votes(schema, name);
  await schema
    .createTable('adjudications')
    .addColumn('item_id', 'text', (c) => c.primaryKey().references('items.id'))
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id'))
    .addColumn('choice', 'text', (c) => c.notNull())
    .addColumn('note', 'text')
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('triage')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('item_id', 'text', (c) => c.notNull().references('items.id'))
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('annotator', 'text', (c) => c.notNull())
    .addColumn('class', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('triage_once', ['item_id', 'annotator'])
    .execute();
  await schema.createIndex('leases_of_project').on('leases').columns(['project_id', 'ends_at']).execute();
  await schema.createIndex('leases_of_user').on('leases').columns(['user_id', 'project_id']).execute();
  await schema.createIndex('votes_of_annotator').on('votes').columns(['project_id', 'annotator', 'at']).execute();
  await schema.createIndex('triage_of_annotator').on('triage').columns(['project_id', 'annotator', 'at']).execute();
}

async function votes(schema: AnyDb['schema'], name: string): Promise<void> {
  const table = schema
    .createTable(name)
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('item_id', 'text', (c) => c.notNull().references('items.id'))
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('annotator', 'text', (c) => c.notNull())
    .addColumn('round', 'integer', (c) => c.notNull())
    .addColumn('choice', 'text', (c) => c.notNull())
    .addColumn('strength', 'integer')
    .addColumn('criteria', 'text')
    .addColumn('note', 'text')
    .addColumn('shown_first', 'text')
    .addColumn('seconds', 'double precision')
    .addColumn('propensity', 'double precision')
    .addColumn('external_id', 'text')
    .addColumn('at', 'bigint');
  await (name === 'votes'
    ? table.addUniqueConstraint('votes_once', ['item_id', 'annotator', 'round'])
    : table.addColumn('withdrawn_at', 'bigint', (c) => c.notNull())
  ).execute();
}

/** Whether this is SQLite; otherwise it is PostgreSQL. */
export const isSqlite = (db: AnyDb): boolean => db.getExecutor().adapter instanceof SqliteAdapter;
