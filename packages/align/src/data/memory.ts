/** What the memory of a training step depends on. */
export interface MemorySizes {
  readonly parameters: number;
  /** All of them, or those of the adapters. */
  readonly trainableParameters: number;
  /** Of a reference model that is held beside the policy; 0 with adapters, with cached log-probabilities, or without one. */
  readonly referenceParameters: number;
  /** 4 for float32, 2 for bfloat16; of weights, gradients and activations. */
  readonly bytesPerParameter: number;
  /** Float32 numbers that the optimizer keeps for each trainable parameter: 2 for AdamW, 3 with master weights. */
  readonly optimizerStates: number;
  /** Tokens of a micro-batch, all its sequences together (for pairs: chosen and rejected). */
  readonly tokens: number;
  /** Tokens of its longest sequence. */
  readonly longest: number;
  readonly layers: number;
  readonly hidden: number;
  readonly intermediate: number;
  readonly heads: number;
  /** Positions for which the vocabulary head is computed at a time. */
  readonly chunk: number;
  readonly vocab: number;
}

/** Bytes by what they are for. The peak is their sum: all of it is there when the backward pass begins. */
export interface MemoryPrediction {
  readonly weights: number;
  readonly gradients: number;
  readonly optimizer: number;
  readonly activations: number;
  readonly head: number;
  readonly peak: number;
}

/**
 * The peak memory of a training step, in bytes, b being the bytes per parameter:
 *
 *   weights     = b · (parameters + referenceParameters)
 *   gradients   = b · trainableParameters
 *   optimizer   = 4 · optimizerStates · trainableParameters
 *   activations = b · layers · tokens · (10 · hidden + 4 · intermediate + 2 · heads · longest)
 *   head        = 4 · 3 · chunk · vocab      (logits, their log-softmax, their gradient; in float32)
 *
 * What a layer of the Llama kind keeps for its backward pass, per token: both norms' inputs and outputs, queries and
 * keys before and after rotation, values and the attention's result, 10 · hidden in all (less where key heads are
 * shared); gate, up, the activated gate and their product, 4 · intermediate; scores and weights of attention, which
 * fused attention does not keep. An upper estimate, therefore, but for what libtorch's allocator holds in reserve.
 */
export function predictMemory(sizes: MemorySizes): MemoryPrediction {
  const { bytesPerParameter: b, hidden, intermediate, heads, longest } = sizes;
  const perToken = 10 * hidden + 4 * intermediate + 2 * heads * longest;
  const parts = {
    weights: b * (sizes.parameters + sizes.referenceParameters),
    gradients: b * sizes.trainableParameters,
    optimizer: 4 * sizes.optimizerStates * sizes.trainableParameters,
    activations: b * sizes.layers * sizes.tokens * perToken,
    head: 4 * 3 * sizes.chunk * sizes.vocab,
  };
  return { ...parts, peak: Object.values(parts).reduce((sum, bytes) => sum + bytes) };
}
