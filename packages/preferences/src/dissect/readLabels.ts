import { basename } from 'node:path';
import { unpackedBytes } from '../data/bytes.ts';
import { parseCsv } from '../data/csv.ts';
import { readComparisons } from '../data/read.ts';
import { recogniseKind } from '../data/recognise.ts';
import { DataError } from '../errors.ts';

import type { BinaryLabel } from './labels.ts';
import { firstAmiss } from './readLetters.ts';

/** The labels of one judge, in the order of the samples. */
export interface JudgeLabels {
  readonly judge: string;
  readonly labels: readonly BinaryLabel[];
  /** Ids of the labelled samples, where the file tells them. */
  readonly ids?: readonly string[];
}

/** What a file of labels must fit. */
export interface ReadLabelsOptions {
  /** How many samples there are. */
  readonly samples?: number;
  /** Their ids, in order: labels with ids must have the same at each position. */
  readonly ids?: readonly string[];
  /** Whose labels they are where the file does not tell; its name where left out. */
  readonly judge?: string;
}

/** What labels may be written as. */
const written: Readonly<Record<string, 'A' | 'B'>> = {
  A: 'A',
  B: 'B',
  response_1: 'A',
  response_2: 'B',
  a: 'A',
  b: 'B',
};

/** One entry of a file before it is checked: `at` says where it stands. */
interface Given {
  readonly value: unknown;
  readonly at: string;
  readonly id?: string;
  readonly judge?: string;
}

/**
 * Reads the labels of one judge or several, told apart by content:
 *
 *   a JSON list             ["A", "B", …]
 *   a JSON object           {"judge": ["A", …], …}
 *   JSONL                   "A" or {"label": "A", "id"?, "judge"?} per line
 *   CSV                     a column label (id and judge beside it if need be), a column per judge, or one bare column
 *   comparisons             as attune judge and the studio write them; ties and skips are missing labels
 *
 * Labels are "A" and "B" (also in small letters, and response_1 and response_2), and null in JSON where the judge said
 * nothing. Nothing else is taken for a label: a wrong or superfluous one, or too few, refuse the file, with the first
 * position (from 0) at which it does not fit.
 *
 * @throws DataError
 */
export async function readLabels(file: string, options: ReadLabelsOptions = {}): Promise<JudgeLabels[]> {
  const text = await readText(file);
  const judges =
    /^\s*[{[]/.test(text) && (await holdsComparisons(file))
      ? await fromComparisons(file)
      : byJudge(file, text, options.judge ?? stem(file));
  for (const one of judges) checkFit(file, one, judges.length > 1, options);
  return judges;
}

async function readText(file: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of unpackedBytes(file)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Whether the file's rows are comparisons; a file of labels is none of the known kinds. */
async function holdsComparisons(file: string): Promise<boolean> {
  try {
    return (await recogniseKind(file)) === 'comparisons';
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

async function fromComparisons(file: string): Promise<JudgeLabels[]> {
  const { comparisons } = await readComparisons(file);
  const label = { a: 'A', b: 'B', tie: undefined, skip: undefined } as const;
  return [...Map.groupBy(comparisons, ({ judge }) => judge)].map(([judge, own]) => ({
    judge,
    labels: own.map(({ choice }) => label[choice]),
    ids: own.map(({ id }) => id),
  }));
}

const stem = (file: string): string => basename(file).replace(/\.(json|jsonl|csv)(\.gz)?$/, '');

function byJudge(file: string, text: string, unnamed: string): JudgeLabels[] {
  const given = entries(file, text);
  if (given.length === 0) throw new DataError(file, `has no labels. ${forms}`);
  const judges = Map.groupBy(given, ({ judge = unnamed }) => judge);
  return [...judges].map(([judge, own]) => ({
    judge,
    labels: own.map((one, position) => labelOf(file, one, position)),
    ...(own.every(({ id }) => id !== undefined) && { ids: own.map(({ id }) => id!) }),
  }));
}

function labelOf(file: string, { value, at }: Given, position: number): BinaryLabel {
  if (value === null) return undefined;
  const label = typeof value === 'string' ? written[value.trim()] : undefined;
  if (label) return label;
  const found = value === undefined || value === '' ? 'there is no label' : `there is ${shown(value)}`;
  throw new DataError(file, `at position ${position} (from 0)${at} ${found}; expected "A" or "B".`);
}

/** A value as JSON, its beginning where it is long. */
function shown(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length <= 80 ? json : `${json.slice(0, 80)}…`;
}

function entries(file: string, text: string): Given[] {
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) return fromList(parseJson(file, trimmed), '');
  if (trimmed.startsWith('{') && !/^\{[^\n]*\}\s*\n\s*\{/.test(trimmed)) {
    const content = parseJson(file, trimmed) as Record<string, unknown>;
    if ('label' in content) return fromLines(file, text);
    return Object.entries(content).flatMap(([judge, list]) => {
      if (!Array.isArray(list)) throw new DataError(file, `"${judge}" is not a list. ${forms}`);
      return fromList(list, ` of ${judge}`).map((one) => ({ ...one, judge }));
    });
  }
  return trimmed.startsWith('{') || /^"[^"\n]*"\s*(\n|$)/.test(trimmed) ? fromLines(file, text) : fromCsv(file, text);
}

const forms = 'A file of labels is a JSON list of "A" and "B", JSONL, or CSV with a column label.';

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DataError(file, `is not valid JSON (${(error as Error).message}). ${forms}`, { cause: error });
  }
}

const fromList = (list: unknown, of: string): Given[] => (list as unknown[]).map((value) => fromObject(value, of));

/** A label by itself, or as the field `label` of an object. */
function fromObject(value: unknown, at: string): Given {
  if (typeof value !== 'object' || value === null || !('label' in value)) return { value, at };
  const { label, id, judge } = value as { label: unknown; id?: unknown; judge?: unknown };
  return {
    value: label,
    at,
    ...(id !== undefined && { id: String(id) }),
    ...(judge !== undefined && { judge: String(judge) }),
  };
}

function fromLines(file: string, text: string): Given[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [fromObject(JSON.parse(line), `, line ${i + 1},`)];
    } catch (error) {
      throw new DataError(file, [{ line: i + 1, message: `not valid JSON (${(error as Error).message})` }], {
        cause: error,
      });
    }
  });
}

