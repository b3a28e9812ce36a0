import type { Tensor } from '@attune/torch';

/**
 * How the tokens of a batch stand to each other. A model sees only flat tokens [tokens, hidden], without padding; what
 * is before what, and where keys and values are kept, is the layout's affair. Packed sequences, shared prompts and a
 * generation cache are three layouts of the same model.
 */
export interface Layout {
  readonly positions: Tensor; // [tokens], int64: each token's place in its own sequence
  readonly longest: number; //   one more than the greatest position

  /**
   * Causal attention of every token over its own sequence. What is kept for the next layer must be `owned`: everything
   * else that is born here is freed when the layer is done.
   *
   * @param layer which layer asks, for layouts that keep keys and values
   * @param q [tokens, heads, headDim]; k and v [tokens, kvHeads, headDim]
   * @param window sees only this many tokens back, itself included (Mistral's sliding window)
   * @returns [tokens, heads · headDim]
   */
  attend(layer: number, q: Tensor, k: Tensor, v: Tensor, window?: number): Tensor;
}
