import type { Tensor } from '@attune/torch';
import { scores } from './scores.ts';
import type { PairLogps } from './types.ts';

/** What the policy's log-probabilities say about a batch of pairs, for reading: no gradient flows. All [pairs]. */
export interface ImplicitRewards {
  readonly chosen: Tensor; //     β·(log πθ − log πref) of the chosen response, nats × β
  readonly rejected: Tensor; //   of the rejected response
  readonly margins: Tensor; //    chosen − rejected
  readonly accuracies: Tensor; // 1 where chosen > rejected, else 0: a tie is 0, so it is 0 at the first step
}

/**
 * The rewards that a policy implies: Rafailov et al. 2023 (arXiv:2305.18290), section 4, up to a constant of the prompt.
 * TRL's `rewards/chosen`, `rewards/rejected`, `rewards/margins` and `rewards/accuracies` are their means. For losses
 * without a reference, give `noReference`.
 */
export function implicitRewards(policy: PairLogps, reference: PairLogps, beta: number): ImplicitRewards {
  const ratios = scores(policy, reference);
  const chosen = ratios.chosen.detach().mul(beta);
  const rejected = ratios.rejected.detach().mul(beta);
  return { chosen, rejected, margins: chosen.sub(rejected), accuracies: chosen.gt(rejected).to(chosen.dtype) };
}
