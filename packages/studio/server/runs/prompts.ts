/** The prompts of a project that a model is to respond to. */
import { sql } from 'kysely';
import type { Message } from '../../shared/queue.ts';
import { PromptClass } from '../../shared/triage.ts';
import { itemsOf } from '../db/itemsOf.ts';
import type { Db } from '../db/open.ts';
import { majorityClass } from '../triage.ts';

const KEY = 28; // characters of promptKey, with which an item's key begins
const promptKey = sql<string>`substr(items.key, 1, ${sql.lit(KEY)})`;

/** A prompt, however many items it stands in. */
export interface ProjectPrompt {
  /** Of the item that had it first: the order of the import. */
  readonly position: number;
  /** Whether a comparison of responses to it is decided. */
  readonly decided: boolean;
}

/** The prompts of a project's comparisons and of those that wait, each once; those that triage sorted out are left out. */
export async function projectPrompts(db: Db, projectId: string): Promise<ProjectPrompt[]> {
  const rows = await itemsOf(db, projectId)
    .leftJoin('adjudications', 'adjudications.item_id', 'items.id')
    .select([promptKey.as('key')])
    .select(({ fn }) => fn.min('position').as('position'))
    .select(
      sql<number>`max(case when adjudications.choice in ('a', 'b')
        or (adjudications.choice is null and a_votes <> b_votes) then 1 else 0 end)`.as('decided'),
    )
    .where('kind', 'in', ['comparison', 'prompt'])
    .groupBy(promptKey)
    .execute();
  const out = await sortedOut(db, projectId);
  return rows
    .filter(({ key }) => !out.has(key))
    .map(({ position, decided }) => ({ position: Number(position), decided: Number(decided) === 1 }))
    .sort((a, b) => a.position - b.position);
}

/** Keys of prompts that most who sorted them found unfit for an answer. */
async function sortedOut(db: Db, projectId: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('triage')
    .innerJoin('items', 'items.id', 'triage.item_id')
    .select(['class', promptKey.as('key')])
    .where('triage.project_id', '=', projectId)
    .execute();
  const byPrompt = Map.groupBy(rows, ({ key }) => key);
  const isOut = (said: typeof rows) => majorityClass(said.map((row) => PromptClass.parse(row.class))) !== 'kept';
  return new Set([...byPrompt].filter(([, said]) => isOut(said)).map(([key]) => key));
}

/** A prompt with its words, named as where it came from names it. */
export interface PromptText {
  readonly id: string;
  readonly prompt: Message[];
}

const PAGE = 500;

export async function promptTexts(db: Db, projectId: string, prompts: readonly ProjectPrompt[]): Promise<PromptText[]> {
  const found: PromptText[] = [];
  for (let from = 0; from < prompts.length; from += PAGE) {
    const positions = prompts.slice(from, from + PAGE).map(({ position }) => position);
    const rows = await itemsOf(db, projectId)
      .innerJoin('texts', 'texts.item_id', 'items.id')
      .select(['items.id', 'prompt'])
      .where('position', 'in', positions)
      .orderBy('position')
      .execute();
    for (const { id, prompt } of rows) found.push({ id, prompt: JSON.parse(prompt) });
  }
  return found;
}
