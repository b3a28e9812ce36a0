import { type Tensor, tidy } from '@attune/torch';
import { Embedding } from '../nn/Embedding.ts';
import { Linear } from '../nn/Linear.ts';
import { type Kind, Module } from '../nn/Module.ts';
import { RmsNorm } from '../nn/norms.ts';
import { Rope, type RopeScaling, type Rotation, rotate } from '../nn/Rope.ts';
import { CausalLm, type Watch } from './CausalLm.ts';
import type { ConfigReader } from './configs.ts';
import type { Layout } from './Layout.ts';
import { hasScoreHead } from './rewardModel.ts';

/** What a decoder of the Llama family is built from; Mistral and Qwen2 are this with other switches. */
export interface LlamaConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  readonly rmsNormEps: number;
  readonly rope: { readonly theta: number; readonly scaling?: RopeScaling };
  readonly maxPositionEmbeddings: number;
  readonly tieWordEmbeddings: boolean;
  readonly qkvBias: boolean;
  readonly outputBias: boolean;
  readonly mlpBias: boolean;
  readonly slidingWindow?: number;
}

/** Llama's `config.json` (SmolLM2, TinyLlama and Llama 3 are this too). */
export function llamaConfig(read: ConfigReader): LlamaConfig {
  read.only('hidden_act', ['silu']);
  const hiddenSize = read.count('hidden_size');
  const hasHeadDim = typeof read.json.head_dim === 'number';
  const heads = hasHeadDim ? read.count('num_attention_heads') : read.divisor('num_attention_heads', hiddenSize);
  const headDim = read.count('head_dim', hiddenSize / heads);
  if (headDim % 2 !== 0) throw read.wrong('head_dim', `heads of an even size, not ${headDim}`);
  const attentionBias = read.flag('attention_bias', false);
  return {
    vocabSize: read.count('vocab_size'),
    hiddenSize,
    intermediateSize: read.count('intermediate_size'),
    numHiddenLayers: read.count('num_hidden_layers'),
    numAttentionHeads: heads,
    numKeyValueHeads: read.divisor('num_key_value_heads', heads, heads),
    headDim,
    rmsNormEps: read.number('rms_norm_eps', 1e-6),
    rope: read.rope(),
    maxPositionEmbeddings: read.count('max_position_embeddings', 2048),
    tieWordEmbeddings: read.flag('tie_word_embeddings', false) || hasScoreHead(read.json), // a reward model has no other head
    qkvBias: attentionBias,
    outputBias: attentionBias,
    mlpBias: read.flag('mlp_bias', false),
  };
}

/** Causal self-attention whose query heads share key heads. [tokens, hidden] → [tokens, hidden] */
class Attention extends Module {
  readonly qProj: Linear;
  readonly kProj: Linear;
  readonly vProj: Linear;
  readonly oProj: Linear;
  readonly #config: LlamaConfig;
  readonly #layer: number;

  constructor(config: LlamaConfig, layer: number, kind: Kind) {
    super();
    const { hiddenSize, headDim, numAttentionHeads: heads, numKeyValueHeads: kvHeads, qkvBias: bias } = config;
    this.qProj = new Linear({ from: hiddenSize, to: heads * headDim, bias }, kind);
    this.kProj = new Linear({ from: hiddenSize, to: kvHeads * headDim, bias }, kind);
    this.vProj = new Linear({ from: hiddenSize, to: kvHeads * headDim, bias }, kind);
    this.oProj = new Linear({ from: heads * headDim, to: hiddenSize, bias: config.outputBias }, kind);
    this.#config = config;
    this.#layer = layer;
  }

