import type { Tensor } from '@attune/torch';
import { lead } from './scores.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/** What DPO reads. */
export interface SigmoidOptions extends Pick<LossOptions, 'beta' | 'divergence'> {
  /** ε: one number, or one for each pair, [pairs]. */
  readonly labelSmoothing?: number | Tensor;
}

/**
 * Direct preference optimization: Rafailov et al. 2023 (arXiv:2305.18290), eq. 7;
 * with label smoothing ε > 0, conservative DPO: Mitchell 2023 (the cDPO note), eq. 3.
 *
 *   loss = −(1−ε)·log σ(βd) − ε·log σ(−βd),     d = (log πθ − log πref)(chosen) − (log πθ − log πref)(rejected)
 *
 * With ε for each pair it is also SPA's refined loss (Kim et al. 2025, arXiv:2406.04412, eq. 10): ε = α on the pairs
 * it suspects, 0 on the others. TRL since its 2026 rewrite has ε in its settings, but not in this loss.
 *
 * @returns [pairs], nats
 */
export function sigmoidLoss(
  policy: PairLogps,
  reference: PairLogps,
  _lengths: PairLengths,
  { beta, labelSmoothing = 0, divergence }: SigmoidOptions,
): Tensor {
  return smoothedLogistic(lead(policy, reference, divergence).mul(beta), labelSmoothing);
}

/**
 * −(1−ε)·log σ(x) − ε·log σ(−x) = −log σ(x) + ε·x, since log σ(x) − log σ(−x) = x. Exactly −log σ(x) where ε is 0.
 */
export function smoothedLogistic(x: Tensor, labelSmoothing: number | Tensor): Tensor {
  return x.mul(labelSmoothing).sub(x.logSigmoid());
}
