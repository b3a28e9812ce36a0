/** Comparisons that a judge has not voted on. */
import type { PairToJudge } from '@attune/preferences';
import type { Message } from '../../shared/queue.ts';
import { itemsOf } from '../db/itemsOf.ts';
import type { Db } from '../db/open.ts';
import { textPages } from '../jobs/textPages.ts';
import { judgeKey } from '../names.ts';

/** Ids of the comparisons and gold items without a vote of the judge, in the order of their import. */
export async function comparisonsLeft(db: Db, projectId: string, judge: string): Promise<string[]> {
  const voted = db.selectFrom('votes').select('item_id').where('annotator', '=', judgeKey(judge));
  const rows = await itemsOf(db, projectId)
    .select('id')
    .where('kind', 'in', ['comparison', 'gold'])
    .where('id', 'not in', voted.where('project_id', '=', projectId))
    .orderBy('position')
    .execute();
  return rows.map(({ id }) => id);
}

/** A comparison as judges are given it; its prompt and responses are all they see. */
export interface Contest extends PairToJudge {
  readonly prompt: Message[];
}

/** Comparisons with their texts, page by page. */
export async function* contests(db: Db, ids: readonly string[]): AsyncGenerator<Contest[]> {
  for await (const rows of textPages(db, ids)) {
    yield rows.map(({ item_id: id, prompt, a, b }) => ({
      ...{ id, prompt: JSON.parse(prompt), a: said(a!), b: said(b!) },
      candidates: [
        { id: `${id}-a`, text: a! },
        { id: `${id}-b`, text: b! },
      ],
    }));
  }
}

const said = (content: string): Message[] => [{ role: 'assistant', content }];