  forward(x: Tensor, rotation: Rotation, layout: Layout): Tensor {
    const { headDim, slidingWindow } = this.#config;
    const split = (y: Tensor) => y.view([-1, y.shape[1]! / headDim, headDim]); // [tokens, heads, headDim]
    const q = rotate(split(this.qProj.forward(x)), rotation);
    const k = rotate(split(this.kProj.forward(x)), rotation);
    const v = split(this.vProj.forward(x));
    return this.oProj.forward(layout.attend(this.#layer, q, k, v, slidingWindow));
  }
}

/** SwiGLU: Shazeer 2020 (arXiv:2002.05202), eq. 6. down(silu(gate(x)) ⊙ up(x)) */
class Mlp extends Module {
  readonly gateProj: Linear;
  readonly upProj: Linear;
  readonly downProj: Linear;

  constructor({ hiddenSize, intermediateSize, mlpBias: bias }: LlamaConfig, kind: Kind) {
    super();
    this.gateProj = new Linear({ from: hiddenSize, to: intermediateSize, bias }, kind);
    this.upProj = new Linear({ from: hiddenSize, to: intermediateSize, bias }, kind);
    this.downProj = new Linear({ from: intermediateSize, to: hiddenSize, bias }, kind);
  }

  forward(x: Tensor): Tensor {
    return this.downProj.forward(this.gateProj.forward(x).silu().mul(this.upProj.forward(x)));
  }
}

class DecoderLayer extends Module {
  readonly inputLayernorm: RmsNorm;
  readonly selfAttn: Attention;
  readonly postAttentionLayernorm: RmsNorm;
  readonly mlp: Mlp;

  constructor(config: LlamaConfig, layer: number, kind: Kind) {
    super();
    this.inputLayernorm = new RmsNorm(config.hiddenSize, config.rmsNormEps, kind);
    this.selfAttn = new Attention(config, layer, kind);
    this.postAttentionLayernorm = new RmsNorm(config.hiddenSize, config.rmsNormEps, kind);
    this.mlp = new Mlp(config, kind);
  }

  forward(x: Tensor, rotation: Rotation, layout: Layout): Tensor {
    const attended = x.add(this.selfAttn.forward(this.inputLayernorm.forward(x), rotation, layout));
    return attended.add(this.mlp.forward(this.postAttentionLayernorm.forward(attended)));
  }
}

class Decoder extends Module {
  readonly embedTokens: Embedding;
  readonly layers: DecoderLayer[];
  readonly norm: RmsNorm;
  readonly #rope: Rope;

  constructor(config: LlamaConfig, kind: Kind) {
    super();
    this.embedTokens = new Embedding({ rows: config.vocabSize, width: config.hiddenSize }, kind);
    this.layers = Array.from({ length: config.numHiddenLayers }, (_, i) => new DecoderLayer(config, i, kind));
    this.norm = new RmsNorm(config.hiddenSize, config.rmsNormEps, kind);
    this.#rope = new Rope({ headDim: config.headDim, ...config.rope });
  }

  forward(ids: Tensor, layout: Layout, watch?: Watch): Tensor {
    const embedded = this.embedTokens.forward(ids); // [tokens, hidden]
    const rotation = this.#rope.rotation(layout.positions, layout.longest, embedded);
    // What a layer makes on its way is freed behind it, but for what its gradients need.
    const states = this.layers.reduce((x, layer, i) => {
      const after = tidy(() => layer.forward(x, rotation, layout));
      watch?.(after, i + 1);
      return after;
    }, embedded);
    return this.norm.forward(states);
  }

  override [Symbol.dispose](): void {
    this.#rope[Symbol.dispose]();
    super[Symbol.dispose]();
  }
}

/** Llama: Touvron et al. 2023 (arXiv:2302.13971, 2307.09288), as `LlamaForCausalLM` keeps it. */
export class Llama extends CausalLm {
  readonly model: Decoder;
  readonly lmHead?: Linear; // none where the embedding serves
  readonly #config: LlamaConfig;

  constructor(config: LlamaConfig, json: Readonly<Record<string, unknown>>, kind: Kind) {
    super(json);
    this.model = new Decoder(config, kind);
    if (!config.tieWordEmbeddings) this.lmHead = new Linear({ from: config.hiddenSize, to: config.vocabSize }, kind);
    this.#config = config;
  }

  get vocabSize(): number {
    return this.#config.vocabSize;
  }
  get maxPositions(): number {
    return this.#config.maxPositionEmbeddings;
  }
  get head(): Tensor {
    return (this.lmHead ?? this.model.embedTokens).weight;
  }

  get layers(): Module[] {
    return this.model.layers;
  }

  hidden(ids: Tensor, layout: Layout, watch?: Watch): Tensor {
    return this.model.forward(ids, layout, watch);
  }
  norm(states: Tensor): Tensor {
    return this.model.norm.forward(states);
  }

  /** Through the head's adapter, where it has one. */
  override logits(hidden: Tensor): Tensor {
    return this.lmHead?.forward(hidden) ?? super.logits(hidden);
  }

  override [Symbol.dispose](): void {
    this.model[Symbol.dispose]();
    this.lmHead?.[Symbol.dispose]();
    this.score?.[Symbol.dispose]();
  }
}
