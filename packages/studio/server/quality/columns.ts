/** The votes of a project as columns: what the quality page is computed from, small enough to be handed to a thread. */
import { itemsOf } from '../db/itemsOf.ts';
import type { Db } from '../db/open.ts';

export const CHOICES = ['a', 'b', 'tie', 'bothBad', 'skip'] as const;
const SIDES = ['a', 'b'] as const;

/** Votes, place by place; a code that is −1 is not known. */
export interface VoteColumns {
  /** Whom the codes of `annotator` stand for. */
  readonly annotators: readonly string[];
  readonly item: Int32Array;
  readonly annotator: Int32Array;
  /** Codes of {@link CHOICES}. */
  readonly choice: Int8Array;
  readonly round: Int8Array;
  /** 0 for a, 1 for b. */
  readonly shownFirst: Int8Array;
  readonly longer: Int8Array;
  /** Codes of {@link CHOICES}; −1 for items that are not gold. */
  readonly gold: Int8Array;
  /** NaN where it was not measured. */
  readonly seconds: Float64Array;
}

const PAGE = 1000; // items; between pages others are served

/** Reads the votes of a project's comparisons and gold items. */
export async function voteColumns(db: Db, projectId: string): Promise<VoteColumns> {
  const annotators = new Map<string, number>();
  const [item, annotator, choice, round]: number[][] = [[], [], [], []];
  const [shownFirst, longer, gold, seconds]: number[][] = [[], [], [], []];
  const last = await itemsOf(db, projectId)
    .select(({ fn }) => fn.max('position').as('position'))
    .executeTakeFirst();
  for (let from = 0; from <= (last?.position ?? -1); from += PAGE) {
    const rows = await itemsOf(db, projectId)
      .innerJoin('votes', 'votes.item_id', 'items.id')
      .select(['position', 'annotator', 'choice', 'round', 'shown_first', 'longer', 'gold', 'seconds'])
      .where('position', '>=', from)
      .where('position', '<', from + PAGE)
      .execute();
    for (const row of rows) {
      if (!annotators.has(row.annotator)) annotators.set(row.annotator, annotators.size);
      item!.push(row.position);
      annotator!.push(annotators.get(row.annotator)!);
      choice!.push(CHOICES.indexOf(row.choice as (typeof CHOICES)[number]));
      round!.push(Math.min(row.round, 127));
      shownFirst!.push(SIDES.indexOf(row.shown_first as 'a' | 'b'));
      longer!.push(SIDES.indexOf(row.longer as 'a' | 'b'));
      gold!.push(CHOICES.indexOf(row.gold as 'a'));
      seconds!.push(row.seconds ?? Number.NaN);
    }
    await new Promise(setImmediate);
  }
  return {
    annotators: [...annotators.keys()],
    ...{ item: Int32Array.from(item!), annotator: Int32Array.from(annotator!) },
    ...{ choice: Int8Array.from(choice!), round: Int8Array.from(round!) },
    ...{ shownFirst: Int8Array.from(shownFirst!), longer: Int8Array.from(longer!), gold: Int8Array.from(gold!) },
    seconds: Float64Array.from(seconds!),
  };
}
