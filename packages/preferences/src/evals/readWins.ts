import { z } from 'zod';
import { alpacaEvalProbability } from '../data/formats/comparisons.ts';
import { promptKey } from '../data/keys.ts';
import { parseRow, RowError } from '../data/parse.ts';
import { type ReadOptions, readComparisons } from '../data/read.ts';
import type { ReadRow } from '../data/row.ts';
import { openRows } from '../data/rows.ts';
import { DataError, type LineUnit, type Problem } from '../errors.ts';
import { type Contest, type SystemWins, type Verdict, verdictOf, winsOf } from './winRate.ts';

/** Whose wins a file tells, and what was left out. */
export interface ReadWins extends SystemWins {
  readonly system: string;
  /** The systems it was compared with. */
  readonly against: readonly string[];
  /** Lines that were left out, and why. */
  readonly skipped: readonly Problem[];
  /** What the `line` of these counts. */
  readonly unit: LineUnit;
}

/**
 * The win probabilities of a system, from comparisons in any known format. Rows of AlpacaEval's annotations count by how
 * sure the judge was; they need no texts, which its leaderboard leaves out.
 *
 * Without `system` it is the one whose response stands second in the first comparison (AlpacaEval puts the baseline
 * first), as long as the file compares no more than two. Where no system is named the two are `first response` and
 * `second response`.
 *
 * @throws DataError for a file that cannot be used, or does not compare the systems asked for
 */
export async function readWins(path: string, options: ReadOptions & Partial<Contest> = {}): Promise<ReadWins> {
  const { verdicts, skipped, unit } = await readVerdicts(path, options);
  const contest = contestOf(path, options, verdicts);
  const wins = winsOf(contest, verdicts);
  if (wins.probabilities.length === 0) {
    throw new DataError(path, `nobody decided between ${contest.system} and another system; there is no win rate.`);
  }
  return {
    system: contest.system,
    against: contest.against === undefined ? opponentsOf(contest.system, verdicts) : [contest.against],
    ...wins,
    skipped,
    unit,
  };
}

/** Every system there is, once each. */
const systemsOf = (verdicts: readonly Verdict[]): string[] =>
  [...new Set(verdicts.flatMap(({ systems }) => systems))].filter((name) => name !== undefined);

const opponentsOf = (system: string, verdicts: readonly Verdict[]): string[] =>
  systemsOf(verdicts.filter(({ systems }) => systems.includes(system))).filter((name) => name !== system);

const namedVerdicts = (verdicts: readonly Verdict[]): readonly Verdict[] =>
  verdicts.some(({ systems }) => systems.some(Boolean))
    ? verdicts
    : verdicts.map(({ secondBetter }) => ({ systems: ['first response', 'second response'], secondBetter }));

/**
 * The contest asked for, or the only one there is, of the system that stands second first.
 *
 * @throws DataError where the verdicts of the file are not about it, or there are several
 */
export function contestOf(path: string, { system, against }: Partial<Contest>, verdicts: readonly Verdict[]): Contest {
  const systems = systemsOf(verdicts);
  if (systems.length === 0) throw new DataError(path, 'names no system: none of its responses has a source.');
  const unknown = [system, against].find((name) => name !== undefined && !systems.includes(name));
  if (unknown !== undefined) throw new DataError(path, `has no responses of ${unknown}, but of ${systems.join(', ')}.`);
  if (system !== undefined) return against === undefined ? { system } : { system, against };
  const [first, second] = verdicts[0]?.systems ?? [];
  if (systems.length > 2 || second === undefined || first === second) {
    throw new DataError(path, `compares ${systems.join(', ')}. Say whose win rate is asked for.`);
  }
  return { system: second };
}

