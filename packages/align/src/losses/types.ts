import type { Tensor } from '@attune/torch';
import type { Divergence } from './fDivergence.ts';

/** Log-probability of each response of a batch of pairs, summed over its tokens. */
export interface PairLogps {
  readonly chosen: Tensor; //   [pairs], nats
  readonly rejected: Tensor; // [pairs], nats
}

/** Number of tokens of each response of a batch of pairs; an empty response counts as one token. */
export interface PairLengths {
  readonly chosen: Tensor; //   [pairs]
  readonly rejected: Tensor; // [pairs]
}

/** Everything that some loss reads; each names its own share. Defaults are TRL's. */
export interface LossOptions {
  /** β: higher keeps the policy closer to the reference. */
  readonly beta: number;
  /** ε: assumed share of pairs labeled the wrong way round, 0 ≤ ε < ½. Left out, 0. */
  readonly labelSmoothing?: number;
  /** What a score is made of; left out, the log-ratio itself (reverse KL). */
  readonly divergence?: Divergence;
  /** τ of discopop; left out, 0.05. */
  readonly discopopTau?: number;
  /** γ of simpo: the lead that the chosen response is to have. Left out, 0.5. */
  readonly simpoGamma?: number;
  /** α of cpo: weight of its cross-entropy term. Left out, 1. */
  readonly cpoAlpha?: number;
  /** Weight of chosen responses in kto; left out, 1. */
  readonly desirableWeight?: number;
  /** Weight of rejected responses in kto; left out, 1. */
  readonly undesirableWeight?: number;
  /** KL(πθ‖πref) in nats per response, which kto needs: `klEstimate` gives it. */
  readonly kl?: number | Tensor;
  /**
   * Mean number of chosen tokens per pair over everything that is averaged, for the cross-entropy term of sft, cpo and
   * orpo; left out, that of the batch. Who gathers gradients over several batches gives the mean of them all.
   */
  readonly tokensPerPair?: number | Tensor;
}

/**
 * The common form of the pairwise losses: one loss for each pair, not yet averaged, so that the caller can weight pairs
 * and divide by the count of all the batches that make one step. A loss without a reference does not read it.
 *
 * @returns [pairs]
 */
export type PairwiseLoss<Options = LossOptions> = (
  policy: PairLogps,
  reference: PairLogps,
  lengths: PairLengths,
  options: Options,
) => Tensor;
