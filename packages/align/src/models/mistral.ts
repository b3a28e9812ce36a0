import type { ConfigReader } from './configs.ts';
import { type LlamaConfig, llamaConfig } from './llama.ts';

/** Mistral: Jiang et al. 2023 (arXiv:2310.06825): Llama whose tokens see a sliding window, if `sliding_window` is set. */
export function mistralConfig(read: ConfigReader): LlamaConfig {
  const slidingWindow = read.json.sliding_window == null ? undefined : read.count('sliding_window');
  return { ...llamaConfig(read), slidingWindow };
}
