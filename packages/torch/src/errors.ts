/**
 * What all our errors have: a code for programs to test, a message for people to act on.
 * `badInput` says that the person can mend it (a file, a flag, a setting): commands then end with 2 instead of 1.
 */
export abstract class AttuneError extends Error {
  abstract readonly code: string;
  readonly badInput: boolean = false;
  override get name(): string {
    return this.constructor.name;
  }
}

/** A tensor does not have the shape that the code around it relies on. */
export class ShapeError extends AttuneError {
  readonly code = 'shape_mismatch';
  constructor(expected: readonly (string | number)[], actual: readonly number[]) {
    super(`Expected a tensor of shape [${expected.join(', ')}], got [${actual.join(', ')}].`);
  }
}

/** A tensor was used after it had been freed. */
export class DisposedError extends AttuneError {
  readonly code = 'disposed';
  constructor() {
    super('This tensor was freed: its tidy() ended or it was disposed. Return it from tidy() to keep it.');
  }
}

/** A native failure: the operator, the shapes it was given, and libtorch's own words as the cause. */
export class NativeError extends AttuneError {
  readonly code = 'native';
  constructor(what: string, cause: unknown) {
    super(`${what} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** A file that is not what its name or header says: a model folder, a safetensors file, a checkpoint. */
export class FileError extends AttuneError {
  readonly code = 'file';
  override readonly badInput = true;
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
  }
}
