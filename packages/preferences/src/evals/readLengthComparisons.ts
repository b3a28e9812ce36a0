import type { ReadOptions } from '../data/read.ts';
import { codePoints } from '../data/stats.ts';
import { DataError, type LineUnit, type Problem } from '../errors.ts';
import type { DifficultyOf, Outputs } from './alpacaEvalFiles.ts';
import type { LengthComparison } from './lengthControlled.ts';
import { type ReadVerdict, readVerdicts, verdictPrompt } from './readVerdicts.ts';
import { contestOf, opponentsOf } from './readWins.ts';
import { type Contest, winProbability } from './winRate.ts';

/** What the comparisons of a file are read with. */
export interface LengthReadOptions extends ReadOptions, Partial<Contest> {
  /** What the baseline answered, where the comparisons leave it out. */
  readonly baseline?: Outputs;
  readonly difficultyOf?: DifficultyOf;
}

/** A system's comparisons with their lengths, and what was left out. */
export interface ReadLengthComparisons {
  readonly system: string;
  readonly against: readonly string[];
  /** Also those that nobody decided, whose prompts count in the prediction. */
  readonly comparisons: readonly LengthComparison[];
  /** Of these, nobody decided so many. */
  readonly skips: number;
  /** Not about the contest. */
  readonly others: number;
  readonly skipped: readonly Problem[];
  readonly unit: LineUnit;
}

/**
 * A system's comparisons in any known format, for the length-controlled win rate; which system as in `readWins`.
 *
 * @throws DataError for a file that cannot be used, and for comparisons without both lengths or without a difficulty where
 *   others have one
 */
export async function readLengthComparisons(
  path: string,
  options: LengthReadOptions = {},
): Promise<ReadLengthComparisons> {
  const { verdicts, skipped, unit } = await readVerdicts(path, options);
  const contest = contestOf(path, options, verdicts);
  const comparisons: LengthComparison[] = [];
  const problems: Problem[] = [];
  const left = { skip: 0, other: 0 };
  for (const verdict of verdicts) {
    const won = winProbability(contest, verdict);
    if (typeof won !== 'number') left[won]++;
    if (won === 'other') continue;
    const comparison = asLengthComparison(verdict, contest, won === 'skip' ? undefined : won, options);
    if ('message' in comparison) problems.push(comparison);
    else comparisons.push(comparison);
  }
  if (problems.length > 0) throw new DataError(path, problems, { unit });
  if (comparisons.every(({ won }) => won === undefined)) {
    throw new DataError(path, `nobody decided between ${contest.system} and another system; there is no win rate.`);
  }
  const { system } = contest;
  const against = opponentsOf(contest, verdicts);
  return { system, against, comparisons, skips: left.skip, others: left.other, skipped, unit };
}

function asLengthComparison(
  verdict: ReadVerdict,
  { system }: Contest,
  won: number | undefined,
  { baseline, difficultyOf }: LengthReadOptions,
): LengthComparison | Problem {
  const { line } = verdict;
  const lengths = ([0, 1] as const).map((side) => lengthOf(verdict, side, baseline));
  const missing = lengths.indexOf(undefined);
  if (missing >= 0) return { line, message: withoutLength(verdict, missing, baseline) };
  const difficulty = difficultyOf?.(verdict);
  if (difficultyOf && difficulty === undefined) return { line, message: 'no difficulty is known of its prompt' };
  const [a, b] = lengths as [number, number];
  const isSecond = verdict.systems[1] === system;
  return { won, lengthDifference: isSecond ? a - b : b - a, difficulty, prompt: verdictPrompt(verdict) };
}

/** Of the response itself; where it was left out and the baseline wrote it, of the baseline's output. */
function lengthOf(verdict: ReadVerdict, side: 0 | 1, baseline: Outputs | undefined): number | undefined {
  const text = verdict.texts[side];
  if (text !== undefined) return codePoints(text);
  const writer = verdict.systems[side];
  const isBaselines = baseline && (baseline.generator === undefined || baseline.generator === writer);
  return isBaselines ? baseline.lengthOf(verdict.prompt, verdict.promptIndex) : undefined;
}

function withoutLength({ systems }: ReadVerdict, side: number, baseline: Outputs | undefined): string {
  const what = `"output_${side + 1}" (by ${systems[side] ?? 'no one named'}) is missing`;
  if (!baseline) return `${what}, and the baseline's outputs were not given`;
  return `${what}, and the outputs given (by ${baseline.generator ?? 'no one named'}) do not have it`;
}
