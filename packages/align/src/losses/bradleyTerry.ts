import type { Tensor } from '@attune/torch';
import { smoothedLogistic } from './sigmoid.ts';

/** The terms of a reward model's loss beside the lead; each that is left out is absent. */
export interface RankOptions {
  /** m: by how much the chosen response is better, in units of the score; [pairs]. Llama 2, eq. 2. */
  readonly margin?: Tensor;
  /** ε: assumed share of pairs labeled the wrong way round, 0 ≤ ε < ½; one number, or one for each pair, [pairs]. */
  readonly labelSmoothing?: number | Tensor;
  /** η: weight of the scores' own size. */
  readonly eta?: number;
  /** γ: weight of the size of the two scores' sum; TRL's `center_rewards_coefficient`. */
  readonly centering?: number;
}

/**
 * The loss of a reward model: how unlikely the labels are if the chosen response wins with probability σ(d),
 * Bradley and Terry 1952; for language models, Ouyang et al. 2022 (arXiv:2203.02155), eq. 1.
 *
 *   loss = −(1−ε)·log σ(d−m) − ε·log σ(−(d−m)) + η·(r_w² + r_l²) + γ·(r_w + r_l)²,     d = r_w − r_l
 *
 * d leaves the place of the scores free; two terms pin it down. η is ChatGLM-RLHF's (Hou et al. 2024,
 * arXiv:2404.00934): a Gaussian prior on every score of mean 0 and variance 1/(2η), which also bounds d. γ is that of
 * Eisenstein et al. 2023 (arXiv:2312.09244), which leaves d alone. Margins are Llama 2's (Touvron et al. 2023,
 * arXiv:2307.09288).
 *
 * A tie needs nothing here: give the pair twice, each way round, with half the weight. That is ε = ½.
 *
 * @param scores of the two responses of each pair, [pairs]
 * @returns      [pairs], nats
 */
export function bradleyTerry(
  { chosen, rejected }: { readonly chosen: Tensor; readonly rejected: Tensor },
  { margin, labelSmoothing = 0, eta = 0, centering = 0 }: RankOptions = {},
): Tensor {
  const lead = chosen.sub(rejected);
  return smoothedLogistic(margin ? lead.sub(margin) : lead, labelSmoothing)
    .add(chosen.pow(2).add(rejected.pow(2)).mul(eta))
    .add(chosen.add(rejected).pow(2).mul(centering));
}
