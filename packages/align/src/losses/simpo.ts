import type { Tensor } from '@attune/torch';
import { perToken } from './scores.ts';
import { smoothedLogistic } from './sigmoid.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * SimPO, preference optimization without a reference: Meng et al. 2024 (arXiv:2405.14734), eq. 6.
 *
 *   x    = β·(log πθ(chosen)/|w| − log πθ(rejected)/|l|) − γ
 *   loss = −(1−ε)·log σ(x) − ε·log σ(−x)
 *
 * β is of another size than DPO's: the authors take 2 to 10, and γ as a share of it. γ stands outside of β here, as in
 * the paper. TRL adds a cross-entropy term unless `cpo_alpha` is 0; here that is the sum of two losses, simpo and sft.
 *
 * @returns [pairs], nats
 */
export function simpoLoss(
  policy: PairLogps,
  _reference: PairLogps,
  lengths: PairLengths,
  { beta, simpoGamma = 0.5, labelSmoothing = 0 }: Pick<LossOptions, 'beta' | 'simpoGamma' | 'labelSmoothing'>,
): Tensor {
  const { chosen, rejected } = perToken(policy, lengths);
  return smoothedLogistic(chosen.sub(rejected).mul(beta).sub(simpoGamma), labelSmoothing);
}
