import type { Tensor } from '@attune/torch';
import { scores } from './scores.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * Binary classifier optimization: Jung et al. 2024 (arXiv:2404.04656). Chosen and rejected responses told apart by
 * their rewards, one by one.
 *
 *   loss = −log σ(βa) − log σ(−βc)
 *
 * As TRL's DPO trainer has it: without the running shift δ of the paper, which LLaMA-Factory and TRL's BCO trainer
 * subtract from both rewards.
 *
 * @returns [pairs], nats
 */
export function bcoPairLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta }: Pick<LossOptions, 'beta'>,
): Tensor {
  const { chosen, rejected } = scores(policy, reference);
  return chosen.mul(beta).logSigmoid().add(rejected.mul(-beta).logSigmoid()).neg();
}
