import type { Comparison, Pair } from './types.ts';

/** Pairs, and how many comparisons gave none: every comparison is in exactly one of the three. */
export interface PairsFromComparisons {
  readonly pairs: Pair[];
  readonly ties: number;
  readonly skips: number;
}

/** One pair for each comparison that was decided. */
export function pairsFromComparisons(comparisons: Iterable<Comparison>): PairsFromComparisons {
  const pairs: Pair[] = [];
  let [ties, skips] = [0, 0];
  for (const comparison of comparisons) {
    const pair = maybePair(comparison);
    if (pair === 'tie') ties++;
    else if (pair === 'skip') skips++;
    else pairs.push(pair);
  }
  return { pairs, ties, skips };
}

/** The pair a comparison gives, or why it gives none. */
export function maybePair({ id, prompt, responses, choice }: Comparison): Pair | 'tie' | 'skip' {
  if (choice === 'tie' || choice === 'skip') return choice;
  const [chosen, rejected] = choice === 'a' ? responses : [responses[1], responses[0]];
  return {
    id,
    prompt,
    chosen: [{ role: 'assistant', content: chosen.text }],
    rejected: [{ role: 'assistant', content: rejected.text }],
  };
}
