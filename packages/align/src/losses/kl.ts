import type { Tensor } from '@attune/torch';

/** An estimator of KL(πθ‖πref) from one sample of πθ. */
export type KlEstimator = 'k1' | 'k2' | 'k3';

/**
 * KL(πθ‖πref), estimated at each token that πθ sampled: Schulman 2020 (the note "Approximating KL Divergence").
 * With x = log πref − log πθ:
 *
 *   k1 = −x            right on average, of either sign: far from the mean most of the time
 *   k2 = ½x²           never negative, biased a little; its gradient is right on average
 *   k3 = eˣ − 1 − x    right on average and never negative
 *
 * @param logps, referenceLogps of any one shape, nats
 * @returns                     of that shape, nats per token
 */
export function approxKl(logps: Tensor, referenceLogps: Tensor, estimator: KlEstimator): Tensor {
  const x = referenceLogps.sub(logps);
  if (estimator === 'k1') return x.neg();
  if (estimator === 'k2') return x.pow(2).div(2);
  return x.expm1().sub(x);
}

/** Where the adaptive penalty steers to. */
export interface KlTarget {
  /** KL(πθ‖πref) to be held, in nats per response. */
  readonly target: number;
  /** Episodes over which a KL that is too great by a fifth or more makes β about e^0.2 times as large. */
  readonly horizon: number;
}

/**
 * The next weight β of the KL penalty: a controller that is proportional in log β, Ziegler et al. 2019
 * (arXiv:1909.08593), section 2.2.
 *
 *   β ← β·(1 + e·episodes/horizon),     e = (KL − target)/target, at most 0.2 either way
 *
 * Theirs takes a tenth of e at each step, whatever its size; counted by episodes, as in their code and in TRL, the
 * size of a step does not change how soon β follows.
 *
 * @param kl       measured, nats per response
 * @param episodes responses it was measured on, since the last call
 */
export function adaptiveKl(beta: number, kl: number, episodes: number, { target, horizon }: KlTarget): number {
  const error = Math.min(Math.max(kl / target - 1, -0.2), 0.2);
  return beta * (1 + (error * episodes) / horizon);
}
