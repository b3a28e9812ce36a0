import type { WeightTable } from '@attune/preferences';
import { UsageError } from '../../errors.ts';

/**
 * The weights of some judges only, in the order they are named; of all where none is.
 *
 * @throws UsageError naming a judge that has none
 */
export function onlyJudges(weights: WeightTable, judges: readonly string[] | undefined): WeightTable {
  const stranger = judges?.find((judge) => !weights.judges.includes(judge));
  if (stranger !== undefined) {
    throw new UsageError(`${stranger} has no weights there. There are ${weights.judges.join(', ')}.`);
  }
  return judges === undefined ? weights : { ...weights, judges: [...new Set(judges)] };
}
