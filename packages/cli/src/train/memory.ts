import { adaptersOf, type CausalLm, chunkRows, type MemorySizes } from '@attune/align';

/** The settings that decide how much memory a training takes. */
export interface MemorySettings {
  readonly per_device_train_batch_size: number;
  readonly dtype: 'float32' | 'bfloat16';
  /** Whether the reference is a second model, and not adapters off. */
  readonly referenceInMemory?: boolean;
}

/** What the memory prediction needs to know of a model and its data. */
export function memorySizes(model: CausalLm, lengths: readonly number[], settings: MemorySettings): MemorySizes {
  const config = model.config as Record<string, number>;
  const count = (tensors: Iterable<{ size: number }>) => [...tensors].reduce((sum, { size }) => sum + size, 0);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const hidden = config.hidden_size ?? config.n_embd!;
  const low = settings.dtype === 'bfloat16';
  const parameters = count(model.parameters());
  return {
    parameters,
    trainableParameters: count(model.trainable().values()),
    referenceParameters: settings.referenceInMemory && adaptersOf(model).length === 0 ? parameters : 0,
    bytesPerParameter: low ? 2 : 4,
    optimizerStates: low ? 3 : 2,
    tokens: settings.per_device_train_batch_size * longest,
    longest,
    layers: config.num_hidden_layers ?? config.n_layer!,
    hidden,
    intermediate: config.intermediate_size ?? config.n_inner ?? 4 * hidden,
    heads: config.num_attention_heads ?? config.n_head!,
    chunk: model.score ? 0 : Math.min(settings.per_device_train_batch_size * longest, chunkRows(model.vocabSize)),
    vocab: model.vocabSize,
  };
}
