import { type Tensor, zeros } from '@attune/torch';
import { type Divergence, reverseKl } from './fDivergence.ts';
import type { PairLengths, PairLogps } from './types.ts';

/**
 * How much likelier each response has become: a = log πθ(chosen) − log πref(chosen), and c likewise of the rejected
 * response; or what another divergence makes of them. [pairs], nats
 */
export function scores(policy: PairLogps, reference: PairLogps, divergence: Divergence = reverseKl): PairLogps {
  return {
    chosen: divergence(policy.chosen.sub(reference.chosen)),
    rejected: divergence(policy.rejected.sub(reference.rejected)),
  };
}

/** d = a − c, the lead of the chosen response. [pairs] */
export function lead(policy: PairLogps, reference: PairLogps, divergence?: Divergence): Tensor {
  const { chosen, rejected } = scores(policy, reference, divergence);
  return chosen.sub(rejected);
}

/** Divided by the number of tokens: what sums become means by. An empty response counts as one token. */
export function perToken(sums: PairLogps, lengths: PairLengths): PairLogps {
  return {
    chosen: sums.chosen.div(lengths.chosen.clamp(1)),
    rejected: sums.rejected.div(lengths.rejected.clamp(1)),
  };
}

/**
 * The reference of losses that have none: log-probability 0 for every response. With it, a loss over leads over the
 * reference becomes the same loss over the policy alone, and rewards become β·log πθ.
 */
export function noReference({ chosen }: PairLogps): PairLogps {
  const zero = zeros(chosen.shape, { dtype: chosen.dtype, device: chosen.device });
  return { chosen: zero, rejected: zero };
}
