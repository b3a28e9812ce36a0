import { full, run, schemaOf, type Tensor } from '@attune/torch';

/** Which keys each query may look at. */
export type AttentionMask =
  | 'causal' //  query i sees keys 0 … i; as many queries as keys
  | Tensor; //   added to the scores, [rows, 1, queries, keys] (broadcast): 0 where seen, −∞ where not

/** Whether the libtorch in use has the fused operator with grouped heads (PyTorch 2.5 on). */
let fused: boolean | undefined;

/**
 * softmax(q·kᵀ/√headDim + mask)·v, several query heads sharing a key head: Ainslie et al. 2023 (arXiv:2305.13245).
 *
 * @param q [rows, heads, queries, headDim]
 * @param k [rows, kvHeads, keys, headDim]; v the same
 * @returns [rows, heads, queries, headDim]
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, mask: AttentionMask): Tensor {
  fused ??= schemaOf('scaled_dot_product_attention')?.includes('enable_gqa') ?? false;
  if (!fused) return composedAttention(q, k, v, mask);
  const grouped = q.shape[1] !== k.shape[1];
  return mask === 'causal'
    ? run('scaled_dot_product_attention', q, k, v, undefined, 0, true, undefined, grouped)
    : run('scaled_dot_product_attention', q, k, v, mask, 0, false, undefined, grouped);
}

/** The same from matrix products, for a libtorch without the fused operator; and its twin in the tests. */
export function composedAttention(q: Tensor, k: Tensor, v: Tensor, mask: AttentionMask): Tensor {
  const [rows, heads, queries, headDim] = q.shape as [number, number, number, number];
  const [, kvHeads, keys] = k.shape as [number, number, number];
  const group = heads / kvHeads;
  const scaled = q.mul(headDim ** -0.5).reshape([rows, kvHeads, group * queries, headDim]);
  // Keys laid out anew: libtorch's batched product without MKL is twice as slow on a transposed view.
  const scores = scaled.matmul(k.transpose(2, 3).contiguous()).view([rows, heads, queries, keys]);
  const seen = scores.add(mask === 'causal' ? causalMask(queries, scores) : mask);
  const weights = seen.softmax(-1).view([rows, kvHeads, group * queries, keys]);
  return weights.matmul(v).view([rows, heads, queries, headDim]);
}

/** [time, time], −∞ above the diagonal. */
function causalMask(time: number, like: Tensor): Tensor {
  return full([time, time], Number.NEGATIVE_INFINITY, like).triu(1);
}
