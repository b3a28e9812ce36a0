import type { ConfigReader } from './configs.ts';
import { type LlamaConfig, llamaConfig } from './llama.ts';

/** Qwen2: Yang et al. 2024 (arXiv:2407.10671): Llama with biases on queries, keys and values. */
export function qwen2Config(read: ConfigReader): LlamaConfig {
  read.only('use_sliding_window', [false]);
  return { ...llamaConfig(read), qkvBias: true, outputBias: false };
}
