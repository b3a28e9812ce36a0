import { FileError } from '@attune/torch';
import { type GgufFile, metadataEntry, readGgufTensor } from './gguf.ts';
import { type GgufArchitecture, ggufArchitectures } from './ggufNames.ts';
import { llama3ScalingOf } from './ropeScaling.ts';

/** The tensor in which GGUF keeps Llama 3's rope scaling; it is part of the config at Hugging Face. */
export const ropeDivisorsName = 'rope_freqs.weight';

/** The model family of a GGUF file. */
export function ggufArchitecture(file: GgufFile): GgufArchitecture {
  const found = metadataEntry(file, 'general.architecture', 'string');
  const architecture = ggufArchitectures.find((name) => name === found);
  if (architecture) return architecture;
  throw new FileError(
    file.path,
    `the architecture is ${found ?? 'not stated'}, expected one of ${ggufArchitectures.join(', ')}.`,
  );
}

/** What `config.json` would hold: GGUF's metadata under Hugging Face's names. */
export function configFromGguf(file: GgufFile): Record<string, unknown> {
  const architecture = ggufArchitecture(file);
  const config = architecture === 'gpt2' ? gpt2Config(file) : decoderConfig(file, architecture);
  const special = {
    bos_token_id: metadataEntry(file, 'tokenizer.ggml.bos_token_id', 'number'),
    eos_token_id: metadataEntry(file, 'tokenizer.ggml.eos_token_id', 'number'),
    pad_token_id: metadataEntry(file, 'tokenizer.ggml.padding_token_id', 'number'),
  };
  const embedding = embeddingOf(file);
  return {
    ...config,
    vocab_size: embedding.shape[0],
    tie_word_embeddings: !file.tensors.has('output.weight'),
    torch_dtype: { F16: 'float16', BF16: 'bfloat16' }[embedding.type as string] ?? 'float32',
    ...Object.fromEntries(Object.entries(special).filter(([, id]) => id !== undefined)),
  };
}

function decoderConfig(file: GgufFile, architecture: 'llama' | 'qwen2'): Record<string, unknown> {
  const number = (key: string) => required(file, `${architecture}.${key}`);
  const hiddenSize = number('embedding_length');
  const heads = number('attention.head_count');
  const rotaryDim = metadataEntry(file, `${architecture}.rope.dimension_count`, 'number');
  const headDim = metadataEntry(file, `${architecture}.attention.key_length`, 'number') ?? hiddenSize / heads;
  if (rotaryDim !== undefined && rotaryDim !== headDim) {
    throw new FileError(
      file.path,
      `rope.dimension_count is ${rotaryDim}, expected the head size ${headDim}: partly rotated heads are not known.`,
    );
  }
  const ropeTheta = shortest(metadataEntry(file, `${architecture}.rope.freq_base`, 'number') ?? 10000);
  return {
    ...(architecture === 'llama'
      ? { architectures: ['LlamaForCausalLM'], model_type: 'llama' }
      : { architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', use_sliding_window: false }),
    hidden_size: hiddenSize,
    intermediate_size: number('feed_forward_length'),
    num_hidden_layers: number('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: metadataEntry(file, `${architecture}.attention.head_count_kv`, 'number') ?? heads,
    head_dim: headDim,
    max_position_embeddings: number('context_length'),
    rms_norm_eps: shortest(number('attention.layer_norm_rms_epsilon')),
    rope_theta: ropeTheta,
    rope_scaling: ropeScaling(file, architecture, headDim, ropeTheta),
    hidden_act: 'silu',
    ...(architecture === 'llama' && {
      attention_bias: file.tensors.has('blk.0.attn_q.bias'),
      mlp_bias: file.tensors.has('blk.0.ffn_up.bias'),
    }),
  };
}

function gpt2Config(file: GgufFile): Record<string, unknown> {
  const number = (key: string) => required(file, `gpt2.${key}`);
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    n_embd: number('embedding_length'),
    n_layer: number('block_count'),
    n_head: number('attention.head_count'),
    n_inner: number('feed_forward_length'),
    n_positions: number('context_length'),
    layer_norm_epsilon: shortest(number('attention.layer_norm_epsilon')),
    activation_function: 'gelu_new',
  };
}

/** `rope_scaling`, or null: from the metadata, or from the divisors that Llama 3 files carry. */
function ropeScaling(file: GgufFile, architecture: string, headDim: number, base: number) {
  if (file.tensors.has(ropeDivisorsName)) {
    const scaling = llama3ScalingOf(readGgufTensor(file, ropeDivisorsName), headDim, base);
    if (scaling) return { rope_type: 'llama3', ...scaling };
    throw new FileError(file.path, `${ropeDivisorsName} holds divisors that are not Llama 3's; no others are known.`);
  }
  const type = metadataEntry(file, `${architecture}.rope.scaling.type`, 'string') ?? 'none';
  if (type === 'none') return null;
  const factor = required(file, `${architecture}.rope.scaling.factor`);
  if (type === 'linear') return { rope_type: 'linear', factor };
  if (type === 'yarn') {
    const original = required(file, `${architecture}.rope.scaling.original_context_length`);
    return { rope_type: 'yarn', factor, original_max_position_embeddings: original };
  }
  throw new FileError(file.path, `rope scaling is ${type}, expected none, linear or yarn.`);
}

function embeddingOf(file: GgufFile) {
  const embedding = file.tensors.get('token_embd.weight');
  if (embedding?.shape.length === 2) return embedding;
  const found = embedding ? `has the shape [${embedding.shape.join(', ')}]` : 'is missing';
  throw new FileError(file.path, `the tensor token_embd.weight ${found}, expected [vocab, hidden].`);
}

function required(file: GgufFile, key: string): number {
  const value = metadataEntry(file, key, 'number');
  if (value === undefined) throw new FileError(file.path, `the metadata ${key} is missing, expected a number.`);
  return value;
}

/** The shortest decimal that is the same float32: GGUF says 9.999999747378752e-6 where the model's config said 1e-5. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === Math.fround(value)) return rounded;
  }
  return value;
}
