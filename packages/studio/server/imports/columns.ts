/** Rows by the names of their columns: by a mapping, or as the studio's own form has them. */
import { type Message, Messages } from '@attune/preferences';
import type { BadRow, ColumnMapping } from '../../shared/items.ts';
import type { ImportRow, Response } from './row.ts';

type Row = Readonly<Record<string, unknown>>;

/** The studio's own form: a prompt, two responses, and nothing said of them yet. */
export const OWN_FORM = 'comparisons to be judged';
const own: ColumnMapping = {
  ...{ prompt: 'prompt', a: 'a', b: 'b', id: 'id', aSource: 'aSource', bSource: 'bSource', gold: 'gold' },
};

/** Whether a row is in that form: with `a` and `b`, or with `responses` and no `choice`. */
export function isOwnForm(row: Row): boolean {
  return 'prompt' in row && (('a' in row && 'b' in row) || (Array.isArray(row.responses) && !('choice' in row)));
}

/** Reads a row in the studio's own form. */
export function readOwnForm(row: Row, line: number): ImportRow | BadRow {
  if (!Array.isArray(row.responses)) return readMapped(row, line, own);
  const [a, b] = row.responses.map(partsOf);
  if (!a || !b || row.responses.length !== 2) {
    return bad(line, 'responses', `"responses" is a list of ${row.responses.length}; expected two`);
  }
  const { text: aText, source: aSource, id: aId } = a;
  const { text: bText, source: bSource, id: bId } = b;
  const read = readMapped({ ...row, a: aText, b: bText, aSource, bSource }, line, own);
  if (!('prompt' in read) || !read.responses) return read;
  const withId = (response: Response, id: unknown) => (typeof id === 'string' ? { ...response, id } : response);
  return { ...read, responses: [withId(read.responses[0], aId), withId(read.responses[1], bId)] };
}

const partsOf = (response: unknown): Row =>
  typeof response === 'object' && response !== null ? (response as Row) : { text: response };

/** The columns a mapping, or the studio's own form, makes use of. */
export const usedColumns = (mapping: ColumnMapping | undefined): ReadonlySet<string> =>
  new Set(mapping ? Object.values(mapping) : [...Object.values(own), 'responses']);

/** Reads a row by a mapping; what it lacks is a bad row. */
export function readMapped(row: Row, line: number, mapping: ColumnMapping): ImportRow | BadRow {
  const prompt = promptOf(row[mapping.prompt]);
  if (!prompt) return wrong(line, mapping.prompt, row, 'text, or a list of messages with role and content');
  const id = idOf(mapping.id === undefined ? undefined : row[mapping.id]);
  if (mapping.a === undefined || mapping.b === undefined) return { line, id, prompt };
  const [a, b] = [row[mapping.a], row[mapping.b]];
  if (typeof a !== 'string') return wrong(line, mapping.a, row, 'text');
  if (typeof b !== 'string') return wrong(line, mapping.b, row, 'text');
  const gold = goldOf(mapping.gold === undefined ? undefined : row[mapping.gold]);
  if (gold === null) return wrong(line, mapping.gold!, row, 'a, b or tie');
  const source = (column: string | undefined) => idOf(column === undefined ? undefined : row[column]);
  const [aSource, bSource] = [source(mapping.aSource), source(mapping.bSource)];
  return {
    line,
    id,
    prompt,
    gold,
    responses: [
      { text: a, source: aSource },
      { text: b, source: bSource },
    ],
  };
}

/** A right answer; undefined where none is given, null for anything else. */
export function goldOf(value: unknown): 'a' | 'b' | 'tie' | undefined | null {
  if (value === undefined || value === null || value === '') return undefined;
  return value === 'a' || value === 'b' || value === 'tie' ? value : null;
}

function promptOf(value: unknown): Message[] | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : [{ role: 'user', content: value }];
  return Messages.safeParse(value).data;
}

/** A name or number; an empty cell of a table is none. */
const idOf = (value: unknown): string | undefined =>
  typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;

const bad = (line: number, field: string, message: string): BadRow => ({ line, field, message });

export function wrong(line: number, field: string, row: Row, expected: string): BadRow {
  const value = row[field];
  if (value === undefined || value === null) return bad(line, field, `"${field}" is missing`);
  const shown = JSON.stringify(value).slice(0, 60);
  return bad(line, field, `"${field}" is ${shown}; expected ${expected}`);
}
