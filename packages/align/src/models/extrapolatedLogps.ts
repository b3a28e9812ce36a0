import { cat, noGrad, type Tensor, tidy } from '@attune/torch';
import type { CausalLm } from './CausalLm.ts';
import { type Cut, chunkRows, cutThroughHead, selectedLogps, wide } from './tokenLogps.ts';

/** The same tokens under three models, in nats. */
export interface ExtrapolatedLogps {
  readonly policy: Cut; //          its value [n]
  readonly reference: Tensor; //    [n], no gradient
  readonly extrapolated: Tensor; // [n], no gradient
}

/**
 * log-probabilities of tokens under a policy, under its reference, and under a model imagined further along the way from
 * the one to the other: SPA's de-coupled noise detection (Kim et al. 2025, arXiv:2406.04412, eq. 11).
 *
 *   h̃ = (1+λ)·h_θ − λ·h_ref over the whole vocabulary        log π̃(y) = h̃[y] − logsumexp(h̃)
 *
 * Without the renormalisation log π̃ would be (1+λ)·log π_θ − λ·log π_ref of the sampled tokens alone, and rank pairs as
 * the policy itself does. All three come from the logits of one chunk of positions at a time: the model is run once,
 * each head once, and [tokens, vocab] is never whole. λ = 0 gives the policy's own values, to the last bit.
 *
 * @param hidden  [n, hidden] of the policy
 * @param targets [n], int64
 * @param reference its logits, from [rows, hidden] of its own: `hidden` [n, hidden of the reference]
 */
export function extrapolatedLogps(
  policy: CausalLm,
  hidden: Tensor,
  targets: Tensor,
  reference: { readonly hidden: Tensor; readonly logits: (part: Tensor) => Tensor },
  lambda: number,
  entries?: number,
): ExtrapolatedLogps {
  const rows = chunkRows(policy.vocabSize, entries);
  const [own, held, ids] = [hidden, reference.hidden, targets].map((all) => all.split(rows)) as [
    Tensor[],
    Tensor[],
    Tensor[],
  ];
  const parts = noGrad(() =>
    ids.map((chosen, i) =>
      tidy(() => {
        const [h, hRef] = [wide(policy.logits(own[i]!)), wide(reference.logits(held[i]!))];
        return [h, hRef, extrapolate(h, hRef, lambda)].map((logits) => selectedLogps(logits, chosen));
      }),
    ),
  );
  const [values, heldValues, extrapolated] = [0, 1, 2].map((k) => cat(parts.map((part) => part[k]!))) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  return {
    policy: cutThroughHead(policy, hidden, targets, { values, rows }),
    reference: heldValues,
    extrapolated,
  };
}

/** (1+λ)·h_θ − λ·h_ref, [n, vocab]. */
export const extrapolate = (policy: Tensor, reference: Tensor, lambda: number): Tensor =>
  policy.mul(1 + lambda).sub(reference.mul(lambda));
