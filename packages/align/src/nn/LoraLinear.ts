import { empty, linear, type Random, type Tensor, zeros } from '@attune/torch';
import { Conv1D, type Linear } from './Linear.ts';
import { type Kind, Module } from './Module.ts';

/** The shape of the adapters, and which layers get one. */
export interface LoraOptions {
  readonly rank: number;
  readonly alpha: number;
  /** Share of the adapter's inputs that are set to 0 in training. */
  readonly dropout?: number;
  /** Layers to adapt: names of their last part (`q_proj`), or patterns over the whole name (`/mlp\.(up|down)_proj$/`). */
  readonly targets: readonly (string | RegExp)[];
}

/**
 * LoRA: Hu et al. 2021 (arXiv:2106.09685), eq. 3. y = W₀x + (α/r)·B·A·x, with W₀ frozen and B = 0 at the start.
 * It stands in for the layer it wraps and shares its weights, so that the model's own names stay as they are.
 */
export class LoraLinear extends Module {
  readonly base: Linear;
  readonly loraA: Tensor; // [rank, in]
  readonly loraB: Tensor; // [out, rank]
  readonly scale: number; // α/r
  readonly dropout: number;
  /** Off, the layer is its frozen base, and the model its own reference. */
  enabled = true;
  /** Where dropout draws from; undefined outside training, when nothing is dropped. */
  noise: Random | undefined;

  constructor(base: Linear, { rank, alpha, dropout = 0 }: Omit<LoraOptions, 'targets'>, random: Random) {
    super();
    this.base = base;
    const kind = { dtype: base.weight.dtype, device: base.weight.device } as Kind;
    const bound = 1 / Math.sqrt(base.from); // PEFT's kaiming_uniform_(a = √5)
    this.loraA = empty([rank, base.from], kind).uniform_({ from: -bound, to: bound, random }).setRequiresGrad();
    this.loraB = zeros([base.to, rank], kind).setRequiresGrad();
    this.scale = alpha / rank;
    this.dropout = dropout;
  }

  /** The frozen weights it stands on. */
  get weight(): Tensor {
    return this.base.weight;
  }

  /** [..., in] → [..., out] */
  forward(x: Tensor): Tensor {
    const y = this.base.forward(x);
    if (!this.enabled) return y;
    return y.add(linear(linear(this.#dropped(x), this.loraA), this.loraB).mul(this.scale));
  }

  #dropped(x: Tensor): Tensor {
    if (this.dropout === 0 || !this.noise) return x;
    const kept = empty(x.shape, { dtype: x.dtype, device: x.device }).bernoulli_(1 - this.dropout, this.noise);
    return x.mul(kept).div(1 - this.dropout);
  }

  /** W₀ + (α/r)·B·A, in the base's own layout. */
  merged(): Tensor {
    const change = this.loraB.matmul(this.loraA).mul(this.scale); // [out, in]
    return this.base.weight.add(this.base instanceof Conv1D ? change.t() : change);
  }

  /** The base's weights keep the names they had; the adapter's own are PEFT's. */
  override *namedParameters(prefix = ''): Generator<[name: string, parameter: Tensor]> {
    yield* this.base.namedParameters(prefix);
    yield [`${prefix}lora_A.weight`, this.loraA];
    yield [`${prefix}lora_B.weight`, this.loraB];
  }
}
