import type { Tensor } from '@attune/torch';
import { LossError } from './errors.ts';
import { lead } from './scores.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * Efficient exact optimization for pairs: Ji et al. 2024 (arXiv:2402.00856), eq. 16. The divergence of the policy's
 * preference from the labels' (1−ε, ε), in the direction that leaves out what the policy gives no mass.
 *
 *   loss = σ(βd)·(log σ(βd) − log(1−ε)) + σ(−βd)·(log σ(−βd) − log ε)
 *
 * Never negative; 0 where σ(βd) = 1−ε.
 *
 * @returns [pairs], nats
 * @throws LossError unless 0 < ε < 1; the authors take 0.001
 */
export function exoPairLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta, labelSmoothing = 0, divergence }: Pick<LossOptions, 'beta' | 'labelSmoothing' | 'divergence'>,
): Tensor {
  if (!(labelSmoothing > 0 && labelSmoothing < 1)) {
    throw new LossError(`exo_pair got label smoothing ${labelSmoothing}; it needs one above 0, e.g. 0.001.`);
  }
  const x = lead(policy, reference, divergence).mul(beta);
  const asLabeled = x.sigmoid().mul(x.logSigmoid().sub(Math.log1p(-labelSmoothing)));
  const asFlipped = x
    .neg()
    .sigmoid()
    .mul(x.neg().logSigmoid().sub(Math.log(labelSmoothing)));
  return asLabeled.add(asFlipped);
}
