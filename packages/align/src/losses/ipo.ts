import type { Tensor } from '@attune/torch';
import { perToken, scores } from './scores.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/** What IPO reads. */
export interface IpoOptions extends Pick<LossOptions, 'beta' | 'divergence'> {
  /** Scores averaged over tokens (true, as TRL and LLaMA-Factory), or summed (false, as OpenRLHF). */
  readonly averaged?: boolean;
}

/**
 * Identity preference optimization: Azar et al. 2023 (arXiv:2310.12036), eq. 17, τ there is β here.
 *
 *   loss = (a/|w| − c/|l| − 1/(2β))²
 *
 * The paper writes whole responses; its authors average over tokens, so that β means the same at every length.
 *
 * @returns [pairs], nats²
 */
export function ipoLoss(
  policy: PairLogps,
  reference: PairLogps,
  lengths: PairLengths,
  { beta, divergence, averaged = true }: IpoOptions,
): Tensor {
  const sums = scores(policy, reference, divergence);
  const { chosen, rejected } = averaged ? perToken(sums, lengths) : sums;
  return chosen
    .sub(rejected)
    .sub(1 / (2 * beta))
    .pow(2);
}
