import { empty, linear, type Tensor } from '@attune/torch';
import { type Kind, Module } from './Module.ts';

/** x·Wᵀ + b: [..., in] → [..., out]. */
export class Linear extends Module {
  weight: Tensor; // [out, in]
  bias?: Tensor; //  [out]

  constructor({ from, to, bias = false }: { from: number; to: number; bias?: boolean }, kind: Kind) {
    super();
    this.weight = empty([to, from], kind);
    if (bias) this.bias = empty([to], kind);
  }

  get from(): number {
    return this.weight.shape[1]!;
  }
  get to(): number {
    return this.weight.shape[0]!;
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }
}

/** GPT-2's linear layer, whose checkpoint keeps the matrix the other way round: x·W + b. */
export class Conv1D extends Linear {
  declare bias: Tensor;

  constructor({ from, to }: { from: number; to: number }, kind: Kind) {
    super({ from, to, bias: true }, kind);
    this.weight[Symbol.dispose]();
    this.weight = empty([from, to], kind); // [in, out]
  }

  override get from(): number {
    return this.weight.shape[0]!;
  }
  override get to(): number {
    return this.weight.shape[1]!;
  }

  override forward(x: Tensor): Tensor {
    return x.matmul(this.weight).add(this.bias);
  }
}
