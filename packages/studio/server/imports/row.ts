import { type Comparison, type Message, promptKey, responseKey } from '@attune/preferences';
import type { BadRow } from '../../shared/items.ts';

/** One of two responses. */
export interface Response {
  readonly id?: string | undefined;
  readonly text: string;
  readonly source?: string | undefined;
}

/** What a judge is on record with. */
export type Said = Omit<Comparison, 'prompt' | 'responses'>;

/** A row of a file, in whatever format: a prompt alone, or with two responses, with what was said of them. */
export interface ImportRow {
  readonly line: number;
  readonly id?: string | undefined;
  readonly prompt: readonly Message[];
  readonly responses?: readonly [Response, Response] | undefined;
  readonly said?: Said | undefined;
  /** The right answer, where the file has one. */
  readonly gold?: 'a' | 'b' | 'tie' | undefined;
}

/** A row with what items are known by, computed where the file is read. */
export interface KeyedRow extends ImportRow {
  readonly key: string;
  /** The response with more characters (code points); null where both have as many. */
  readonly longer: 'a' | 'b' | null;
}

/** A file as it was read: every row of it is in `parts`, bad, or counted in `undecided`. */
export interface ReadFile {
  /** Null where nobody knows the columns; then there are no rows. */
  readonly format: string | null;
  readonly unit: 'line' | 'row';
  readonly columns: readonly string[];
  /** How many rows there are in `parts`. */
  readonly records: number;
  /** The rows, some at a time; those of one item are in one part. */
  readonly parts: Iterable<readonly KeyedRow[]> | AsyncIterable<readonly KeyedRow[]>;
  readonly bad: number;
  /** The first {@link MOST_TOLD} of the bad ones. */
  readonly badRows: readonly BadRow[];
  readonly undecided: number;
  readonly ignored: Readonly<Record<string, number>>;
}

/** As many bad rows are told one by one. */
export const MOST_TOLD = 100;

/** Rows of a part, unless one item has more: milliseconds of work, which a vote may have to wait for. */
const PART = 50;

/** Rows in parts, those of one item together: the items are in the order of their first rows. */
export function* inParts(rows: readonly KeyedRow[]): Generator<KeyedRow[]> {
  let part: KeyedRow[] = [];
  for (const same of Map.groupBy(rows, ({ key }) => key).values()) {
    if (part.length > 0 && part.length + same.length > PART) {
      yield part;
      part = [];
    }
    part.push(...same);
  }
  if (part.length > 0) yield part;
}

export const keyed = (row: ImportRow): KeyedRow => ({ ...row, key: itemKey(row), longer: longer(row) });

/** The same for the same prompt, and for the same two responses to it in either order. */
export function itemKey({ prompt, responses }: Pick<ImportRow, 'prompt' | 'responses'>): string {
  const keys = responses?.map(({ text }) => responseKey(text)).sort() ?? [];
  return [promptKey([...prompt]), ...keys].join(' ');
}

function longer({ responses }: ImportRow): 'a' | 'b' | null {
  if (!responses) return null;
  const lead = characters(responses[0].text) - characters(responses[1].text);
  return lead === 0 ? null : lead > 0 ? 'a' : 'b';
}

/** Code points; a pair of surrogates is one. */
function characters(text: string): number {
  let pairs = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xd800) pairs++;
  return text.length - pairs;
}

/** What the database cannot keep as it is, in words; undefined for a row that it can. */
export function unkeepable(row: ImportRow): BadRow | undefined {
  const { line, id, prompt, responses = [], said } = row;
  const at = (field: string, message: string): BadRow => ({ line, field, message: `"${field}" ${message}` });
  const texts: [field: string, text: string | undefined][] = [
    ['id', id],
    ...prompt.map(({ content }, i): [string, string] => [`prompt[${i}].content`, content]),
    ...responses.flatMap(({ id, text, source }, i): [string, string | undefined][] => {
      const name = i === 0 ? 'a' : 'b';
      return [[name, text], [`${name}Id`, id], [`${name}Source`, source]]; // biome-ignore format: a table
    }),
    ['judge', said?.judge],
    ['note', said?.note],
  ];
  for (const [field, text = ''] of texts) {
    if (text.includes('\0')) return at(field, 'holds the character U+0000; expected text without it');
    if (!text.isWellFormed()) return at(field, 'holds half a character (a lone surrogate); expected whole ones');
    if (text.length > MOST[field as keyof typeof MOST]) {
      return at(field, `has ${text.length} characters; expected at most ${MOST[field as keyof typeof MOST]}`);
    }
  }
  if (said?.at !== undefined && Number.isNaN(Date.parse(said.at))) {
    return at('at', `is ${JSON.stringify(said.at.slice(0, 60))}; expected a date as 2026-11-22T08:30:00Z`);
  }
  return undefined;
}

/** As many characters of what has no business being long. */
const MOST = { id: 500, aId: 500, bId: 500, aSource: 500, bSource: 500, judge: 200, note: 20_000 };
