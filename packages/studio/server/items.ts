/** Items as editors see them. */
import { sql } from 'kysely';
import { Adjudication, ItemDetail, type ItemPage, type ItemQuery, ItemRow, ItemVote } from '../shared/items.ts';
import type { Message } from '../shared/queue.ts';
import { itemsOf } from './db/itemsOf.ts';
import type { Db } from './db/open.ts';
import type { Vote } from './db/schema.ts';
import { nameOf, namesIn } from './names.ts';
import { notFound } from './refusal.ts';

const columns = [
  'items.id',
  'kind',
  'position',
  'external_id as externalId',
  'a_source as aSource',
  'b_source as bSource',
  'gold',
  'vote_count as votes',
] as const;

const BEGINNING = 200; // characters of a prompt that tell it from others

/** A page of items. */
export async function itemPage(
  db: Db,
  projectId: string,
  { kind, search, after, limit }: ItemQuery,
): Promise<ItemPage> {
  const found = itemsOf(db, projectId)
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind!))
    .$if(search !== undefined && search !== '', (query) => query.where(holds(search!)));
  const rows = await found
    .innerJoin('texts', 'texts.item_id', 'items.id')
    .select([...columns, 'texts.prompt'])
    .where('position', '>', after)
    .orderBy('position')
    .limit(limit + 1)
    .execute();
  const { total } = await found.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const items = rows.slice(0, limit).map((row) => ItemRow.parse({ ...row, prompt: beginning(row.prompt) }));
  return { items, next: rows.length > limit ? items.at(-1)!.position : null, total: Number(total) };
}

/** Prompts are kept as JSON, and so are the words that are looked for in them. */
function holds(search: string) {
  const words = JSON.stringify(search).slice(1, -1);
  const pattern = `%${words.replace(/[\\%_]/g, '\\$&')}%`;
  return sql<boolean>`(items.external_id = ${search} or exists (
    select 1 from texts as said where said.item_id = items.id and lower(said.prompt) like lower(${pattern}) escape '\\'))`;
}

const beginning = (prompt: string): string =>
  [...(JSON.parse(prompt) as Message[]).at(-1)!.content.slice(0, 2 * BEGINNING)].slice(0, BEGINNING).join('');

/** @throws Refusal 404 */
export async function itemDetail(db: Db, projectId: string, itemId: string): Promise<ItemDetail> {
  const row = await itemsOf(db, projectId)
    .innerJoin('texts', 'texts.item_id', 'items.id')
    .select([...columns, 'texts.prompt', 'texts.a', 'texts.b'])
    .where('items.id', '=', itemId)
    .executeTakeFirst();
  if (!row) throw notFound('item', itemId);
  const votes = await db.selectFrom('votes').selectAll().where('item_id', '=', itemId).orderBy('at').execute();
  const names = await namesIn(
    db,
    votes.map(({ annotator }) => annotator),
  );
  const said = votes.map((vote) => itemVote(vote, names));
  const prompt = JSON.parse(row.prompt);
  return ItemDetail.parse({ ...row, prompt, said, adjudication: await adjudicationOf(db, itemId) });
}

async function adjudicationOf(db: Db, itemId: string): Promise<Adjudication | null> {
  const row = await db
    .selectFrom('adjudications')
    .innerJoin('users', 'users.id', 'adjudications.user_id')
    .select(['choice', 'note', 'users.name as by', 'at'])
    .where('item_id', '=', itemId)
    .executeTakeFirst();
  return row ? Adjudication.parse(row) : null;
}

const itemVote = (vote: Vote, names: ReadonlyMap<string, string>): ItemVote =>
  ItemVote.parse({
    ...{ ...vote, ...nameOf(vote.annotator, names), voteId: vote.id, shownFirst: vote.shown_first },
    criteria: vote.criteria === null ? null : JSON.parse(vote.criteria),
  });
