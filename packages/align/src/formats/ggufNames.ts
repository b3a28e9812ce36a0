/** The model families whose GGUF files are read and written, under the names GGUF gives them. */
export type GgufArchitecture = 'llama' | 'qwen2' | 'gpt2';

/**
 * How a tensor's values are arranged in GGUF, seen from Hugging Face: the same; rows of query or key heads
 * interleaved; transposed.
 */
export type Arrangement = 'same' | 'queryRows' | 'keyRows' | 'transposed';

interface Names {
  /** Hugging Face's prefix of a layer; GGUF's is `blk.`. */
  readonly layerPrefix: string;
  /** GGUF's name → Hugging Face's, both without `.weight` or `.bias`, of what stands outside the layers. */
  readonly whole: Readonly<Record<string, string>>;
  /** The same within a layer. */
  readonly layer: Readonly<Record<string, string>>;
  /** What is not arranged the same, by GGUF's name. */
  readonly arrangements: Readonly<Record<string, Arrangement>>;
}

const decoder = {
  layerPrefix: 'model.layers.',
  whole: { token_embd: 'model.embed_tokens', output_norm: 'model.norm', output: 'lm_head' },
  layer: {
    attn_norm: 'input_layernorm',
    attn_q: 'self_attn.q_proj',
    attn_k: 'self_attn.k_proj',
    attn_v: 'self_attn.v_proj',
    attn_output: 'self_attn.o_proj',
    ffn_norm: 'post_attention_layernorm',
    ffn_gate: 'mlp.gate_proj',
    ffn_up: 'mlp.up_proj',
    ffn_down: 'mlp.down_proj',
  },
};

const names: Readonly<Record<GgufArchitecture, Names>> = {
  // llama.cpp rotates neighbouring pairs in this family and half-rotated ones in Qwen2, so only here do rows move.
  llama: { ...decoder, arrangements: { attn_q: 'queryRows', attn_k: 'keyRows' } },
  qwen2: { ...decoder, arrangements: {} },
  gpt2: {
    layerPrefix: 'transformer.h.',
    whole: {
      token_embd: 'transformer.wte',
      position_embd: 'transformer.wpe',
      output_norm: 'transformer.ln_f',
      output: 'lm_head',
    },
    layer: {
      attn_norm: 'ln_1',
      attn_qkv: 'attn.c_attn',
      attn_output: 'attn.c_proj',
      ffn_norm: 'ln_2',
      ffn_up: 'mlp.c_fc',
      ffn_down: 'mlp.c_proj',
    },
    arrangements: {
      attn_qkv: 'transposed',
      attn_output: 'transposed',
      ffn_up: 'transposed',
      ffn_down: 'transposed',
    },
  },
};

export const ggufArchitectures = Object.keys(names) as readonly GgufArchitecture[];

/** A tensor's name on the other side, and how its values are arranged in GGUF. */
export interface Renamed {
  readonly name: string;
  readonly arrangement: Arrangement;
}

/** `blk.3.attn_q.weight` → `model.layers.3.self_attn.q_proj.weight`; undefined for a name the family does not have. */
export function huggingFaceName(architecture: GgufArchitecture, ggufName: string): Renamed | undefined {
  const { layerPrefix, whole, layer } = names[architecture];
  const [, index, stem, kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(ggufName) ?? [];
  if (!stem || !kind) return undefined;
  const renamed = (index === undefined ? whole : layer)[stem];
  if (!renamed) return undefined;
  const prefix = index === undefined ? '' : `${layerPrefix}${index}.`;
  return { name: `${prefix}${renamed}.${kind}`, arrangement: arrangementOf(architecture, stem, kind) };
}

/** The inverse of {@link huggingFaceName}. */
export function ggufName(architecture: GgufArchitecture, huggingFaceName: string): Renamed | undefined {
  const { layerPrefix, whole, layer } = names[architecture];
  const [, body, kind] = /^(.+)\.(weight|bias)$/.exec(huggingFaceName) ?? [];
  if (!body || !kind) return undefined;
  const [, index, inLayer] = body.startsWith(layerPrefix)
    ? (/^(\d+)\.(.+)$/.exec(body.slice(layerPrefix.length)) ?? [])
    : [];
  const stem = keyOf(index === undefined ? whole : layer, inLayer ?? body);
  if (!stem) return undefined;
  const prefix = index === undefined ? '' : `blk.${index}.`;
  return { name: `${prefix}${stem}.${kind}`, arrangement: arrangementOf(architecture, stem, kind) };
}

function arrangementOf(architecture: GgufArchitecture, stem: string, kind: string): Arrangement {
  const arrangement = names[architecture].arrangements[stem] ?? 'same';
  return arrangement === 'transposed' && kind === 'bias' ? 'same' : arrangement;
}

const keyOf = (table: Readonly<Record<string, string>>, value: string): string | undefined =>
  Object.keys(table).find((key) => table[key] === value);
