import type { Tensor } from '@attune/torch';
import { lead } from './scores.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * The hinge of SLiC (Zhao et al. 2023, arXiv:2305.10425) on DPO's margin, as in RSO (Liu et al. 2024,
 * arXiv:2309.06657), with 1/β as the margin in nats.
 *
 *   loss = max(0, 1 − βd)
 *
 * On the corner, βd = 1, the gradient is 0.
 *
 * @returns [pairs]
 */
export function hingeLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta, divergence }: Pick<LossOptions, 'beta' | 'divergence'>,
): Tensor {
  return lead(policy, reference, divergence).mul(-beta).add(1).relu();
}
