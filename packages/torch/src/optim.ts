import { zeros } from './create.ts';
import { runMany, runVoid } from './run.ts';
import type { Tensor } from './Tensor.ts';
import { noGrad, tidy } from './tidy.ts';

/** Constants of AdamW (below); defaults are PyTorch's, but for no weight decay. */
export interface AdamWOptions {
  readonly b1?: number;
  readonly b2?: number;
  readonly epsilon?: number;
  /** Decoupled decay, multiplied by the learning rate as in PyTorch (in the paper it is not). */
  readonly weightDecay?: number;
  /** Which parameters decay; left out, all. Training leaves biases and norms alone, as transformers does. */
  readonly decays?: (parameter: Tensor) => boolean;
}

/**
 * AdamW: Loshchilov and Hutter 2019 (arXiv:1711.05101), algorithm 2, with PyTorch's order of operations.
 *
 *   m ← β₁m + (1−β₁)g    v ← β₂v + (1−β₂)g²
 *   p ← p − lr·λ·p       p ← p − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
 *
 * State and arithmetic are float32 also for bfloat16 parameters, which keep a float32 master copy here. Whole lists of
 * tensors go through libtorch's foreach operators. Owns its state: dispose it.
 */
export class AdamW {
  readonly parameters: readonly Tensor[];
  readonly #options: Required<AdamWOptions>;
  readonly #masters: readonly Tensor[]; // the parameters themselves where they are float32 or float64
  readonly #means: readonly Tensor[];
  readonly #squares: readonly Tensor[];
  #steps = 0;

  constructor(
    parameters: readonly Tensor[],
    { b1 = 0.9, b2 = 0.999, epsilon = 1e-8, weightDecay = 0, decays = () => true }: AdamWOptions = {},
  ) {
    this.parameters = parameters;
    this.#options = { b1, b2, epsilon, weightDecay, decays };
    this.#masters = parameters.map((p) => (low(p) ? noGrad(() => p.to('float32')) : p));
    const state = (p: Tensor) => zeros(p.shape, { dtype: p.dtype, device: p.device });
    this.#means = this.#masters.map(state);
    this.#squares = this.#masters.map(state);
  }

  /** One update from the parameters' gradients; a parameter without one stays as it is, as in PyTorch. */
  step({ learningRate }: { learningRate: number }): void {
    this.#steps++;
    tidy(() => noGrad(() => this.#update(learningRate)));
  }

  #update(learningRate: number): void {
    const { b1, b2, epsilon, weightDecay, decays } = this.#options;
    const grads = this.parameters.map((p) => p.grad);
    const moved = grads.flatMap((grad, i) => (grad ? [i] : []));
    if (moved.length === 0) return;
    const of = (list: readonly Tensor[]) => moved.map((i) => list[i]!);
    const [masters, means, squares] = [of(this.#masters), of(this.#means), of(this.#squares)];
    const g = moved.map((i, n) => (low(this.parameters[i]!) ? grads[i]!.to(masters[n]!.dtype) : grads[i]!));

    const decayed = moved.filter((i) => decays(this.parameters[i]!)).map((i) => this.#masters[i]!);
    if (weightDecay > 0 && decayed.length > 0) runVoid('_foreach_mul_.Scalar', decayed, 1 - learningRate * weightDecay);
    runVoid('_foreach_mul_.Scalar', means, b1);
    runVoid('_foreach_add_.List', means, g, 1 - b1);
    runVoid('_foreach_mul_.Scalar', squares, b2);
    runVoid('_foreach_addcmul_.Scalar', squares, g, g, 1 - b2);

    const [bias1, bias2] = [1 - b1 ** this.#steps, 1 - b2 ** this.#steps];
    const scale = runMany('_foreach_sqrt', squares);
    runVoid('_foreach_div_.Scalar', scale, Math.sqrt(bias2));
    runVoid('_foreach_add_.Scalar', scale, epsilon);
    runVoid('_foreach_addcdiv_.Scalar', masters, means, scale, -learningRate / bias1);
    moved.forEach((i, n) => void (low(this.parameters[i]!) && this.parameters[i]!.copy_(masters[n]!)));
  }

  /** Forgets the parameters' gradients. */
  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.grad = undefined;
  }

  /** What a checkpoint must hold, by the parameters' names; the tensors are this optimizer's own. */
  state(names: readonly string[]): { tensors: Map<string, Tensor>; steps: number } {
    const tensors = new Map<string, Tensor>();
    names.forEach((name, i) => {
      tensors.set(`${name}.mean`, this.#means[i]!).set(`${name}.square`, this.#squares[i]!);
      if (low(this.parameters[i]!)) tensors.set(`${name}.master`, this.#masters[i]!);
    });
    return { tensors, steps: this.#steps };
  }

  /** Continues from what state() gave: copies the values in. */
  restore(names: readonly string[], { tensors, steps }: { tensors: ReadonlyMap<string, Tensor>; steps: number }): void {
    noGrad(() => {
      for (const [name, own] of this.state(names).tensors) {
        const saved = tensors.get(name);
        if (!saved) throw new Error(`The optimizer's checkpoint has no ${name}.`);
        own.copy_(saved);
      }
    });
    this.#steps = steps;
  }

  [Symbol.dispose](): void {
    for (const tensor of [...this.#means, ...this.#squares]) tensor[Symbol.dispose]();
    this.#masters.forEach((master, i) => void (master !== this.parameters[i] && master[Symbol.dispose]()));
  }
}

const low = (p: Tensor): boolean => p.dtype === 'bfloat16' || p.dtype === 'float16';

/**
 * Scales all gradients so that their joint Euclidean norm is at most `maxNorm`: Pascanu et al. 2013
 * (arXiv:1211.5063), algorithm 1. As in PyTorch, by maxNorm / (norm + 1e-6) where that is below 1.
 *
 * @returns the norm before clipping
 */
export function clipGradNorm(parameters: readonly Tensor[], maxNorm: number): number {
  return tidy(() =>
    noGrad(() => {
      const grads = parameters.flatMap((p) => p.grad ?? []);
      const norm = gradNorm(grads);
      const scale = maxNorm / (norm + 1e-6);
      if (scale < 1) runVoid('_foreach_mul_.Scalar', grads, scale);
      return norm;
    }),
  );
}

/** Euclidean norm over all elements of all tensors; each tensor's norm in its own precision, their sum in float64. */
function gradNorm(grads: readonly Tensor[]): number {
  if (grads.length === 0) return 0;
  const norms = runMany('_foreach_norm.Scalar', grads, 2);
  return Math.hypot(...norms.map((norm) => norm.item()));
}
