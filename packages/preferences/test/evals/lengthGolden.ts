import type { GamedRow, LengthComparison } from '../../src/index.ts';
import golden from '../golden/lengthControlled.json' with { type: 'json' };

export { golden };

type Case = (typeof golden.cases)[number];

/** The comparisons of a case, with difficulties or without. */
export const comparisonsOf = (one: Case, withDifficulty = true): LengthComparison[] =>
  one.y.map((won, i) => ({
    won,
    lengthDifference: one.baseline[i]! - one.model[i]!,
    difficulty: withDifficulty ? golden.difficulty[i] : undefined,
    prompt: String(i),
  }));

/** The rows of the two length-manipulated baselines, one after the other. */
export const gamedRows: readonly GamedRow[] = golden.gamed.y.map((won, i) => ({
  won,
  standardizedDifference: golden.gamed.delta[i]!,
  difficulty: golden.difficulty[i % golden.difficulty.length]!,
}));
