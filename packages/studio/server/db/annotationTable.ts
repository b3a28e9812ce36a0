import type { Kysely } from 'kysely';

/** What chat models found in the responses of items, property by property. */
// biome-ignore lint/suspicious/noExplicitAny: a migration knows the tables of its day, not those of now.
export async function annotations({ schema }: Kysely<any>): Promise<void> {
  await schema
    .createTable('annotations')
    .addColumn('annotator', 'text', (c) => c.notNull())
    .addColumn('item_id', 'text', (c) => c.notNull().references('items.id'))
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('sample', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('annotations_key', ['item_id', 'annotator'])
    .execute();
  await schema.createIndex('annotations_of_project').on('annotations').columns(['project_id', 'annotator']).execute();
}
