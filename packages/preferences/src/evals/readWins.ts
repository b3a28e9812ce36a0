import { DataError, type LineUnit, type Problem } from '../errors.ts';
import { type ReadVerdict, readVerdicts, type VerdictOptions } from './readVerdicts.ts';
import { type Contest, type SystemWins, type Verdict, winsOf } from './winRate.ts';

/** Whose wins a file tells, and what was left out. */
export interface ReadWins extends SystemWins<ReadVerdict> {
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
export async function readWins(path: string, options: VerdictOptions & Partial<Contest> = {}): Promise<ReadWins> {
  const { verdicts: all, skipped, unit } = await readVerdicts(path, options);
  const contest = contestOf(path, options, all);
  const wins = winsOf(contest, all);
  if (wins.verdicts.length === 0) {
    throw new DataError(path, `nobody decided between ${contest.system} and another system; there is no win rate.`);
  }
  return { system: contest.system, against: opponentsOf(contest, all), ...wins, skipped, unit };
}

/** Every system there is, once each. */
const systemsOf = (verdicts: readonly Verdict[]): string[] =>
  [...new Set(verdicts.flatMap(({ systems }) => systems))].filter((name) => name !== undefined);

/** Whom a contest is with. */
export const opponentsOf = ({ system, against }: Contest, verdicts: readonly Verdict[]): string[] =>
  against === undefined
    ? systemsOf(verdicts.filter(({ systems }) => systems.includes(system))).filter((name) => name !== system)
    : [against];

/**
 * The contest asked for, or the only one there is, of the system that stands second first. A file that compares a system
 * with itself, as AlpacaEval's has for its baseline, is about that.
 *
 * @throws DataError where the verdicts of the file are not about it, or there are several
 */
export function contestOf(path: string, { system, against }: Partial<Contest>, verdicts: readonly Verdict[]): Contest {
  const systems = systemsOf(verdicts);
  if (systems.length === 0) throw new DataError(path, 'names no system: none of its responses has a source.');
  const unknown = [system, against].find((name) => name !== undefined && !systems.includes(name));
  if (unknown !== undefined) throw new DataError(path, `has no responses of ${unknown}, but of ${systems.join(', ')}.`);
  const [first, second] = verdicts[0]?.systems ?? [];
  if (systems.length === 1 && second !== undefined && first === second) return { system: second, against: second };
  if (system !== undefined) return against === undefined ? { system } : { system, against };
  if (systems.length > 2 || second === undefined || first === second) {
    throw new DataError(path, `compares ${systems.join(', ')}. Say whose win rate is asked for: which is the system?`);
  }
  return { system: second };
}
