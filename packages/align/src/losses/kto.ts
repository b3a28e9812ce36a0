import type { Tensor } from '@attune/torch';
import { LossError } from './errors.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/** What KTO reads. */
export interface KtoOptions extends Pick<LossOptions, 'beta' | 'desirableWeight' | 'undesirableWeight'> {
  /** KL(πθ‖πref) in nats per response, a constant for the gradient; 0 gives TRL's `apo_zero_unpaired`. */
  readonly kl: number | Tensor;
}

/**
 * Kahneman-Tversky optimization: Ethayarajh et al. 2024 (arXiv:2402.01306), eq. 8. Learns from single responses that
 * are marked desirable or not; the point of reference is how far the policy has moved on the whole.
 *
 *   r    = log πθ − log πref
 *   loss = λd·(1 − σ(β(r − KL)))  where desirable,     λu·(1 − σ(β(KL − r)))  where not
 *
 * @param policy, reference [responses], nats
 * @param desirable         [responses], bool
 * @returns                 [responses], between 0 and the weight
 */
export function ktoLoss(
  policy: Tensor,
  reference: Tensor,
  desirable: Tensor,
  { beta, kl, desirableWeight = 1, undesirableWeight = 1 }: KtoOptions,
): Tensor {
  const x = policy.sub(reference).sub(kl).mul(beta);
  const good = x.neg().sigmoid().mul(desirableWeight);
  const bad = x.sigmoid().mul(undesirableWeight);
  return good.where(desirable, bad);
}

/**
 * KTO on pairs, the chosen response desirable and the rejected one not. The mean of the two: averaged over pairs, it is
 * what `ktoLoss` averages to over their responses.
 *
 * @returns [pairs]
 * @throws LossError without a KL estimate
 */
export function ktoPairLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta, kl, desirableWeight = 1, undesirableWeight = 1 }: LossOptions,
): Tensor {
  if (kl === undefined) {
    throw new LossError('kto got no KL estimate. Give `kl`, e.g. klEstimate() of mismatched prompts and responses.');
  }
  const good = policy.chosen.sub(reference.chosen).sub(kl).mul(-beta).sigmoid().mul(desirableWeight);
  const bad = policy.rejected.sub(reference.rejected).sub(kl).mul(beta).sigmoid().mul(undesirableWeight);
  return good.add(bad).div(2);
}

/**
 * The KL term of KTO, section 4 of the paper: max(0, mean of log πθ − log πref) over responses that belong to other
 * prompts of the batch (there, the response of the example before), detached.
 *
 * @param policy, reference [responses], nats
 * @returns                 [], nats per response
 */
export function klEstimate(policy: Tensor, reference: Tensor): Tensor {
  return policy.detach().sub(reference.detach()).mean().clamp(0);
}
