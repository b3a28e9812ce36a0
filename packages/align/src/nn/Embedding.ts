import { embedding, empty, type Tensor } from '@attune/torch';
import { type Kind, Module } from './Module.ts';

/** A table of vectors, looked up by token id or by position: [tokens] int64 → [tokens, width]. */
export class Embedding extends Module {
  readonly weight: Tensor; // [rows, width]

  constructor({ rows, width }: { rows: number; width: number }, kind: Kind) {
    super();
    this.weight = empty([rows, width], kind);
  }

  forward(ids: Tensor): Tensor {
    return embedding(this.weight, ids);
  }
}
