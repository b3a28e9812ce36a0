import { native, type RandomHandle } from './binding.ts';
import { Tensor } from './Tensor.ts';

/**
 * A seeded source of random numbers. Operators that draw take one as an argument; nothing here draws from libtorch's
 * global source, so that data order, dropout and sampling can each have a seed of their own.
 */
export class Random {
  readonly handle: RandomHandle;

  constructor(seed: number, device = 'cpu') {
    this.handle = native().generator(device, seed);
  }

  /** Everything that decides what is drawn next, as bytes for a checkpoint. */
  get state(): Uint8Array {
    using state = new Tensor(native().generatorState(this.handle));
    return new Uint8Array(native().toBuffer(state.handle));
  }

  /** Continues from a saved state. */
  set state(bytes: Uint8Array) {
    using state = new Tensor(native().fromBuffer(bytes, [bytes.length], 0));
    native().setGeneratorState(this.handle, state.handle);
  }
}
