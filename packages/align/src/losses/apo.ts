import type { Tensor } from '@attune/torch';
import { scores } from './scores.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * Anchored preference optimization, zero: D'Oosterlinck et al. 2024 (arXiv:2408.06266), eq. 7. For chosen responses
 * better than what the model writes: they are made likelier, the rejected ones unlikelier.
 *
 *   loss = 1 − σ(βa) + σ(βc)
 *
 * @returns [pairs], between 0 and 2
 */
export function apoZeroLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta }: Pick<LossOptions, 'beta'>,
): Tensor {
  const { chosen, rejected } = scores(policy, reference);
  return chosen.mul(-beta).sigmoid().add(rejected.mul(beta).sigmoid());
}

/**
 * Anchored preference optimization, down: the same paper, eq. 8. For chosen responses worse than what the model writes:
 * both are made unlikelier, the rejected ones more.
 *
 *   loss = σ(βa) + 1 − σ(βd)
 *
 * @returns [pairs], between 0 and 2
 */
export function apoDownLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta }: Pick<LossOptions, 'beta'>,
): Tensor {
  const { chosen, rejected } = scores(policy, reference);
  return chosen.mul(beta).sigmoid().add(chosen.sub(rejected).mul(-beta).sigmoid());
}
