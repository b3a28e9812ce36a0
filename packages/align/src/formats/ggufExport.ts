import { FileError } from '@attune/torch';
import { ggmlTypes } from './ggmlTypes.ts';
import { ropeDivisorsName } from './ggufConfig.ts';
import { type GgufArchitecture, ggufName } from './ggufNames.ts';
import { type TensorToWrite, type TypedValue, writeGguf } from './ggufWriter.ts';
import type { ModelSource, SourceTensor } from './modelSource.ts';
import type { WritableType } from './quantize.ts';
import { type Llama3Scaling, llama3Divisors } from './ropeScaling.ts';
import { interleaved, transposed } from './rowOrders.ts';
import { tokenizerToGguf } from './tokenizerToGguf.ts';

type Config = Readonly<Record<string, unknown>>;
type Metadata = Record<string, TypedValue>;

/** What a GGUF file says beside what the model says. */
export interface GgufExportOptions {
  /** How matrices are stored; vectors are float32 always, and Q8_0 rows that are no multiple of 32 long are F16. */
  readonly type: WritableType;
  /** `general.name`: how programs that show the model call it. */
  readonly name: string;
}

/** ggml's number for a file whose matrices are of one type (`general.file_type`). */
const fileTypes: Readonly<Record<WritableType, number>> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 };

/**
 * Writes a Hugging Face model (Llama, Mistral, Qwen2, GPT-2) with its tokenizer as one GGUF file that llama.cpp runs.
 *
 * @returns each tensor's name and encoding, in the order of the file
 * @throws FileError where the model has something that GGUF has no place for
 */
export function exportGguf(
  path: string,
  { config, tensors, tokenizer }: ModelSource,
  { type, name }: GgufExportOptions,
): Pick<TensorToWrite, 'name' | 'type'>[] {
  const target = { path, architecture: architectureOf(path, config), type };
  const metadata: Metadata = {
    'general.architecture': text(target.architecture),
    'general.name': text(name),
    'general.file_type': uint32(fileTypes[type]),
    'general.quantization_version': uint32(2),
    ...(target.architecture === 'gpt2' ? gpt2Metadata(config) : decoderMetadata(path, target.architecture, config)),
    ...(tokenizer
      ? tokenizerToGguf(path, tokenizer, Number(config.vocab_size))
      : { 'tokenizer.ggml.model': text('none') }),
  };
  const toWrite = withoutTiedHead(config, tensors).map((tensor) => tensorToWrite(target, tensor, config));
  writeGguf(path, metadata, [...ropeDivisors(config), ...toWrite]);
  return toWrite.map((tensor) => ({ name: tensor.name, type: tensor.type }));
}

/** A shared matrix is written once, as the embedding, whichever of its two names the checkpoint has it under. */
function withoutTiedHead(config: Config, tensors: readonly SourceTensor[]): readonly SourceTensor[] {
  const gpt2 = config.model_type === 'gpt2';
  if (!(config.tie_word_embeddings ?? gpt2)) return tensors;
  const [head, embedding] = ['lm_head.weight', gpt2 ? 'transformer.wte.weight' : 'model.embed_tokens.weight'];
  if (tensors.some(({ name }) => name === embedding)) return tensors.filter(({ name }) => name !== head);
  return tensors.map((tensor) => (tensor.name === head ? { ...tensor, name: embedding } : tensor));
}

function architectureOf(path: string, { model_type: family }: Config): GgufArchitecture {
  if (family === 'llama' || family === 'mistral') return 'llama';
  if (family === 'qwen2' || family === 'gpt2') return family;
  throw new FileError(path, `GGUF is written for llama, mistral, qwen2 and gpt2 models, not for model_type ${family}.`);
}

function decoderMetadata(path: string, architecture: GgufArchitecture, config: Config): Metadata {
  const number = (key: string, fallback?: number) => numberIn(path, config, key, fallback);
  const heads = number('num_attention_heads');
  const headDim = headDimOf(config);
  // llama.cpp attends to everything, so a model with a window is the same only for texts no longer than it.
  const window = architecture === 'llama' ? number('sliding_window', Infinity) : Infinity;
  return prefixed(architecture, {
    vocab_size: uint32(number('vocab_size')),
    context_length: uint32(Math.min(number('max_position_embeddings'), window)),
    embedding_length: uint32(number('hidden_size')),
    block_count: uint32(number('num_hidden_layers')),
    feed_forward_length: uint32(number('intermediate_size')),
    'attention.head_count': uint32(heads),
    'attention.head_count_kv': uint32(number('num_key_value_heads', heads)),
    'attention.key_length': uint32(headDim),
    'attention.value_length': uint32(headDim),
    'attention.layer_norm_rms_epsilon': float32(number('rms_norm_eps')),
    'rope.dimension_count': uint32(headDim),
    'rope.freq_base': float32(ropeThetaOf(config)),
    ...scalingMetadata(path, config),
  });
}

