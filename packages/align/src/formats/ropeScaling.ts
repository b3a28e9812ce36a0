/** Llama 3's rope scaling, under `config.json`'s names. */
export interface Llama3Scaling {
  readonly factor: number;
  readonly low_freq_factor: number;
  readonly high_freq_factor: number;
  readonly original_max_position_embeddings: number;
}

/**
 * By what Llama 3 divides the frequency of each rotary pair, which GGUF stores as the tensor `rope_freqs.weight`:
 * pairs that turn often within the original context stay (1), those that turn less than once there are slowed by
 * `factor`, and those between are blended (Llama 3.1 model card; transformers' `rope_type: llama3`).
 *
 *   turns = original / (2π·base^(2i/headDim))        smooth = (turns − low) / (high − low)
 *   divisor = 1 where turns > high; factor where turns < low; else 1 / ((1 − smooth)/factor + smooth)
 *
 * @returns [headDim / 2]
 */
export function llama3Divisors(scaling: Llama3Scaling, headDim: number, base: number): Float32Array<ArrayBuffer> {
  const { factor, low_freq_factor: low, high_freq_factor: high } = scaling;
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const turns = scaling.original_max_position_embeddings / (2 * Math.PI * base ** ((2 * i) / headDim));
    if (turns > high) return 1;
    if (turns < low) return factor;
    const smooth = (turns - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

/** Published Llama 3 models were first trained on 8192 tokens; others of the kind on another power of two. */
const originalContexts = [8192, ...Array.from({ length: 16 }, (_, i) => 2 ** (i + 5))];

/**
 * The settings behind given divisors, or undefined where Llama 3's rule does not give them. All Llama 3.1, 3.2 and 3.3
 * models share the bounds 1 and 4, which are taken for granted; the factor (8 or 32) is the largest divisor.
 */
export function llama3ScalingOf(divisors: Float32Array, headDim: number, base: number): Llama3Scaling | undefined {
  const factor = divisors.reduce((a, b) => Math.max(a, b), 0);
  return originalContexts
    .map((context) => {
      return { factor, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: context };
    })
    .find((scaling) => {
      const expected = llama3Divisors(scaling, headDim, base);
      // Converters compute them in float32 from a float32 base, so the last digits differ.
      return expected.length === divisors.length && expected.every((d, i) => Math.abs(d / divisors[i]! - 1) < 1e-3);
    });
}
