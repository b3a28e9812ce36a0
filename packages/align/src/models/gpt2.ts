import { type Tensor, tidy } from '@attune/torch';
import { Embedding } from '../nn/Embedding.ts';
import { Conv1D } from '../nn/Linear.ts';
import { type Kind, Module } from '../nn/Module.ts';
import { LayerNorm } from '../nn/norms.ts';
import { CausalLm, type Watch } from './CausalLm.ts';
import type { ConfigReader } from './configs.ts';
import type { Layout } from './Layout.ts';

interface Gpt2Config {
  readonly vocabSize: number;
  readonly nPositions: number;
  readonly nEmbd: number;
  readonly nLayer: number;
  readonly nHead: number;
  readonly nInner: number;
  readonly layerNormEpsilon: number;
}

/** GPT-2's `config.json`. */
export function gpt2Config(read: ConfigReader): Gpt2Config {
  read.only('activation_function', ['gelu_new', 'gelu_pytorch_tanh']);
  read.only('scale_attn_weights', [true]);
  read.only('scale_attn_by_inverse_layer_idx', [false]);
  read.only('tie_word_embeddings', [true]);
  const nEmbd = read.count('n_embd');
  return {
    vocabSize: read.count('vocab_size'),
    nPositions: read.count('n_positions', 1024),
    nEmbd,
    nLayer: read.count('n_layer'),
    nHead: read.divisor('n_head', nEmbd),
    nInner: read.count('n_inner', 4 * nEmbd),
    layerNormEpsilon: read.number('layer_norm_epsilon', 1e-5),
  };
}

class Attention extends Module {
  readonly cAttn: Conv1D; // queries, keys and values side by side
  readonly cProj: Conv1D;
  readonly #heads: number;
  readonly #layer: number;

  constructor({ nEmbd, nHead }: Gpt2Config, layer: number, kind: Kind) {
    super();
    this.cAttn = new Conv1D({ from: nEmbd, to: 3 * nEmbd }, kind);
    this.cProj = new Conv1D({ from: nEmbd, to: nEmbd }, kind);
    this.#heads = nHead;
    this.#layer = layer;
  }

  forward(x: Tensor, layout: Layout): Tensor {
    const width = x.shape[1]!;
    const parts = this.cAttn.forward(x).split(width, 1);
    const [q, k, v] = parts.map((part) => part.reshape([-1, this.#heads, width / this.#heads])); // [tokens, heads, headDim]
    return this.cProj.forward(layout.attend(this.#layer, q!, k!, v!));
  }
}

class Mlp extends Module {
  readonly cFc: Conv1D;
  readonly cProj: Conv1D;

  constructor({ nEmbd, nInner }: Gpt2Config, kind: Kind) {
    super();
    this.cFc = new Conv1D({ from: nEmbd, to: nInner }, kind);
    this.cProj = new Conv1D({ from: nInner, to: nEmbd }, kind);
  }

  forward(x: Tensor): Tensor {
    return this.cProj.forward(this.cFc.forward(x).gelu('tanh'));
  }
}

class Block extends Module {
  readonly ln_1: LayerNorm;
  readonly attn: Attention;
  readonly ln_2: LayerNorm;
  readonly mlp: Mlp;

  constructor(config: Gpt2Config, layer: number, kind: Kind) {
    super();
    this.ln_1 = new LayerNorm(config.nEmbd, config.layerNormEpsilon, kind);
    this.attn = new Attention(config, layer, kind);
    this.ln_2 = new LayerNorm(config.nEmbd, config.layerNormEpsilon, kind);
    this.mlp = new Mlp(config, kind);
  }

  forward(x: Tensor, layout: Layout): Tensor {
    const attended = x.add(this.attn.forward(this.ln_1.forward(x), layout));
    return attended.add(this.mlp.forward(this.ln_2.forward(attended)));
  }
}

class Transformer extends Module {
  readonly wte: Embedding;
  readonly wpe: Embedding;
  readonly h: Block[];
  readonly ln_f: LayerNorm;

  constructor(config: Gpt2Config, kind: Kind) {
    super();
    this.wte = new Embedding({ rows: config.vocabSize, width: config.nEmbd }, kind);
    this.wpe = new Embedding({ rows: config.nPositions, width: config.nEmbd }, kind);
    this.h = Array.from({ length: config.nLayer }, (_, i) => new Block(config, i, kind));
    this.ln_f = new LayerNorm(config.nEmbd, config.layerNormEpsilon, kind);
  }

  forward(ids: Tensor, layout: Layout, watch?: Watch): Tensor {
    const embedded = this.wte.forward(ids).add(this.wpe.forward(layout.positions)); // [tokens, width]
    // What a layer makes on its way is freed behind it, but for what its gradients need.
    const states = this.h.reduce((x, block, i) => {
      const after = tidy(() => block.forward(x, layout));
      watch?.(after, i + 1);
      return after;
    }, embedded);
    return this.ln_f.forward(states);
  }
}

/** GPT-2: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", as `GPT2LMHeadModel` keeps it. */
export class Gpt2 extends CausalLm {
  readonly transformer: Transformer;
  readonly #config: Gpt2Config;

  constructor(config: Gpt2Config, json: Readonly<Record<string, unknown>>, kind: Kind) {
    super(json);
    this.transformer = new Transformer(config, kind);
    this.#config = config;
  }

  get vocabSize(): number {
    return this.#config.vocabSize;
  }
  get maxPositions(): number {
    return this.#config.nPositions;
  }
  get head(): Tensor {
    return this.transformer.wte.weight;
  }

  get layers(): Module[] {
    return this.transformer.h;
  }

  hidden(ids: Tensor, layout: Layout, watch?: Watch): Tensor {
    return this.transformer.forward(ids, layout, watch);
  }
  norm(states: Tensor): Tensor {
    return this.transformer.ln_f.forward(states);
  }
}
