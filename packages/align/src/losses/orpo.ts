import type { Tensor } from '@attune/torch';
import { perToken } from './scores.ts';
import { sftLoss } from './sft.ts';
import type { LossOptions, PairLengths, PairLogps } from './types.ts';

/**
 * Odds ratio preference optimization: Hong et al. 2024 (arXiv:2403.07691), eq. 6, λ there is β here. Fine-tuning on the
 * chosen responses and preference in one, without a reference.
 *
 *   loss = −log πθ(chosen)/tokensPerPair + β·oddsRatioLoss
 *
 * The cross-entropy is of the response only. TRL's ORPO trainer counts the prompt's tokens in it too.
 *
 * @returns [pairs], nats
 */
export function orpoLoss(
  policy: PairLogps,
  reference: PairLogps,
  lengths: PairLengths,
  options: Pick<LossOptions, 'beta' | 'tokensPerPair'>,
): Tensor {
  return sftLoss(policy, reference, lengths, options).add(oddsRatioLoss(policy, lengths).mul(options.beta));
}

/**
 * The odds ratio term of ORPO, eq. 4 and 7, where p is the mean probability per token, e^(log πθ/tokens).
 *
 *   loss = −log σ(logit p(chosen) − logit p(rejected)),     logit p = log p − log(1 − p)
 *
 * @returns [pairs], nats
 */
export function oddsRatioLoss(policy: PairLogps, lengths: PairLengths): Tensor {
  const { chosen, rejected } = perToken(policy, lengths);
  return logit(chosen).sub(logit(rejected)).logSigmoid().neg();
}

/**
 * log p − log(1 − p) from log p ≤ 0. log(1 − eˣ) is log(−expm1(x)) near 0 and log1p(−eˣ) from −log 2 down (Mächler 2012,
 * "Accurately computing log(1 − exp(−|a|))"), each kept to its own side, also in the gradient. A probability that has
 * rounded to 1 counts as 1 − 1e-30: its odds are large, not infinite.
 */
function logit(logp: Tensor): Tensor {
  const x = logp.clamp(undefined, -1e-30);
  const isNear = x.gt(-Math.LN2);
  const near = x.clamp(-Math.LN2).expm1().neg().log();
  const far = x.clamp(undefined, -Math.LN2).exp().neg().log1p();
  return x.sub(near.where(isNear, far));
}
