import { codePoints } from '../data/stats.ts';
import { DataError, type LineUnit, type Problem } from '../errors.ts';
import { mean } from '../stats/summary.ts';
import type { Difficulties, Outputs } from './alpacaEvalFiles.ts';
import type { LengthComparison } from './lengthControlled.ts';
import { type ReadVerdict, readVerdicts, type VerdictOptions, verdictPrompt } from './readVerdicts.ts';
import { contestOf, opponentsOf } from './readWins.ts';
import { type Contest, winProbability } from './winRate.ts';

/** What the comparisons of a file are read with. */
export interface LengthReadOptions extends VerdictOptions, Partial<Contest> {
  /** What the baseline answered, where the comparisons leave it out. */
  readonly baseline?: Outputs;
  readonly difficulties?: Difficulties;
  /** Whether a comparison may lack a text: its length difference is then not known. */
  readonly lengthsOptional?: boolean;
}

/** A system's comparisons with their lengths, and what was left out. */
export interface ReadLengthComparisons {
  readonly system: string;
  readonly against: readonly string[];
  /** Also those that nobody decided, whose prompts count in the prediction. */
  readonly comparisons: readonly LengthComparison[];
  /** How long responses are, in Unicode code points: the system's, and those it is set against. Undefined if not known. */
  readonly meanLengths: readonly [system: number, against: number] | undefined;
  /** Of these comparisons, nobody decided so many. */
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
  const lengths: [own: number, other: number][] = [];
  const problems: Problem[] = [];
  const left = { skip: 0, other: 0 };
  for (const verdict of verdicts) {
    const won = winProbability(contest, verdict);
    if (typeof won !== 'number') left[won]++;
    if (won === 'other') continue;
    const measured = measure(verdict, contest, options);
    if ('message' in measured) {
      problems.push(measured);
      continue;
    }
    const { own, other, difficulty } = measured;
    const known = own !== undefined && other !== undefined;
    if (known) lengths.push([own, other]);
    const lengthDifference = known ? other - own : undefined;
    const prompt = verdictPrompt(verdict);
    comparisons.push({ won: won === 'skip' ? undefined : won, lengthDifference, difficulty, prompt });
  }
  if (problems.length > 0) {
    const lacksText = problems.some(({ field }) => field !== undefined);
    const needs = lacksText && !options.baseline ? 'Where it is the baseline that wrote it, give its outputs too.' : '';
    throw new DataError(path, problems, { needs, unit });
  }
  if (comparisons.every(({ won }) => won === undefined)) {
    throw new DataError(path, `nobody decided between ${contest.system} and another system; there is no win rate.`);
  }
  const { system } = contest;
  const against = opponentsOf(contest, verdicts);
  const meanOf = (side: 0 | 1) => mean(lengths.map((pair) => pair[side]));
  const meanLengths = lengths.length < comparisons.length ? undefined : ([meanOf(0), meanOf(1)] as const);
  return { system, against, comparisons, meanLengths, skips: left.skip, others: left.other, skipped, unit };
}

interface Measured {
  /** Length of the system's response. */
  readonly own: number | undefined;
  /** Length of the one it is set against. */
  readonly other: number | undefined;
  readonly difficulty: number | undefined;
}

function measure(
  verdict: ReadVerdict,
  { system }: Contest,
  { baseline, difficulties, lengthsOptional = false }: LengthReadOptions,
): Measured | Problem {
  const { line } = verdict;
  const [a, b] = [lengthOf(verdict, 0, baseline), lengthOf(verdict, 1, baseline)];
  if (!lengthsOptional && (a === undefined || b === undefined)) {
    return withoutLength(verdict, a === undefined ? 0 : 1, baseline);
  }
  const difficulty = difficulties?.of(verdict);
  if (difficulties && difficulty === undefined) return { line, message: 'no difficulty is known of its prompt' };
  return verdict.systems[1] === system ? { own: b, other: a, difficulty } : { own: a, other: b, difficulty };
}

/** Of the response itself; where it was left out and the baseline wrote it, of the baseline's output. */
function lengthOf(verdict: ReadVerdict, side: 0 | 1, baseline: Outputs | undefined): number | undefined {
  const text = verdict.texts[side];
  if (text !== undefined) return codePoints(text);
  const writer = verdict.systems[side];
  const isBaselines = baseline && (baseline.generator === undefined || baseline.generator === writer);
  return isBaselines ? baseline.lengthOf(verdict.prompt, verdict.promptIndex) : undefined;
}

function withoutLength({ systems, line }: ReadVerdict, side: 0 | 1, baseline: Outputs | undefined): Problem {
  const field = `output_${side + 1}`;
  const what = `"${field}" (by ${systems[side] ?? 'no one named'}) is missing`;
  const there = baseline ? `, in the outputs given (by ${baseline.generator ?? 'no one named'}) too` : '';
  return { line, field, message: what + there };
}
