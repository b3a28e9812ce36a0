/** Which items an export takes, and what they decided. */
import type { ExportQuery, ExportSummary } from '../../shared/items.ts';
import type { Message } from '../../shared/queue.ts';
import { itemsOf } from '../db/itemsOf.ts';
import type { Db } from '../db/open.ts';

/** What an export asks of items. */
export type Filter = Pick<ExportQuery, 'agreement' | 'leastVotes'>;

/** How an item stands: decided for a response, divided evenly or for neither, filtered out, or not voted on. */
export type Standing = 'a' | 'b' | 'undecided' | 'below' | 'unjudged';

interface Tallies {
  readonly a_votes: number;
  readonly b_votes: number;
  readonly tie_votes: number;
  /** An editor's last word, which no filter overrules. */
  readonly adjudicated: string | null;
}

/** First votes decide by their majority, unless an editor has. Agreement is the share of the votes that say the most common. */
export function standingOf(
  { a_votes: a, b_votes: b, tie_votes: ties, adjudicated }: Tallies,
  { agreement, leastVotes }: Filter,
): Standing {
  if (adjudicated !== null) return adjudicated === 'a' || adjudicated === 'b' ? adjudicated : 'undecided';
  const votes = a + b + ties;
  if (votes === 0) return 'unjudged';
  if (votes < leastVotes || Math.max(a, b, ties) / votes < agreement) return 'below';
  return a === b ? 'undecided' : a > b ? 'a' : 'b';
}

/** An item with its texts. */
export interface ExportItem extends Tallies {
  readonly id: string;
  readonly externalId: string | null;
  readonly prompt: Message[];
  readonly responses: readonly [ExportResponse, ExportResponse];
}
interface ExportResponse {
  readonly id: string;
  readonly text: string;
  readonly source?: string;
}

const PAGE = 500;

/** The comparisons of a project, gold left out, in the order of their import; a page at a time, so that memory stays small. */
export async function* exportItems(db: Db, projectId: string): AsyncGenerator<ExportItem[]> {
  for (let after = -1; ; ) {
    const rows = await itemsOf(db, projectId)
      .innerJoin('texts', 'texts.item_id', 'items.id')
      .leftJoin('adjudications', 'adjudications.item_id', 'items.id')
      .select(['items.id', 'position', 'external_id', 'a_id', 'b_id', 'a_source', 'b_source', 'prompt', 'a', 'b'])
      .select(['a_votes', 'b_votes', 'tie_votes', 'adjudications.choice as adjudicated'])
      .where('kind', '=', 'comparison')
      .where('position', '>', after)
      .orderBy('position')
      .limit(PAGE)
      .execute();
    if (rows.length === 0) return;
    yield rows.map(({ id, external_id, prompt, a, b, a_votes, b_votes, tie_votes, adjudicated, ...row }) => {
      const name = external_id ?? id;
      const first = { id: row.a_id ?? `${name}-a`, text: a!, ...(row.a_source !== null && { source: row.a_source }) };
      const second = { id: row.b_id ?? `${name}-b`, text: b!, ...(row.b_source !== null && { source: row.b_source }) };
      return {
        ...{ id, externalId: external_id, prompt: JSON.parse(prompt), responses: [first, second] as const },
        ...{ a_votes, b_votes, tie_votes, adjudicated },
      };
    });
    after = rows.at(-1)!.position;
  }
}

/** What an export would hold, without its texts. */
export async function exportSummary(db: Db, projectId: string, filter: Filter): Promise<ExportSummary> {
  const tallied = itemsOf(db, projectId)
    .leftJoin('adjudications', 'adjudications.item_id', 'items.id')
    .where('kind', '=', 'comparison')
    .select(({ fn }) => [
      ...(['a_votes', 'b_votes', 'tie_votes', 'adjudications.choice as adjudicated'] as const),
      fn.countAll<number>().as('n'),
    ])
    .groupBy(['a_votes', 'b_votes', 'tie_votes', 'adjudications.choice']);
  const items = await tallied.execute();
  const votes = await tallied.innerJoin('votes', 'votes.item_id', 'items.id').execute();
  const sum = (rows: typeof items, ...wanted: Standing[]) =>
    rows.reduce((n, row) => n + (wanted.includes(standingOf(row, filter)) ? Number(row.n) : 0), 0);
  const adjudicated = items.filter((row) => row.adjudicated !== null).reduce((n, row) => n + Number(row.n), 0);
  return {
    comparisons: sum(votes, 'a', 'b', 'undecided', 'unjudged') + adjudicated,
    ...{ pairs: sum(items, 'a', 'b'), undecided: sum(items, 'undecided') },
    ...{ below: sum(items, 'below'), unjudged: sum(items, 'unjudged'), triage: await judgments(db, projectId) },
  };
}

async function judgments(db: Db, projectId: string): Promise<number> {
  const { n } = await db
    .selectFrom('triage')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('project_id', '=', projectId)
    .executeTakeFirstOrThrow();
  return Number(n);
}
