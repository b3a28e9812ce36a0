import type { Tensor } from '@attune/torch';
import { noReference } from './scores.ts';
import { sftLoss } from './sft.ts';
import { sigmoidLoss } from './sigmoid.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * Contrastive preference optimization: Xu et al. 2024 (arXiv:2401.08417). DPO with a reference that likes all
 * responses alike, held back by the cross-entropy of the chosen ones.
 *
 *   x    = β·(log πθ(chosen) − log πθ(rejected))
 *   loss = −(1−ε)·log σ(x) − ε·log σ(−x) − α·log πθ(chosen)/tokensPerPair
 *
 * @returns [pairs], nats
 */
export function cpoLoss(
  policy: PairLogps,
  _reference: PairLogps,
  lengths: PairLengths,
  options: Pick<LossOptions, 'beta' | 'cpoAlpha' | 'labelSmoothing' | 'tokensPerPair'>,
): Tensor {
  const none = noReference(policy);
  const { beta, labelSmoothing, cpoAlpha = 1 } = options;
  const preference = sigmoidLoss(policy, none, lengths, { beta, labelSmoothing });
  return preference.add(sftLoss(policy, none, lengths, options).mul(cpoAlpha));
}
