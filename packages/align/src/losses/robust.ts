import type { Tensor } from '@attune/torch';
import { LossError } from './errors.ts';
import { lead } from './scores.ts';
import { smoothedLogistic } from './sigmoid.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * Robust DPO: Chowdhury et al. 2024 (arXiv:2403.00409). Where a share ε of the labels is flipped at random, its
 * expectation over the flips is the loss of the true labels.
 *
 *   loss = (−(1−ε)·log σ(βd) + ε·log σ(−βd)) / (1−2ε)
 *
 * That is label smoothing with −ε/(1−2ε) in the place of ε, which is how it is computed. It falls below 0 on pairs that
 * the policy is confident of, and has no lower bound.
 *
 * @returns [pairs], nats
 * @throws LossError unless 0 ≤ ε < ½
 */
export function robustLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta, labelSmoothing = 0, divergence }: Pick<LossOptions, 'beta' | 'labelSmoothing' | 'divergence'>,
): Tensor {
  if (!(labelSmoothing >= 0 && labelSmoothing < 0.5)) {
    throw new LossError(`robust got label smoothing ${labelSmoothing}; it divides by 1 − 2ε and needs 0 ≤ ε < 0.5.`);
  }
  return smoothedLogistic(lead(policy, reference, divergence).mul(beta), -labelSmoothing / (1 - 2 * labelSmoothing));
}
