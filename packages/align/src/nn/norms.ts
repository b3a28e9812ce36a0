import { empty, run, type Tensor } from '@attune/torch';
import { type Kind, Module } from './Module.ts';

/** Root mean square norm: Zhang and Sennrich 2019 (arXiv:1910.07467), eq. 4; statistics in float32. [..., hidden] → the same */
export class RmsNorm extends Module {
  weight: Tensor; // [hidden]
  readonly #epsilon: number;

  constructor(hidden: number, epsilon: number, kind: Kind) {
    super();
    this.weight = empty([hidden], kind);
    this.#epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    const wide = x.dtype === 'bfloat16' || x.dtype === 'float16' ? x.to('float32') : x;
    const scale = wide.mul(wide).mean(-1, true).add(this.#epsilon).rsqrt(); // [..., 1]
    const normed = wide.mul(scale);
    return this.weight.mul(wide === x ? normed : normed.to(x.dtype));
  }
}

/** Layer norm: Ba et al. 2016 (arXiv:1607.06450). [..., hidden] → the same */
export class LayerNorm extends Module {
  weight: Tensor; // [hidden]
  bias: Tensor; //   [hidden]
  readonly #epsilon: number;

  constructor(hidden: number, epsilon: number, kind: Kind) {
    super();
    this.weight = empty([hidden], kind);
    this.bias = empty([hidden], kind);
    this.#epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    return run('layer_norm', x, this.weight.shape, this.weight, this.bias, this.#epsilon);
  }
}
