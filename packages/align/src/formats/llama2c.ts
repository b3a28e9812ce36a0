import { ByteCursor, readBytes } from './byteCursor.ts';
import { dequantizeGroups } from './dequantize.ts';
import { readLlama2cTokenizer } from './llama2cTokenizer.ts';
import { elementCount, type ModelSource, type SourceTensor } from './modelSource.ts';
import { halfRotated } from './rowOrders.ts';

/** The settings at the head of a llama2.c checkpoint. */
interface Header {
  readonly dim: number;
  readonly hiddenDim: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocab: number;
  readonly contextLength: number;
  readonly tied: boolean;
}

/** A tensor of the checkpoint: its place among the Hugging Face names, and where its bytes lie. */
interface Placed {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: number;
}

const version2Magic = 0x616b3432; // 'ak42'
const version2HeaderBytes = 256;
const legacyHeaderBytes = 7 * 4;

/**
 * A model of Andrej Karpathy's llama2.c as a Hugging Face Llama: the float32 checkpoints without a version, and the
 * int8 ones of version 2. Rows of the query and key projections go from interleaved to half-rotated order.
 *
 * @param path          the checkpoint (`.bin`)
 * @param tokenizerPath its tokenizer (`tok*.bin`), where there is one
 * @throws FileError naming what the file has and what was expected
 */
export function openLlama2c(path: string, tokenizerPath?: string): ModelSource {
  using cursor = new ByteCursor(path);
  const versioned = cursor.size >= 4 && cursor.uint32('the magic number') === version2Magic;
  cursor.offset = 0;
  const { header, tensors } = versioned ? version2(cursor) : legacy(cursor);
  return {
    config: configOf(header),
    tensors,
    tokenizer: tokenizerPath ? readLlama2cTokenizer(tokenizerPath, header.vocab, header.contextLength) : undefined,
  };
}

/** What llama2.c fixes in its code (epsilon, rotary base, begin and end) stands beside what the file says. */
const configOf = (header: Header) => ({
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: header.vocab,
  hidden_size: header.dim,
  intermediate_size: header.hiddenDim,
  num_hidden_layers: header.layers,
  num_attention_heads: header.heads,
  num_key_value_heads: header.kvHeads,
  head_dim: header.dim / header.heads,
  max_position_embeddings: header.contextLength,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  rope_scaling: null,
  hidden_act: 'silu',
  attention_bias: false,
  mlp_bias: false,
  tie_word_embeddings: header.tied,
  torch_dtype: 'float32',
  bos_token_id: 1,
  eos_token_id: 2,
});

/**
 * Seven int32, then float32: embedding; all layers' attention norms, wq, wk, wv, wo, feed-forward norms, w1, w2, w3; the
 * final norm; two rotary tables of [context, headDim/2], which we compute ourselves; the head where it is not shared.
 * A positive vocabulary size says that it is.
 */
function legacy(cursor: ByteCursor) {
  const sizes = readSizes(cursor);
  const header = checked(cursor, { ...sizes, vocab: Math.abs(sizes.vocab), tied: sizes.vocab > 0 });
  const names = namesAndShapes(header);
  const rotaryTables = [{ name: '', shape: [header.contextLength, header.dim / header.heads] }];
  const order = [
    ...[names.embedding, names.attentionNorms, names.attention, names.feedForwardNorms, names.feedForward].flat(),
    ...[names.finalNorm, rotaryTables, names.head].flat(),
  ];
  const placed = place(cursor, order, legacyHeaderBytes, (count) => count * 4);
  return { header, tensors: placed.filter(({ name }) => name).map((t) => tensorOf(cursor.path, header, t, floats)) };
}

/**
 * uint32 magic, int32 version, the seven int32, uint8 whether the head is shared, int32 group size, padding up to 256
 * bytes. Then float32: attention norms, feed-forward norms, final norm. Then int8 with a float32 scale for each group:
 * embedding, wq of each layer, wk, wv, wo, w1, w2, w3, the head where it is not shared.
 */
function version2(cursor: ByteCursor) {
  cursor.uint32('the magic number');
  const version = cursor.int32('the version');
  if (version !== 2) {
    throw cursor.error(
      `llama2.c checkpoint of version ${version}, expected version 2 (int8) or one without a version.`,
    );
  }
  const sizes = readSizes(cursor);
  const header = checked(cursor, { ...sizes, tied: cursor.uint8('the shared-head flag') !== 0 });
  const groupSize = cursor.int32('the group size');
  if (groupSize < 1 || header.dim % groupSize !== 0 || header.hiddenDim % groupSize !== 0) {
    throw cursor.error(`the group size is ${groupSize}, expected a divisor of ${header.dim} and ${header.hiddenDim}.`);
  }
  const names = namesAndShapes(header);
  const norms = [names.attentionNorms, names.feedForwardNorms, names.finalNorm].flat();
  const matrices = [names.embedding, names.attention, names.feedForward, names.head].flat();
  const placedNorms = place(cursor, norms, version2HeaderBytes, (count) => count * 4);
  const matricesStart = placedNorms.at(-1)!.offset + placedNorms.at(-1)!.bytes;
  const placedMatrices = place(cursor, matrices, matricesStart, (count) => count + (count / groupSize) * 4);
  return {
    header,
    tensors: [
      ...placedNorms.map((t) => tensorOf(cursor.path, header, t, floats)),
      ...placedMatrices.map((t) => tensorOf(cursor.path, header, t, (bytes) => dequantizeGroups(bytes, groupSize))),
    ],
  };
}