/** The verdicts of a file. Where no system is named the two are `first response` and `second response`. */
export interface ReadVerdicts {
  readonly verdicts: readonly Verdict[];
  /** Of the comparisons; AlpacaEval's annotations have none. */
  readonly ids: readonly (string | undefined)[];
  /** Equal where the prompt is the same; undefined where the file does not tell. */
  readonly prompts: readonly (string | undefined)[];
  /** The two responses; undefined where the file leaves one out. */
  readonly texts: readonly (readonly [a: string, b: string] | undefined)[];
  readonly skipped: readonly Problem[];
  readonly unit: LineUnit;
}

/** The verdicts of comparisons in any known format, AlpacaEval's with how sure the judge was, in the order of the file. */
export async function readVerdicts(path: string, options: ReadOptions = {}): Promise<ReadVerdicts> {
  const read = await readJudged(path, options);
  return { ...read, verdicts: namedVerdicts(read.verdicts) };
}

/** {@link readVerdicts} as the file has them: systems without a name stay without. */
export const readJudged = async (path: string, options: ReadOptions = {}): Promise<ReadVerdicts> =>
  (await hasPreferences(path)) ? preferenceVerdicts(path, options) : comparisonVerdicts(path, options);

async function comparisonVerdicts(path: string, options: ReadOptions): Promise<ReadVerdicts> {
  const { comparisons, skipped, unit } = await readComparisons(path, options);
  return {
    verdicts: comparisons.map(verdictOf),
    ids: comparisons.map(({ id }) => id),
    prompts: comparisons.map(({ prompt }) => promptKey(prompt)),
    texts: comparisons.map(({ responses: [a, b] }) => [a.text, b.text]),
    skipped,
    unit,
  };
}

const Preference = z.object({
  generator_1: z.string().optional(),
  generator_2: z.string().optional(),
  preference: z.number().optional(),
  /** The prompt's number in AlpacaEval's set; its leaderboard leaves the prompt itself out. */
  index: z.number().optional(),
  instruction: z.string().optional(),
  output_1: z.string().optional(),
  output_2: z.string().optional(),
});

/** A row of AlpacaEval's annotations. */
interface Annotation {
  readonly verdict: Verdict;
  readonly prompt: string | undefined;
  readonly texts: readonly [a: string, b: string] | undefined;
}

/** Whether the first row is one of AlpacaEval's annotations. */
async function hasPreferences(path: string): Promise<boolean> {
  const { rows } = await openRows(path);
  for await (const { row } of rows) return row !== undefined && ('preference' in row || 'generator_2' in row);
  return false;
}

async function preferenceVerdicts(path: string, { onError = 'fail' }: ReadOptions): Promise<ReadVerdicts> {
  const { rows, unit } = await openRows(path);
  const [annotations, skipped]: [Annotation[], Problem[]] = [[], []];
  for await (const read of rows) {
    const annotation = annotationOf(read);
    if ('line' in annotation) skipped.push(annotation);
    else annotations.push(annotation);
  }
  if (skipped.length > 0 && (onError === 'fail' || annotations.length === 0)) {
    throw new DataError(path, skipped, { needs: 'Each line needs preference (1 to 2; 0 for a tie).', unit });
  }
  return {
    verdicts: annotations.map(({ verdict }) => verdict),
    ids: annotations.map(() => undefined),
    prompts: annotations.map(({ prompt }) => prompt),
    texts: annotations.map(({ texts }) => texts),
    skipped,
    unit,
  };
}

function annotationOf(read: ReadRow): Annotation | Problem {
  if (!read.row) return { line: read.line, message: read.message };
  try {
    const { generator_1, generator_2, preference, index, instruction, output_1, output_2 } = parseRow(
      Preference,
      read.row,
    );
    return {
      verdict: { systems: [generator_1, generator_2], secondBetter: alpacaEvalProbability(preference) },
      prompt: instruction === undefined ? index?.toString() : promptKey(instruction),
      texts: output_1 === undefined || output_2 === undefined ? undefined : [output_1, output_2],
    };
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    return { line: read.line, field: error.field, message: error.message };
  }
}
