import { type Share, shareOf } from '../../stats/shares.ts';
import type { JudgedPair } from './items.ts';
import type { Decision } from './verdicts.ts';

/** Shorter differences say nothing: AlpacaEval's `significant_delta_length`, in characters. */
export const tellingLength = 30;

/**
 * How often the longer response is chosen: AlpacaEval's probability of preferring the longer one (Dubois et al. 2023, arXiv:
 * 2305.14387), of items whose responses differ by more than 30 characters and that were not left as ties. An item counts
 * once, by the mean of its choices; AlpacaEval takes the first of them.
 *
 * @param decisionsOf what was decided of an item: by a judge, or by people
 */
export function prefersLonger(
  pairs: readonly JudgedPair[],
  decisionsOf: (pair: JudgedPair) => readonly Decision[],
): Share | undefined {
  let [longer, n] = [0, 0];
  for (const pair of pairs) {
    const difference = pair.lengths[0] - pair.lengths[1];
    const chosen = decisionsOf(pair).filter((choice) => choice !== 'tie');
    if (Math.abs(difference) <= tellingLength || chosen.length === 0) continue;
    const long = difference > 0 ? 'a' : 'b';
    longer += chosen.filter((choice) => choice === long).length / chosen.length;
    n++;
  }
  return shareOf(longer, n);
}
