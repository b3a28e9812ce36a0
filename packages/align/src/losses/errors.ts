import { AttuneError } from '@attune/torch';

/** A loss was asked for that does not exist, or with options that it has no value for. */
export class LossError extends AttuneError {
  readonly code = 'loss';
  override readonly badInput = true;
}