function gpt2Metadata(config: Config): Metadata {
  const hidden = Number(config.n_embd);
  return prefixed('gpt2', {
    vocab_size: uint32(Number(config.vocab_size)),
    context_length: uint32(Number(config.n_positions)),
    embedding_length: uint32(hidden),
    block_count: uint32(Number(config.n_layer)),
    feed_forward_length: uint32(Number(config.n_inner ?? 4 * hidden)),
    'attention.head_count': uint32(Number(config.n_head)),
    'attention.layer_norm_epsilon': float32(Number(config.layer_norm_epsilon ?? 1e-5)),
  });
}

/** Linear scaling is metadata; Llama 3's is a tensor, see {@link ropeDivisors}. */
function scalingMetadata(path: string, config: Config): Metadata {
  const { rope_type: type, factor } = ropeOf(config);
  if (type === 'default' || type === 'llama3') return {};
  if (type === 'linear') {
    return { 'rope.scaling.type': text('linear'), 'rope.scaling.factor': float32(Number(factor)) };
  }
  throw new FileError(path, `rope scaling ${type} cannot be written to GGUF; default, linear and llama3 can.`);
}

function ropeDivisors(config: Config): TensorToWrite[] {
  const rope = ropeOf(config);
  if (rope.rope_type !== 'llama3') return [];
  const headDim = headDimOf(config);
  const read = () => llama3Divisors(rope as unknown as Llama3Scaling, headDim, ropeThetaOf(config));
  return [{ name: ropeDivisorsName, shape: [headDim / 2], type: 'F32', read }];
}

/** `rope_parameters` of transformers 5, or `rope_scaling` of transformers 4, whose older form says `type`. */
function ropeOf(config: Config): Config & { readonly rope_type: string } {
  const rope = (config.rope_parameters ?? config.rope_scaling ?? {}) as Config;
  return { ...rope, rope_type: String(rope.rope_type ?? rope.type ?? 'default') };
}

const ropeThetaOf = (config: Config): number => Number(config.rope_theta ?? ropeOf(config).rope_theta ?? 10000);

const headDimOf = (config: Config): number =>
  Number(config.head_dim ?? Number(config.hidden_size) / Number(config.num_attention_heads));

interface Target {
  readonly path: string;
  readonly architecture: GgufArchitecture;
  readonly type: WritableType;
}

function tensorToWrite(target: Target, tensor: SourceTensor, config: Config): TensorToWrite {
  const renamed = ggufName(target.architecture, tensor.name);
  if (!renamed) {
    throw new FileError(
      target.path,
      `a ${target.architecture} model in GGUF has no place for the tensor ${tensor.name}.`,
    );
  }
  const [rows, columns = 1] = tensor.shape as [number, number?];
  const heads = Number(config.num_attention_heads);
  const keyHeads = Number(config.num_key_value_heads ?? heads);
  const arranged = {
    same: () => tensor,
    queryRows: () => ({ shape: tensor.shape, read: () => interleaved(tensor.read(), heads, columns) }),
    keyRows: () => ({ shape: tensor.shape, read: () => interleaved(tensor.read(), keyHeads, columns) }),
    transposed: () => ({ shape: [columns, rows], read: () => transposed(tensor.read(), rows, columns) }),
  }[renamed.arrangement]();
  const type = encodingOf(target.type, renamed.name, arranged.shape);
  return { name: renamed.name, shape: arranged.shape, type, read: () => arranged.read() };
}

function encodingOf(type: WritableType, name: string, shape: readonly number[]): WritableType {
  if (shape.length === 1 || name === 'position_embd.weight') return 'F32'; // llama.cpp computes with these as they are
  return shape.at(-1)! % ggmlTypes[type].blockSize === 0 ? type : 'F16';
}

function numberIn(path: string, config: Config, key: string, fallback?: number): number {
  const value = config[key] ?? fallback;
  if (typeof value === 'number') return value;
  throw new FileError(path, `the model's config.json has ${JSON.stringify(value)} for ${key}, expected a number.`);
}

const prefixed = (architecture: string, metadata: Metadata): Metadata =>
  Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`${architecture}.${key}`, value]));

const uint32 = (value: number): TypedValue => ({ type: 'uint32', value });
const float32 = (value: number): TypedValue => ({ type: 'float32', value });
const text = (value: string): TypedValue => ({ type: 'string', value });
