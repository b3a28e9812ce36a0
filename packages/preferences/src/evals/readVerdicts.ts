import { z } from 'zod';
import { alpacaEvalProbability } from '../data/formats/comparisons.ts';
import { promptKey } from '../data/keys.ts';
import { parseRow, RowError } from '../data/parse.ts';
import { type ReadOptions, readComparisons } from '../data/read.ts';
import type { ReadRow } from '../data/row.ts';
import { openRows } from '../data/rows.ts';
import type { Content } from '../data/types.ts';
import { DataError, type LineUnit, type Problem } from '../errors.ts';
import { type Verdict, verdictOf } from './winRate.ts';

/** A verdict, and what its file tells of the comparison. */
export interface ReadVerdict extends Verdict {
  readonly line: number;
  /** Of the comparison; AlpacaEval's annotations have none. */
  readonly id?: string;
  readonly prompt?: Content;
  readonly texts: readonly [a: string | undefined, b: string | undefined];
  /** What AlpacaEval calls `dataset`. */
  readonly category?: string;
  /** The row's number from 0: the `index` that it bears, or its place in the file. */
  readonly index: number;
  /** The row of the same prompt among the baseline's outputs, from 0. */
  readonly promptIndex: number;
}

/** Equal for verdicts about one prompt. */
export const verdictPrompt = ({ prompt, promptIndex }: ReadVerdict): string =>
  prompt === undefined ? `row ${promptIndex}` : promptKey(prompt);

/** The verdicts of a file. Where no system is named the two are `first response` and `second response`. */
export interface ReadVerdicts {
  readonly verdicts: readonly ReadVerdict[];
  readonly skipped: readonly Problem[];
  readonly unit: LineUnit;
}

/** How verdicts are read. */
export interface VerdictOptions extends ReadOptions {
  /** By the `probability` that a judge wrote beside its choice, where it did. AlpacaEval's annotations always are. */
  readonly weighted?: boolean;
}

/** The verdicts of comparisons in any known format, AlpacaEval's with how sure the judge was, in the order of the file. */
export async function readVerdicts(path: string, options: VerdictOptions = {}): Promise<ReadVerdicts> {
  if (await hasPreferences(path)) return named(await preferenceVerdicts(path, options));
  const read = await comparisonVerdicts(path, options);
  return named(options.weighted ? await weighted(path, read) : read);
}

/** What the two systems of a file are called that names none. */
export const unnamedSystems = ['first response', 'second response'] as const;

const named = (read: ReadVerdicts): ReadVerdicts =>
  read.verdicts.some(({ systems }) => systems.some(Boolean))
    ? read
    : { ...read, verdicts: read.verdicts.map((verdict) => ({ ...verdict, systems: unnamedSystems })) };

async function comparisonVerdicts(path: string, options: ReadOptions): Promise<ReadVerdicts> {
  const { comparisons, lines, skipped, unit } = await readComparisons(path, options);
  const verdicts = comparisons.map((comparison, index): ReadVerdict => {
    const { id, prompt, responses } = comparison;
    const texts = [responses[0].text, responses[1].text] as const;
    return { ...verdictOf(comparison), line: lines[index]!, id, prompt, texts, index, promptIndex: index };
  });
  return { verdicts, skipped, unit };
}

const Sure = z.object({ probability: z.number().min(0).max(1).optional() });

/** The verdicts with the judge's own probability that the first response is better; a skip stays one. */
async function weighted(path: string, read: ReadVerdicts): Promise<ReadVerdicts> {
  const probabilities = new Map<number, number>();
  for await (const { line, row } of (await openRows(path)).rows) {
    const parsed = Sure.safeParse(row);
    if (parsed.success && parsed.data.probability !== undefined) probabilities.set(line, parsed.data.probability);
  }
  const verdicts = read.verdicts.map((verdict) => {
    const probability = probabilities.get(verdict.line);
    const decided = probability !== undefined && verdict.secondBetter !== undefined;
    return decided ? { ...verdict, secondBetter: 1 - probability } : verdict;
  });
  return { ...read, verdicts };
}

/** What a verdict can do without: where it is of another form than AlpacaEval's, it is as if it were not there. */
const Text = z.string().optional().catch(undefined);
const Place = z.int().min(0).optional().catch(undefined);

const Preference = z.object({
  generator_1: z.string().optional(),
  generator_2: z.string().optional(),
  preference: z.number().optional(),
  ...{ instruction: Text, output_1: Text, output_2: Text, dataset: Text, index: Place, dataset_index: Place },
});

/** Whether the first row is one of AlpacaEval's annotations. */
async function hasPreferences(path: string): Promise<boolean> {
  const { rows } = await openRows(path);
  for await (const { row } of rows) return row !== undefined && ('preference' in row || 'generator_2' in row);
  return false;
}

async function preferenceVerdicts(path: string, { onError = 'fail' }: ReadOptions): Promise<ReadVerdicts> {
  const { rows, unit } = await openRows(path);
  const [verdicts, skipped]: [ReadVerdict[], Problem[]] = [[], []];
  let place = 0;
  for await (const read of rows) {
    const verdict = preferenceVerdict(read, place++);
    if ('message' in verdict) skipped.push(verdict);
    else verdicts.push(verdict);
  }
  if (skipped.length > 0 && (onError === 'fail' || verdicts.length === 0)) {
    throw new DataError(path, skipped, { needs: 'Each line needs preference (1 to 2; 0 for a tie).', unit });
  }
  return { verdicts, skipped, unit };
}

function preferenceVerdict(read: ReadRow, place: number): ReadVerdict | Problem {
  const { line } = read;
  if (!read.row) return { line, message: read.message };
  try {
    const parsed = parseRow(Preference, read.row);
    const { index = place, dataset_index: promptIndex = index, instruction: prompt, dataset: category } = parsed;
    return {
      systems: [parsed.generator_1, parsed.generator_2],
      secondBetter: alpacaEvalProbability(parsed.preference),
      line,
      ...(prompt !== undefined && { prompt }),
      texts: [parsed.output_1, parsed.output_2],
      ...(category !== undefined && { category }),
      index,
      promptIndex,
    };
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    return { line, field: error.field, message: error.message };
  }
}
