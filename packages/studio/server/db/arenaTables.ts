import type { Kysely } from 'kysely';

// biome-ignore lint/suspicious/noExplicitAny: a migration knows the tables of its day, not those of now.
type AnyDb = Kysely<any>;

/** Labels of judges that are not in the queue. */
export async function labels({ schema }: AnyDb): Promise<void> {
  await schema
    .createTable('labels')
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('judge', 'text', (c) => c.notNull())
    .addColumn('item_id', 'text', (c) => c.notNull().references('items.id'))
    .addColumn('label', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('labels_key', ['project_id', 'judge', 'item_id'])
    .execute();
  await schema.createIndex('labels_of_item').on('labels').column('item_id').execute();
}

/** Models that people talk to two at a time, what was said, and which they liked better. */
export async function arena({ schema }: AnyDb): Promise<void> {
  await schema
    .createTable('arena_models')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('url', 'text', (c) => c.notNull())
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('key_name', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('retired_at', 'bigint')
    .execute();
  await schema
    .createTable('arena_chats')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id'))
    .addColumn('first_model', 'text', (c) => c.notNull().references('arena_models.id'))
    .addColumn('second_model', 'text', (c) => c.notNull().references('arena_models.id'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('arena_turns')
    .addColumn('chat_id', 'text', (c) => c.notNull().references('arena_chats.id'))
    .addColumn('turn', 'integer', (c) => c.notNull())
    .addColumn('prompt', 'text', (c) => c.notNull())
    .addColumn('first', 'text', (c) => c.notNull())
    .addColumn('second', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('arena_turns_key', ['chat_id', 'turn'])
    .execute();
  await schema
    .createTable('arena_votes')
    .addColumn('chat_id', 'text', (c) => c.primaryKey().references('arena_chats.id'))
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id'))
    .addColumn('choice', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
  await schema.createIndex('arena_votes_of_project').on('arena_votes').column('project_id').execute();
}
