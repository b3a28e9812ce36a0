import type { Tensor } from '@attune/torch';
import { scores } from './scores.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * Self-play preference optimization: Wu et al. 2024 (arXiv:2405.00675), eq. 4.7, with the label taken as certain.
 *
 *   loss = (a − ½/β)² + (c + ½/β)²
 *
 * It aims at log-ratios of ±½/β: a rejected response that has fallen further is pulled up again.
 *
 * @returns [pairs], nats²
 */
export function sppoHardLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta }: Pick<LossOptions, 'beta'>,
): Tensor {
  const { chosen, rejected } = scores(policy, reference);
  return chosen
    .sub(0.5 / beta)
    .pow(2)
    .add(rejected.add(0.5 / beta).pow(2));
}
