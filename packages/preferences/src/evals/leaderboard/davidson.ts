import type { Battle } from './battles.ts';
import { fitRatings, type RatingFit, type RatingOptions } from './ratings.ts';

/**
 * Ratings by Davidson (1970, JASA 65:317), where ties have a parameter ν of their own. With π = e^θ:
 *
 *   P(a) = π_a/D     P(b) = π_b/D     P(tie) = ν·√(π_a·π_b)/D     D = π_a + π_b + ν·√(π_a·π_b)
 *
 * Of what is decided this is {@link bradleyTerry}; a tie tells that the two are close, and widens no interval. Only an
 * outcome of exactly ½ is a tie. Without ties ν goes to where the prior holds it, near 0.
 */
export const davidson = (battles: readonly Battle[], options?: RatingOptions): RatingFit =>
  fitRatings(battles, 'davidson', options);
