/**
 * What all errors of the command line have: a code for programs to test, a message for people to act on, and that the
 * person can mend it, which is exit code 2.
 */
export abstract class AttuneError extends Error {
  abstract readonly code: string;
  readonly badInput: boolean = true;
  override get name(): string {
    return this.constructor.name;
  }
}

/** The command was called in a way it does not understand. */
export class UsageError extends AttuneError {
  readonly code = 'usage';
}

/** A setting is unknown, of the wrong type, out of range, or would have no effect. */
export class SettingError extends AttuneError {
  readonly code = 'setting';
}

/** A run folder cannot be made, resumed or read. */
export class RunError extends AttuneError {
  readonly code = 'run';
}
