import { mean, quantile } from '@attune/preferences';

/**
 * The variance of the scores of K responses to one prompt: dividing by K, since it is compared with a threshold and
 * estimates nothing. Equal scores have 0, to the last bit.
 */
export function scoreVariance(scores: readonly number[]): number {
  const apart = scores.map((score) => score - scores[0]!); // a mean of equal numbers can be another number
  const center = mean(apart);
  return mean(apart.map((distance) => (distance - center) ** 2));
}

/** Which prompts stay. */
export interface PromptFilter {
  readonly kept: readonly boolean[];
  /** The least variance that a prompt needs to stay, and more than 0. In the square of the reward model's unit. */
  readonly epsilon: number;
}

/**
 * Leaves out the prompts whose responses score most alike, which have nothing to teach: ChatGLM-RLHF
 * (arXiv:2404.00934). The paper has a threshold ε and does not tell it; ours is a quantile of the variances, so that
 * the unit of the reward model does not matter. Equal variances share one fate, and variances of 0 never stay.
 *
 * @param variances one for each prompt
 * @param share     of the prompts, to leave out
 */
export function filterByVariance(variances: readonly number[], share: number): PromptFilter {
  const epsilon = quantile(Float64Array.from(variances).sort(), share);
  return { kept: variances.map((variance) => variance >= epsilon && variance > 0), epsilon };
}
