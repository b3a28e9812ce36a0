import type { Tensor } from '@attune/torch';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * Cross-entropy of the chosen responses: the term that keeps them likely while their lead grows. RPO: Pang et al. 2024
 * (arXiv:2404.19733), eq. 1 (there each response averaged by its own length); Liu et al. 2024 (arXiv:2405.16436).
 *
 *   loss of pair i = −log πθ(chosenᵢ) / tokensPerPair,   so that the mean over pairs is the mean over tokens
 *
 * A mean over tokens, as in TRL: long responses weigh more. OpenRLHF and LLaMA-Factory average within each response
 * first; NeMo RL sums over tokens. Only the response's tokens count.
 *
 * @returns [pairs], nats per token
 */
export function sftLoss(
  policy: PairLogps,
  _reference: PairLogps,
  lengths: PairLengths,
  { tokensPerPair = lengths.chosen.to(policy.chosen.dtype).mean().clamp(1) }: Pick<LossOptions, 'tokensPerPair'> = {},
): Tensor {
  return policy.chosen.neg().div(tokensPerPair);
}
