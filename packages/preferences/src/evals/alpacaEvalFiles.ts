/** The files that AlpacaEval 2's length-controlled win rate needs beside annotations. */
import { z } from 'zod';
import { unpackedBytes } from '../data/bytes.ts';
import { parseCsv } from '../data/csv.ts';
import { promptKey } from '../data/keys.ts';
import { RowError } from '../data/parse.ts';
import { readAs } from '../data/readAs.ts';
import { codePoints } from '../data/stats.ts';
import type { Content } from '../data/types.ts';
import { DataError, type Problem } from '../errors.ts';
import type { GamedRow, LengthWeights } from './lengthControlled.ts';

/** What somebody answered to each prompt of an evaluation. */
export interface Outputs {
  /** Who, where the file tells. */
  readonly generator?: string;
  /** How long the answer is to a prompt, in Unicode code points: by the prompt where it is known, else by the row. */
  lengthOf(prompt: Content | undefined, row: number): number | undefined;
}

const Output = z.object({
  instruction: z.string().optional(),
  output: z.string(),
  generator: z.string().optional(),
  index: z.int().min(0).optional(),
});

/**
 * Reads a model's outputs as AlpacaEval writes them: `{"instruction", "output", "generator", "index"?}` per row.
 *
 * @throws DataError for rows without `output`
 */
export async function readOutputs(path: string): Promise<Outputs> {
  const { records } = await readAs(Output, path, 'Each line needs output, and instruction or its place.');
  const [byPrompt, byRow] = [new Map<string, number>(), new Map<number, number>()];
  records.forEach(({ instruction, output, index }, place) => {
    const length = codePoints(output);
    if (instruction !== undefined) byPrompt.set(promptKey(instruction), length);
    byRow.set(index ?? place, length);
  });
  const generator = records[0]?.generator;
  return {
    ...(generator !== undefined && { generator }),
    lengthOf: (prompt, row) => (prompt === undefined ? byRow.get(row) : byPrompt.get(promptKey(prompt))),
  };
}

/** A cell of a CSV file by the name of its column, and where it stands. */
interface CsvRow {
  readonly line: number;
  text(column: string): string | undefined;
}

interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

/** @throws DataError for a file without rows, or without a column that it needs */
async function readCsv(path: string, required: readonly string[], needs: string): Promise<CsvTable> {
  const bytes = Buffer.concat(await Array.fromAsync(unpackedBytes(path)));
  const [head, ...records] = parseCsv(new TextDecoder().decode(bytes)); // which drops the mark that Excel begins with
  if (!head || records.length === 0) throw new DataError(path, 'has no rows. The first line names the columns.');
  const columns = head.cells;
  if (required.some((column) => !columns.includes(column))) throw otherColumns(path, columns, needs);
  const rows = records.map(({ line, cells }) => ({ line, text: (column: string) => cells[columns.indexOf(column)] }));
  return { columns, rows };
}

const otherColumns = (path: string, columns: readonly string[], needs: string): DataError =>
  new DataError(path, `has the columns ${columns.join(', ').replaceAll(/\s+/g, ' ')}. ${needs}`);

/** The rows as `read` makes them; the lines where it finds a fault are collected into one error. */
function collected<T>(path: string, rows: readonly CsvRow[], needs: string, read: (row: CsvRow) => T): T[] {
  const problems: Problem[] = [];
  const records: T[] = [];
  for (const row of rows) {
    try {
      records.push(read(row));
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      problems.push({ line: row.line, field: error.field, message: error.message });
    }
  }
  if (problems.length > 0) throw new DataError(path, problems, { needs });
  return records;
}

const unfit = (column: string, found: string | undefined, expected: string): RowError =>
  found === undefined
    ? new RowError(`"${column}" is missing`, column)
    : new RowError(`"${column}" is ${JSON.stringify(found)}; expected ${expected}`, column);

function numberIn(row: CsvRow, column: string): number {
  const text = row.text(column);
  const value = Number(text);
  if (text === undefined || text.trim() === '' || !Number.isFinite(value)) throw unfit(column, text, 'a number');
  return value;
}

