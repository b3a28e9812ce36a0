import type { Tensor } from '@attune/torch';
import { scores } from './scores.ts';
import { smoothedLogistic } from './sigmoid.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

type AotOptions = Pick<LossOptions, 'beta' | 'labelSmoothing'>;

/**
 * Alignment via optimal transport: Melnyk et al. 2024 (arXiv:2406.05882), paired. The whole distribution of the
 * policy's leads is to lie above that of the reference's, quantile by quantile.
 *
 *   δ    = sort(log πθ(chosen) − log πθ(rejected)) − sort(log πref(chosen) − log πref(rejected))
 *   loss = −(1−ε)·log σ(βδ) − ε·log σ(−βδ)
 *
 * It sorts across the batch: its value depends on which pairs stand together, and a step made of several batches
 * compares quantiles of each, not of all.
 *
 * @returns [pairs], nats, in the order of the sorted leads, lowest first: not in that of the batch
 */
export function aotLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta, labelSmoothing = 0 }: AotOptions,
): Tensor {
  return quantileLoss(
    policy.chosen.sub(policy.rejected),
    reference.chosen.sub(reference.rejected),
    beta,
    labelSmoothing,
  );
}

/**
 * The same paper, unpaired: chosen and rejected responses may answer different prompts (TRL's `aot_pair` until 2026).
 *
 *   δ    = sort(a) − sort(c)
 *   loss = −(1−ε)·log σ(βδ) − ε·log σ(−βδ)
 *
 * @returns [pairs], nats, in sorted order, lowest first
 */
export function aotUnpairedLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta, labelSmoothing = 0 }: AotOptions,
): Tensor {
  const { chosen, rejected } = scores(policy, reference);
  return quantileLoss(chosen, rejected, beta, labelSmoothing);
}

function quantileLoss(upper: Tensor, lower: Tensor, beta: number, labelSmoothing: number): Tensor {
  const delta = upper.sort({ dim: 0 }).values.sub(lower.sort({ dim: 0 }).values);
  return smoothedLogistic(delta.mul(beta), labelSmoothing);
}
