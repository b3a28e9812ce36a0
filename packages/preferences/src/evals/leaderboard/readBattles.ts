import type { LineUnit, Problem } from '../../errors.ts';
import { readVerdicts, unnamedSystems, type VerdictOptions, verdictPrompt } from '../readVerdicts.ts';
import type { Battle } from './battles.ts';

/** The battles of a file, and what was left out. */
export interface ReadBattles {
  readonly battles: readonly Battle[];
  /** The texts of `a` and `b`; undefined where the file leaves one out. [battles] */
  readonly texts: readonly (readonly [a: string, b: string] | undefined)[];
  /** Comparisons that nobody decided. */
  readonly skips: number;
  /** Comparisons of which a response names no system. */
  readonly unnamed: number;
  /** Comparisons of a system with itself. */
  readonly alone: number;
  /** Lines that were left out, and why. */
  readonly skipped: readonly Problem[];
  /** What the `line` of these counts. */
  readonly unit: LineUnit;
}

/**
 * The battles of a file: comparisons in any known format whose responses name their system as `source`. Rows of
 * AlpacaEval's annotations count by how sure the judge was.
 *
 * @throws DataError for a file that cannot be used
 */
export async function readBattles(path: string, options: VerdictOptions = {}): Promise<ReadBattles> {
  const { verdicts, skipped, unit } = await readVerdicts(path, options);
  const left = { skips: 0, unnamed: 0, alone: 0 };
  const [battles, texts]: [Battle[], (readonly [string, string] | undefined)[]] = [[], []];
  for (const verdict of verdicts) {
    const [a, b] = verdict.systems;
    if (a === undefined || b === undefined || a === unnamedSystems[0]) left.unnamed++;
    else if (a === b) left.alone++;
    else if (verdict.secondBetter === undefined) left.skips++;
    else {
      battles.push({ a, b, outcome: 1 - verdict.secondBetter, prompt: verdictPrompt(verdict) });
      const [first, second] = verdict.texts;
      texts.push(first === undefined || second === undefined ? undefined : [first, second]);
    }
  }
  return { battles, texts, ...left, skipped, unit };
}
