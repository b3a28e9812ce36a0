import { AttuneError } from '@attune/preferences/errors'; // alone: every command begins with this, and the rest takes long

/** The command was called in a way it does not understand. */
export class UsageError extends AttuneError {
  readonly code = 'usage';
  override readonly badInput = true;
}

/** A setting is unknown, of the wrong type, out of range, or would have no effect. */
export class SettingError extends AttuneError {
  readonly code = 'setting';
  override readonly badInput = true;
}

/** The work was stopped before its end. What there is to say has been said: commands only end with 1. */
export class StoppedError extends AttuneError {
  readonly code = 'stopped';
}

/** A run folder cannot be made, resumed or read. */
export class RunError extends AttuneError {
  readonly code = 'run';
  override readonly badInput = true;
}