/** How hard prompts are. */
export interface Difficulties {
  /** Of the prompt of a comparison, where the file says. */
  of(comparison: { readonly index: number; readonly id?: string; readonly prompt?: Content }): number | undefined;
  /** Of every prompt in the file. */
  readonly values: readonly number[];
}

const difficultyNeeds = 'Columns: instruction_difficulty, and one of index (the row, from 0), id or prompt.';

/**
 * Reads difficulties from a CSV file with the column `instruction_difficulty`, by `index` (AlpacaEval's, the row number of
 * the annotation), by `id` of the comparison or by `prompt`. A file of length-manipulated rows is one too; what stands
 * first counts.
 *
 * @throws DataError
 */
export async function readDifficulties(path: string): Promise<Difficulties> {
  const { columns, rows } = await readCsv(path, ['instruction_difficulty'], difficultyNeeds);
  const by = (['index', 'id', 'prompt'] as const).find((column) => columns.includes(column)) ?? unnamedIndex(columns);
  if (by === undefined) throw otherColumns(path, columns, difficultyNeeds);
  const found = new Map<string, number>();
  const read = collected(path, rows, difficultyNeeds, (row) => ({
    key: by === 'prompt' ? promptKey(row.text(by) ?? '') : by === 'id' ? row.text(by)! : String(numberIn(row, by)),
    difficulty: numberIn(row, 'instruction_difficulty'),
  }));
  for (const { key, difficulty } of read) if (!found.has(key)) found.set(key, difficulty);
  const difficultyOf: Difficulties['of'] = ({ index, id, prompt }) => {
    const key = by === 'prompt' ? prompt && promptKey(prompt) : by === 'id' ? id : String(index);
    return key === undefined ? undefined : found.get(key);
  };
  return { of: difficultyOf, values: [...found.values()] };
}

/** pandas writes the index of a table as a first column without a name. */
const unnamedIndex = (columns: readonly string[]): '' | undefined => (columns[0] === '' ? '' : undefined);

const weightColumns = ['np.tanh(std_delta_len)', 'instruction_difficulty', 'not_gamed_baseline.astype(float)'] as const;

/**
 * Reads fitted weights as AlpacaEval publishes them: a row per model, its name in the first column, then the weights of
 * the length term, of difficulty and of the model.
 *
 * @throws DataError
 */
export async function readLengthWeights(path: string): Promise<ReadonlyMap<string, LengthWeights>> {
  const needs = `Columns: the model's name, ${weightColumns.join(', ')}.`;
  const { columns, rows } = await readCsv(path, weightColumns, needs);
  const [name] = columns;
  const read = collected(path, rows, needs, (row) => {
    const [length, difficulty, system] = weightColumns.map((column) => numberIn(row, column)) as [
      number,
      number,
      number,
    ];
    return [row.text(name!)!, { length, difficulty, system }] as const;
  });
  return new Map(read);
}

/** The rows of length-manipulated baselines, and how many had no verdict. */
export interface ReadGamedRows {
  readonly gamed: readonly GamedRow[];
  readonly skips: number;
}

/**
 * Reads the rows of length-manipulated baselines in AlpacaEval's form (its df_gamed.csv): `preference` from 0 to 1,
 * `std_delta_len` and `instruction_difficulty`. A row without `preference` is left out, as there.
 *
 * @throws DataError
 */
export async function readGamedRows(path: string): Promise<ReadGamedRows> {
  const needs = 'Columns: preference (0 to 1), std_delta_len, instruction_difficulty.';
  const { rows } = await readCsv(path, ['preference', 'std_delta_len', 'instruction_difficulty'], needs);
  const judged = rows.filter((row) => row.text('preference') !== '');
  const gamed = collected(path, judged, needs, (row) => {
    const won = numberIn(row, 'preference');
    if (!(won >= 0 && won <= 1)) throw unfit('preference', row.text('preference'), 'from 0 to 1');
    return {
      won,
      standardizedDifference: numberIn(row, 'std_delta_len'),
      difficulty: numberIn(row, 'instruction_difficulty'),
    };
  });
  return { gamed, skips: rows.length - judged.length };
}
