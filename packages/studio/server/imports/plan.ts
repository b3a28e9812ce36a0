/** What a file adds to a project: new items, right answers, votes; and what of it is there already. */
import { randomUUID } from 'node:crypto';
import type { BadRow, ImportAnswers } from '../../shared/items.ts';
import type { NewItemRow, NewVoteRow } from '../db/schema.ts';
import { judgeKey } from '../names.ts';
import type { ImportRow, KeyedRow, Response } from './row.ts';

/** An item that the project has. */
export interface KnownItem {
  readonly id: string;
  readonly key: string;
  readonly kind: string;
  readonly gold: string | null;
  /** Its first response, which tells which way round it is. */
  readonly a: string | null;
}

export type Tally = { a: number; b: number; ties: number };

/** An item the file speaks of, new or known. */
export interface PlannedItem {
  readonly row: ImportRow;
  readonly item: Omit<NewItemRow, 'position' | 'shuffle' | 'project_id' | 'created_at'>;
  readonly isNew: boolean;
  /** It had no right answer before. */
  isNewGold: boolean;
  readonly votes: Omit<NewVoteRow, 'project_id'>[];
  readonly tally: Tally;
}

export interface Plan {
  readonly items: readonly PlannedItem[];
  readonly duplicates: number;
  readonly bad: readonly BadRow[];
}

/**
 * Adds up the rows of a file. A comparison whose responses stand the other way round than the item's is turned, so that the
 * votes of an item add up.
 *
 * @param known the project's items with the keys of these rows
 * @param saidBefore {@link signature}s of the votes those have
 */
export function planImport(
  rows: readonly KeyedRow[],
  answers: ImportAnswers,
  known: ReadonlyMap<string, KnownItem> = new Map(),
  saidBefore: ReadonlySet<string> = new Set(),
): Plan {
  const items = new Map<string, PlannedItem>();
  const said = new Set(saidBefore);
  const rounds = new Map<string, number>();
  for (const vote of saidBefore) countRound(rounds, vote);
  const bad: BadRow[] = [];
  let duplicates = 0;
  for (const given of rows) {
    const { key } = given;
    const before = items.get(key);
    const planned = before ?? begin(given, known.get(key));
    const row = turned(given, planned.row);
    let adds = !before && planned.isNew;
    const gold = goldOf(row, answers);
    if (typeof gold === 'object') {
      bad.push(gold);
      continue;
    }
    if (gold !== undefined && planned.item.gold != null && planned.item.gold !== gold) {
      bad.push({
        ...{ line: row.line, field: 'gold' },
        message: `the right answer is "${gold}" here, and "${planned.item.gold}" for the same two responses elsewhere`,
      });
      continue;
    }
    items.set(key, planned);
    if (gold !== undefined && planned.item.gold == null) {
      Object.assign(planned.item, { gold, kind: 'gold' });
      planned.isNewGold = adds = true;
    }
    if (answers === 'votes' && row.said) {
      const vote = voteOf(row, planned.item.id);
      const sign = signature(vote);
      if (!said.has(sign)) {
        said.add(sign);
        const round = countRound(rounds, sign) - 1;
        planned.votes.push({ ...vote, round });
        if (round === 0) addTo(planned.tally, vote.choice);
        adds = true;
      }
    }
    if (!adds) duplicates++;
  }
  return { items: [...items.values()], duplicates, bad };
}

function begin(row: KeyedRow, known: KnownItem | undefined): PlannedItem {
  const [a, b]: readonly (Response | undefined)[] = row.responses ?? [];
  const isTurned = known?.a != null && known.a !== a?.text;
  const item = {
    ...{ id: known?.id ?? randomUUID(), key: row.key, external_id: row.id ?? null },
    ...{ kind: known?.kind ?? (a ? 'comparison' : 'prompt'), gold: known?.gold ?? null },
    ...{ a_id: a?.id ?? null, b_id: b?.id ?? null, a_source: a?.source ?? null, b_source: b?.source ?? null },
    longer: row.longer,
  };
  const same: ImportRow = isTurned ? { ...row, responses: [row.responses![1], row.responses![0]] } : row;
  return { row: same, item, isNew: !known, isNewGold: false, votes: [], tally: { a: 0, b: 0, ties: 0 } };
}

/** The row with its responses the way round they are in the item. */
function turned(row: ImportRow, { responses }: ImportRow): ImportRow {
  if (!row.responses || row.responses[0].text === responses![0].text) return row;
  const swap = <T>(side: T) => (side === 'a' ? 'b' : side === 'b' ? 'a' : side) as T;
  const { said, gold } = row;
  const criteria = Object.entries(said?.criteria ?? {}).map(([name, value]) => [name, value ? -value : value]);
  return {
    ...{ ...row, responses: [row.responses[1], row.responses[0]], gold: gold && swap(gold) },
    ...(said && {
      said: {
        ...{ ...said, choice: swap(said.choice) },
        ...(said.shownFirst && { shownFirst: swap(said.shownFirst) }),
        ...(said.criteria && { criteria: Object.fromEntries(criteria) }),
      },
    }),
  };
}

/** The right answer that a row gives: what its field `gold` says, or its choice where the whole file is gold. */
function goldOf(
  { line, gold, said, responses }: ImportRow,
  answers: ImportAnswers,
): 'a' | 'b' | 'tie' | undefined | BadRow {
  if (gold !== undefined || answers !== 'gold' || !responses) return gold;
  if (said && said.choice !== 'skip') return said.choice;
  return { line, field: 'choice', message: `"choice" is ${said ? '"skip"' : 'missing'}; expected a right answer` };
}

function voteOf({ said, line }: ImportRow, itemId: string): Omit<NewVoteRow, 'project_id' | 'round'> {
  if (!said) throw new Error(`Line ${line} says nothing.`);
  const criteria = Object.entries(said.criteria ?? {}).sort(([x], [y]) => (x < y ? -1 : 1));
  return {
    ...{ id: randomUUID(), item_id: itemId, annotator: judgeKey(said.judge), external_id: said.id || null },
    choice: said.choice === 'tie' && said.bothBad ? 'bothBad' : said.choice,
    strength: said.strength ?? null,
    criteria: said.criteria ? JSON.stringify(Object.fromEntries(criteria)) : null,
    note: said.note ?? null,
    shown_first: said.shownFirst ?? null,
    seconds: said.seconds ?? null,
    propensity: said.propensity ?? null,
    at: said.at === undefined ? null : Date.parse(said.at),
  };
}

type Content = Pick<NewVoteRow, 'item_id' | 'annotator' | 'choice' | 'shown_first' | 'note' | 'external_id' | 'at'>;

/** Equal for votes that are one vote, sent twice. */
export const signature = ({ item_id, annotator, choice, shown_first, note, external_id, at }: Content): string =>
  JSON.stringify([item_id, annotator, choice, shown_first, note, external_id, at]);

/** How many votes of an item its annotator has, this one among them. */
function countRound(rounds: Map<string, number>, sign: string): number {
  const [item, annotator] = JSON.parse(sign) as [string, string];
  const round = (rounds.get(`${item} ${annotator}`) ?? 0) + 1;
  rounds.set(`${item} ${annotator}`, round);
  return round;
}

function addTo(tally: Tally, choice: string): void {
  if (choice === 'a') tally.a++;
  else if (choice === 'b') tally.b++;
  else if (choice !== 'skip') tally.ties++;
}
