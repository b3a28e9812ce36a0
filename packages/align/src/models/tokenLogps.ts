import { cat, noGrad, type Tensor, tidy } from '@attune/torch';
import type { CausalLm } from './CausalLm.ts';

/**
 * A value whose graph was cut behind it. What is computed from `value` is differentiated as usual; then `backward()`
 * passes on the gradient that arrived there, through the vocabulary head and the model:
 *
 *   loss(scored.value).backward();
 *   scored.backward();
 */
export interface Cut {
  readonly value: Tensor;
  backward(): void;
}

/** Entries of [tokens, vocab] that exist at a time: 64 MB of float32. */
const chunkEntries = 2 ** 24;

/** Positions whose logits exist at a time. */
export const chunkRows = (vocab: number, entries = chunkEntries): number => Math.max(1, Math.floor(entries / vocab));

/**
 * log π(target | what came before) for some positions, in nats and float32. The logits of a chunk of positions exist
 * only while that chunk is reduced, and again while it is differentiated, so that [tokens, vocab] is never whole;
 * the price is the head's product once more in the backward pass.
 *
 * @param hidden  [n, hidden], what the model made of the tokens before the targets
 * @param targets [n], int64
 * @returns a cut; its value [n]
 */
export function tokenLogps(model: CausalLm, hidden: Tensor, targets: Tensor, entries?: number): Cut {
  const rows = chunkRows(model.vocabSize, entries);
  const [parts, ids] = [hidden.split(rows), targets.split(rows)];
  const values = noGrad(() => cat(parts.map((part, i) => tidy(() => selectedLogps(model.logits(part), ids[i]!)))));
  return cutThroughHead(model, hidden, targets, { values, rows });
}

/** The way back from log-probabilities of `targets`, already computed in chunks of `rows`, to `hidden` and the head. */
export function cutThroughHead(
  model: CausalLm,
  hidden: Tensor,
  targets: Tensor,
  { values, rows }: { values: Tensor; rows: number },
): Cut {
  // A product of no rows: whether hidden or an adapted head leads back to what is trained.
  if (!model.logits(hidden.narrow(0, 0, 0)).requiresGrad) return { value: values, backward: () => {} };
  values.setRequiresGrad();
  return {
    value: values,
    backward() {
      const leaf = hidden.detach().setRequiresGrad();
      const [ids, gradients] = [targets.split(rows), values.grad!.split(rows)];
      for (const [i, part] of leaf.split(rows).entries()) {
        tidy(() => selectedLogps(model.logits(part), ids[i]!).backward(gradients[i]!));
      }
      if (hidden.requiresGrad) hidden.backward(leaf.grad!);
    },
  };
}

/** log softmax(logits)[target], in float32: logits [n, vocab], targets [n] → [n]. */
export function selectedLogps(logits: Tensor, targets: Tensor): Tensor {
  const precise = wide(logits);
  return precise.gather(1, targets.unsqueeze(1)).squeeze(1).sub(precise.logsumexp(1));
}

/** In the precision that sums over a vocabulary need. */
export const wide = (logits: Tensor): Tensor => (logits.dtype === 'float64' ? logits : logits.to('float32'));