function fromCsv(file: string, text: string): Given[] {
  const [head, ...rows] = parseCsv(text);
  if (!head) return [];
  const at = (line: number) => `, line ${line},`;
  if (head.cells.length === 1 && written[head.cells[0]!]) {
    return [head, ...rows].map(({ line, cells }) => ({ value: cells[0], at: at(line) }));
  }
  const column = (name: string) => head.cells.findIndex((cell) => cell.toLowerCase() === name);
  const [label, id, judge] = [column('label'), column('id'), column('judge')];
  const judges = label >= 0 ? [label] : head.cells.flatMap((_, i) => (i === id ? [] : [i]));
  const wrong = rows.find(({ cells }) => cells.length !== head.cells.length);
  if (wrong) {
    throw new DataError(file, [
      { line: wrong.line, message: `${wrong.cells.length} cells; expected ${head.cells.length}, as in the first line` },
    ]);
  }
  return judges.flatMap((place) =>
    rows.map(({ line, cells }) => ({
      value: cells[place],
      at: `${label >= 0 ? '' : ` of ${head.cells[place]}`}${at(line)}`,
      ...(id >= 0 && { id: cells[id]! }),
      ...(label < 0 ? { judge: head.cells[place]! } : judge >= 0 && { judge: cells[judge]! }),
    })),
  );
}

function checkFit(
  file: string,
  { judge, labels, ids }: JudgeLabels,
  several: boolean,
  expected: ReadLabelsOptions,
): void {
  const whose = several ? ` of ${judge}` : '';
  const samples = expected.samples ?? expected.ids?.length;
  const stranger = expected.ids && ids?.findIndex((id, i) => id !== expected.ids![i]);
  if (stranger !== undefined && stranger >= 0 && stranger < expected.ids!.length) {
    throw new DataError(
      file,
      `at position ${stranger} (from 0) the label${whose} has the id ${ids![stranger]}; the sample there is ` +
        `${expected.ids![stranger]}. Put the labels in the order of the samples.`,
    );
  }
  if (samples === undefined || labels.length === samples) return;
  throw new DataError(
    file,
    `has ${labels.length} labels${whose}; expected ${samples}, one for each sample. ${firstAmiss(labels.length, samples)}`,
  );
}

/**
 * The one judge that is meant: by its name, or the only one there is.
 *
 * @throws DataError where the file has several judges and none was named, or not this one
 */
export function theJudge(file: string, judges: readonly JudgeLabels[], name?: string): JudgeLabels {
  const found = judges.length === 1 && name === undefined ? judges[0] : judges.find(({ judge }) => judge === name);
  if (found) return found;
  const known = judges.map(({ judge }) => judge).join(', ');
  throw new DataError(
    file,
    name === undefined ? `has labels of ${known}. Say whose.` : `has no labels of ${name}, only of ${known}.`,
  );
}