function readSizes(cursor: ByteCursor) {
  const [dim, hiddenDim, layers] = [cursor.int32('dim'), cursor.int32('hidden_dim'), cursor.int32('n_layers')];
  const [heads, kvHeads] = [cursor.int32('n_heads'), cursor.int32('n_kv_heads')];
  return {
    dim,
    hiddenDim,
    layers,
    heads,
    kvHeads,
    vocab: cursor.int32('vocab_size'),
    contextLength: cursor.int32('seq_len'),
  };
}

/** There is no magic number in the old format, so implausible sizes are how a file that is something else shows. */
function checked(cursor: ByteCursor, header: Header): Header {
  const { dim, heads, kvHeads, tied: _, ...rest } = header;
  const sizes = [dim, heads, kvHeads, ...Object.values(rest)];
  const plausible = sizes.every((size) => size > 0 && size < 2 ** 24) && header.layers < 2 ** 12;
  if (plausible && dim % heads === 0 && (dim / heads) % 2 === 0 && heads % kvHeads === 0) return header;
  throw cursor.error(
    `this is not a llama2.c checkpoint: its first numbers read as dim ${dim}, hidden_dim ${header.hiddenDim}, ` +
      `n_layers ${header.layers}, n_heads ${heads}, n_kv_heads ${kvHeads}, vocab_size ${header.vocab}, ` +
      `seq_len ${header.contextLength}.`,
  );
}

/** The groups in which both versions store tensors, under Hugging Face's names. */
function namesAndShapes({ dim, hiddenDim, layers, heads, kvHeads, vocab, tied }: Header) {
  const kvDim = (dim / heads) * kvHeads;
  const ofLayers = (name: string, shape: readonly number[]) =>
    Array.from({ length: layers }, (_, n) => ({ name: `model.layers.${n}.${name}.weight`, shape }));
  return {
    embedding: [{ name: 'model.embed_tokens.weight', shape: [vocab, dim] }],
    attentionNorms: ofLayers('input_layernorm', [dim]),
    attention: [
      ...ofLayers('self_attn.q_proj', [dim, dim]),
      ...ofLayers('self_attn.k_proj', [kvDim, dim]),
      ...ofLayers('self_attn.v_proj', [kvDim, dim]),
      ...ofLayers('self_attn.o_proj', [dim, dim]),
    ],
    feedForwardNorms: ofLayers('post_attention_layernorm', [dim]),
    feedForward: [
      ...ofLayers('mlp.gate_proj', [hiddenDim, dim]), // w1
      ...ofLayers('mlp.down_proj', [dim, hiddenDim]), // w2
      ...ofLayers('mlp.up_proj', [hiddenDim, dim]), //   w3
    ],
    finalNorm: [{ name: 'model.norm.weight', shape: [dim] }],
    head: tied ? [] : [{ name: 'lm_head.weight', shape: [vocab, dim] }],
  };
}

/** Lays tensors one after the other from `start` on, and checks that the file holds them all. */
function place(
  cursor: ByteCursor,
  tensors: readonly Pick<Placed, 'name' | 'shape'>[],
  start: number,
  bytesOf: (count: number) => number,
): Placed[] {
  let offset = start;
  const placed = tensors.map(({ name, shape }) => {
    const bytes = bytesOf(elementCount(shape));
    offset += bytes;
    return { name, shape, offset: offset - bytes, bytes };
  });
  if (offset > cursor.size) {
    throw cursor.error(
      `the file has ${cursor.size} bytes, but a model of the sizes in its header needs ${offset} or more. ` +
        'The file is cut off, or is no llama2.c checkpoint.',
    );
  }
  return placed;
}

type Decode = (bytes: Uint8Array<ArrayBuffer>) => Float32Array<ArrayBuffer>;

const floats: Decode = (bytes) => new Float32Array(bytes.buffer);

function tensorOf(path: string, header: Header, { name, shape, offset, bytes }: Placed, decode: Decode): SourceTensor {
  const values = () => decode(readBytes(path, offset, bytes));
  const heads = name.includes('.q_proj.') ? header.heads : name.includes('.k_proj.') ? header.kvHeads : undefined;
  return { name, shape, read: heads ? () => halfRotated(values(), heads, shape[1]!) : values };
}
