import type { Battle } from './battles.ts';
import { fitRatings, type RatingFit, type RatingOptions } from './ratings.ts';

/**
 * Ratings by Bradley and Terry (1952, Biometrika 39:324), a tie half a win for each side as in Chatbot Arena (Chiang et al.
 * 2024, arXiv:2403.04132):
 *
 *   P(a beats b) = σ(θ_a − θ_b + z·β)       maximise Σ w·(y·log σ(η) + (1 − y)·log σ(−η)) − |θ, β|²/(2·priorDeviation²)
 *
 * y is the outcome, z the lead of `a` in what is controlled for. The weak prior gives every model a finite rating, also one
 * that never lost or met none of the others.
 */
export const bradleyTerry = (battles: readonly Battle[], options?: RatingOptions): RatingFit =>
  fitRatings(battles, 'bradley-terry', options);
