import type { Tensor } from '@attune/torch';
import { lead } from './scores.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * DiscoPOP, the loss that a language model found: Lu et al. 2024 (arXiv:2406.08414), eq. 5.
 *
 *   x = βd,   m = σ(x/τ),   loss = −(1−m)·log σ(x) + m·e^−x
 *
 * It is logistic on pairs ranked wrongly and exponential on the others. Between them it is not monotone: at x = 0 it
 * rises with x, so that gradient descent lowers the lead of a pair there before anything else moves it.
 *
 * m·e^−x is computed as e^(log m − x): on a pair ranked far wrongly e^−x alone is infinite, and m is 0.
 *
 * @returns [pairs]
 */
export function discopopLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta, discopopTau = 0.05, divergence }: Pick<LossOptions, 'beta' | 'discopopTau' | 'divergence'>,
): Tensor {
  const x = lead(policy, reference, divergence).mul(beta);
  const scaled = x.div(discopopTau);
  const logistic = scaled.neg().sigmoid().mul(x.logSigmoid().neg());
  const exponential = scaled.logSigmoid().sub(x).exp();
  return logistic.add(exponential);
}
