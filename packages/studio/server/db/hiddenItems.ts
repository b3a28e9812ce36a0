import type { Kysely } from 'kysely';

/** Items of an import that is under way, which nobody sees; the indexes of the queue tell them apart by themselves. */
// biome-ignore lint/suspicious/noExplicitAny: a migration knows the tables of its day, not those of now.
export async function hiddenItems({ schema }: Kysely<any>): Promise<void> {
  await schema.alterTable('projects').addColumn('hidden_from', 'integer').execute();
  for (const [name, last] of [
    ['items_open', ['taken', 'shuffle']],
    ['items_done', ['vote_count']],
  ] as const) {
    await schema.dropIndex(name).execute();
    await schema
      .createIndex(name)
      .on('items')
      .columns(['project_id', 'kind', ...last, 'position'])
      .execute();
  }
}
