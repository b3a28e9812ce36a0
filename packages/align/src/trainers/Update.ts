import { type AdamW, AttuneError, clipGradNorm, type Schedule } from '@attune/torch';

/** How gradients become a change of weights. */
export interface Updating {
  readonly optimizer: AdamW;
  readonly learningRate: Schedule;
  /** Gradients are scaled down to this norm; Infinity leaves them as they are. */
  readonly maxGradNorm: number;
  /** Steps done before, when a run is resumed. */
  readonly stepsDone?: number;
}

/** A loss or a gradient that is no number any more: the weights were not changed by it. */
export class DivergedError extends AttuneError {
  readonly code = 'diverged';
  constructor(step: number, what: string, value: number) {
    super(
      `Step ${step}: ${what} is ${value}. The weights are those of the step before. ` +
        'Go back to the last checkpoint with a lower learning_rate, or look at the data of this step.',
    );
  }
}

/** One step of the optimizer from the gathered gradients. @returns their norm before clipping */
export function update({ optimizer, learningRate, maxGradNorm }: Updating, step: number, loss: number): number {
  if (!Number.isFinite(loss)) throw new DivergedError(step, 'the loss', loss);
  const norm = clipGradNorm(optimizer.parameters, maxGradNorm);
  if (!Number.isFinite(norm)) throw new DivergedError(step, 'the norm of the gradients', norm);
  optimizer.step({ learningRate: learningRate(step) });
  optimizer.zeroGrad();
  return norm;
}
