import type { Tensor } from '@attune/torch';

/**
 * Reshapes the next-token distribution: logits [rows, vocab] → logits [rows, vocab].
 *
 * @param seen [rows, vocab], bool: tokens that already stand in the row's prompt or response
 */
export type LogitsStep = (logits: Tensor, seen: Tensor) => Tensor;

/** Above 1 flattens the distribution, below 1 sharpens it. */
export const temperature =
  (t: number): LogitsStep =>
  (logits) =>
    logits.div(t);

/** Keeps each row's k likeliest tokens, and ties with the last of them. */
export const topK =
  (k: number): LogitsStep =>
  (logits) => {
    const kept = Math.min(k, logits.shape[1]!);
    const kth = logits.topk(kept).values.narrow(-1, kept - 1, 1); // [rows, 1]
    return logits.maskedFill(logits.lt(kth), Number.NEGATIVE_INFINITY);
  };

/** Nucleus sampling: Holtzman et al. 2020 (arXiv:1904.09751). Keeps the fewest tokens whose mass reaches p. */
export const topP =
  (p: number): LogitsStep =>
  (logits) => {
    const { values, indices } = logits.sort({ descending: true });
    const mass = values.softmax(-1);
    const massBefore = mass.cumsum(-1).sub(mass); // of the likelier tokens: 0 for the first, so one always stays
    return logits.scatter(-1, indices, values.maskedFill(massBefore.ge(p), Number.NEGATIVE_INFINITY));
  };

/** Min-p: Nguyen et al. 2024 (arXiv:2407.01082). Keeps tokens at least `p` times as likely as the likeliest. */
export const minP =
  (p: number): LogitsStep =>
  (logits) => {
    const floor = logits.amax(-1, true).add(Math.log(p)); // [rows, 1]
    return logits.maskedFill(logits.lt(floor), Number.NEGATIVE_INFINITY);
  };

/** Keskar et al. 2019 (arXiv:1909.05858), eq. 6, as transformers does it: positive logits of seen tokens are divided, negative multiplied. */
export const repetitionPenalty =
  (penalty: number): LogitsStep =>
  (logits, seen) => {
    const lowered = logits.div(penalty).where(logits.gt(0), logits.mul(penalty));
    return lowered.where(seen, logits);
  };

/** Applies the steps left to right, in the order written: inOrder(temperature(0.8), topP(0.95)). */
export const inOrder =
  (...steps: readonly LogitsStep[]): LogitsStep =>
  (logits, seen) =>
    steps.reduce((l, step) => step(l, seen), logits);

/** Settings of sampling as people know them. */
export interface Sampling {
  /** 0 takes the likeliest token. */
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
}

/** The steps of these settings in the order that transformers applies them. */
export function stepsOf({ temperature: t, topK: k, topP: p, minP: m, repetitionPenalty: r }: Sampling): LogitsStep {
  const steps: LogitsStep[] = [];
  if (r !== undefined && r !== 1) steps.push(repetitionPenalty(r));
  if (t !== 0 && t !== 1) steps.push(temperature(t));
  if (k !== undefined) steps.push(topK(k));
  if (p !== undefined && p < 1) steps.push(topP(p));
  if (m !== undefined && m > 0) steps.push(minP(m));
  return inOrder(...steps);
}
