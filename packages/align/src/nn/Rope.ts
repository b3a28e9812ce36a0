import { owned, run, type Tensor, tensor } from '@attune/torch';

/** How rotation frequencies are stretched for longer contexts, by the names of `config.json`. */
export type RopeScaling =
  | { readonly type: 'linear'; readonly factor: number }
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalMaxPositionEmbeddings: number;
    };

/** The rotation of each token of a batch; made once per forward pass and used by every layer. */
export interface Rotation {
  readonly cos: Tensor; // [tokens, 1, headDim]
  readonly sin: Tensor; // [tokens, 1, headDim], negative in the first half
}

/**
 * Rotary position embedding: Su et al. 2021 (arXiv:2104.09864), eq. 34, in the half-rotated form of the Hugging Face
 * checkpoints: dimension i turns with dimension i + headDim/2, by the angle position·θ^(−2i/headDim).
 */
export class Rope {
  readonly #frequencies: readonly number[]; // [headDim/2], radians per position
  #table: { readonly cos: Tensor; readonly sin: Tensor; readonly length: number } | undefined;

  constructor({ headDim, theta, scaling }: { headDim: number; theta: number; scaling?: RopeScaling }) {
    const plain = Array.from({ length: headDim / 2 }, (_, i) => theta ** ((-2 * i) / headDim));
    this.#frequencies = plain.map((frequency) => stretched(frequency, scaling));
  }

  /** @param positions [tokens], int64; @param longest one more than the greatest of them */
  rotation(positions: Tensor, longest: number, like: Tensor): Rotation {
    const { cos, sin } = this.#upTo(longest, like);
    return { cos: cos.indexSelect(0, positions).unsqueeze(1), sin: sin.indexSelect(0, positions).unsqueeze(1) };
  }

  #upTo(longest: number, like: Tensor) {
    if (
      this.#table &&
      this.#table.length >= longest &&
      this.#table.cos.device === like.device &&
      this.#table.cos.dtype === like.dtype
    ) {
      return this.#table;
    }
    this[Symbol.dispose]();
    const length = 2 ** Math.ceil(Math.log2(Math.max(longest, 64)));
    const half = this.#frequencies.length;
    const [cos, sin] = [new Float32Array(length * half * 2), new Float32Array(length * half * 2)];
    for (let position = 0; position < length; position++) {
      for (const [i, frequency] of this.#frequencies.entries()) {
        const at = position * half * 2 + i;
        cos[at] = cos[at + half] = Math.cos(position * frequency);
        sin[at + half] = Math.sin(position * frequency);
        sin[at] = -sin[at + half]!;
      }
    }
    const keep = (values: Float32Array) =>
      owned(() =>
        tensor(values)
          .view([length, half * 2])
          .to(like),
      );
    return (this.#table = { cos: keep(cos), sin: keep(sin), length });
  }

  [Symbol.dispose](): void {
    this.#table?.cos[Symbol.dispose]();
    this.#table?.sin[Symbol.dispose]();
    this.#table = undefined;
  }
}

/** Turns queries or keys: [tokens, heads, headDim] → the same. */
export function rotate(x: Tensor, { cos, sin }: Rotation): Tensor {
  const swapped = run('roll', x, [x.shape[2]! / 2], [-1]); // the second half before the first
  return run('addcmul', x.mul(cos), swapped, sin);
}

/** Llama 3.1's rule: long waves by `factor`, short ones not at all, those between blended. */
function stretched(frequency: number, scaling?: RopeScaling): number {
  if (!scaling) return frequency;
  if (scaling.type === 'linear') return frequency / scaling.factor;
  const { factor, lowFreqFactor, highFreqFactor, originalMaxPositionEmbeddings } = scaling;
  const turns = (originalMaxPositionEmbeddings * frequency) / (2 * Math.PI); // over the original context
  const kept = Math.min(1, Math.max(0, (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor)));
  return kept * frequency + (1 - kept) * (frequency / factor);
}
