import type { Tensor } from '@attune/torch';

/**
 * Turns log-ratios r = log πθ − log πref into scores, elementwise: Wang et al. 2023, "Beyond Reverse KL"
 * (arXiv:2309.16240), table 1. The score is f′(eʳ) − f′(1), the derivative of the divergence at the ratio: 0 where the
 * policy is as likely as its reference, rising with r.
 */
export type Divergence = (logRatio: Tensor) => Tensor;

/** f′(t) = log t + 1: the score is r, and DPO is what it was. */
export const reverseKl: Divergence = (r) => r;

/** f′(t) = −1/t: the score is 1 − e^−r, the α-divergence at α = 0. */
export const forwardKl: Divergence = (r) => alphaDivergence(0)(r);

/** f′(t) = log(2t/(t + 1)): the score is log 2 + log σ(r), which rises half as fast as r near 0. */
export const jsDivergence: Divergence = (r) => r.logSigmoid().add(Math.LN2);

/**
 * The α-divergence: the score is (e^((α−1)·r) − 1)/(α−1).
 *
 * The exponent stops at 80 (11 in float16) so that the score stays finite; beyond it there is no gradient. TRL stops the
 * α-divergence there too, but not its forward KL, which is infinite from r ≈ −89 on in float32.
 *
 * @param alpha at 1 its limit, the reverse KL
 */
export const alphaDivergence = (alpha: number): Divergence => {
  const power = alpha - 1;
  if (Math.abs(power) < 1e-6) return reverseKl;
  return (r) => {
    const largest = r.dtype === 'float16' ? 11 : 80;
    return r.mul(power).clamp(undefined, largest).expm1().div(power);
  };
};

/** The divergences under TRL's names, each made from α (which only the last reads). */
export const divergences = {
  reverse_kl: () => reverseKl,
  forward_kl: () => forwardKl,
  js_divergence: () => jsDivergence,
  alpha_divergence: alphaDivergence,
} as const satisfies Record<string, (alpha: number) => Divergence>;

/** A divergence by TRL's name. */
export type DivergenceType = keyof typeof divergences;
