import type { Tensor } from '@attune/torch';
import { scores } from './scores.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * Noise contrastive alignment for pairs: Chen et al. 2024 (arXiv:2402.05369). It looks at each response by itself, so
 * that the chosen one does not become unlikelier while its lead grows.
 *
 *   loss = −log σ(βa) − ½·log σ(−βa) − ½·log σ(−βc)
 *
 * @returns [pairs], nats
 */
export function ncaPairLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta }: Pick<LossOptions, 'beta'>,
): Tensor {
  const { chosen, rejected } = scores(policy, reference);
  const [a, c] = [chosen.mul(beta), rejected.mul(beta)];
  const held = a.neg().logSigmoid().add(c.neg().logSigmoid()).div(2);
  return a.logSigmoid().add(held).neg();
}
