import { linear, type Tensor } from '@attune/torch';
import type { Linear } from '../nn/Linear.ts';
import { Module } from '../nn/Module.ts';
import type { Layout } from './Layout.ts';

/** Is shown what each token has become after the first `depth` layers, before the last norm: [tokens, hidden]. */
export type Watch = (states: Tensor, depth: number) => void;

/** A causal language model: tokens in, a distribution over the next token out. With a `score` head, a reward model. */
export abstract class CausalLm extends Module {
  /** `config.json` as it was read, to be written again with the weights. */
  config: Readonly<Record<string, unknown>>;
  abstract readonly vocabSize: number;
  /** The most tokens a sequence may have. */
  abstract readonly maxPositions: number;
  /** The vocabulary head [vocab, hidden]: logits are hidden · headᵀ. */
  abstract readonly head: Tensor;
  /** The trunk's layers, first to last. */
  abstract readonly layers: Module[];
  /** What makes it a reward model, or a critic: one number for each state, [1, hidden]. See rewardModel.ts. */
  declare score?: Linear;

  constructor(config: Readonly<Record<string, unknown>>) {
    super();
    this.config = config;
  }

  /** What each token has become after the last norm: ids [tokens] int64 → [tokens, hidden]. */
  abstract hidden(ids: Tensor, layout: Layout, watch?: Watch): Tensor;

  /** The norm behind the last layer: [n, hidden] → [n, hidden]. */
  abstract norm(states: Tensor): Tensor;

  /** Unnormalised next-token scores: [n, hidden] → [n, vocab]. */
  logits(hidden: Tensor): Tensor {
    return linear(hidden, this.head);
  }
}
