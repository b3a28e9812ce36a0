import type { Candidate, Comparison, Message, Pair } from './types.ts';

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
  return { id, prompt, chosen: said(chosen), rejected: said(rejected) };
}

/**
 * A tie as two pairs, each way round and of weight ½: what a loss learns from them is that neither response is better.
 * None for a comparison that is no tie, and none for two responses that are the same.
 */
export function pairsOfTie({ id, prompt, responses: [a, b], choice }: Comparison): Pair[] {
  if (choice !== 'tie' || a.text === b.text) return [];
  const pair = (chosen: Candidate, rejected: Candidate): Pair => {
    return { id, prompt, chosen: said(chosen), rejected: said(rejected), weight: 0.5 };
  };
  return [pair(a, b), pair(b, a)];
}

const said = ({ text }: Candidate): Message[] => [{ role: 'assistant', content: text }];
