import type { Tensor } from '@attune/torch';
import { perToken, scores } from './scores.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * Length-normalized DPO, as used for Tülu 3: Lambert et al. 2024 (arXiv:2411.15124). A long response gains
 * nothing by its length alone; β has to be larger than DPO's, theirs was 5.
 *
 *   loss = −log σ(β·(a/|w| − c/|l|))
 *
 * @returns [pairs], nats
 */
export function sigmoidNormLoss(
  policy: PairLogps,
  reference: PairLogps,
  lengths: PairLengths,
  { beta, divergence }: Pick<LossOptions, 'beta' | 'divergence'>,
): Tensor {
  const { chosen, rejected } = perToken(scores(policy, reference, divergence), lengths);
  return chosen.sub(rejected).mul(beta).logSigmoid().neg();
}
