import { batches, batchesPerEpoch, microBatches, type Position } from '@attune/align';

/** How many examples make a step, and how many steps make the run. */
export interface Pace {
  readonly per_device_train_batch_size: number;
  readonly gradient_accumulation_steps: number;
  readonly num_train_epochs: number;
  readonly max_steps: number;
  readonly train_sampling_strategy: 'random' | 'sequential';
  readonly data_seed: number;
}

/** The data of each step, as micro-batches, from a place on; and the place that was reached. */
export class Windows<Example> implements Iterable<readonly (readonly Example[])[]> {
  /** Where the data goes on after the step that was given last. */
  position: Position = { epoch: 0, index: 0 };
  /** Steps of the whole run. */
  readonly total: number;
  readonly perEpoch: number;
  readonly #examples: readonly Example[];
  readonly #pace: Pace;
  #given = 0;

  constructor(examples: readonly Example[], pace: Pace) {
    this.#examples = examples;
    this.#pace = pace;
    this.perEpoch = batchesPerEpoch(examples.length, this.#batchSize);
    this.total = pace.max_steps > 0 ? pace.max_steps : Math.ceil(pace.num_train_epochs * this.perEpoch);
  }

  get #batchSize(): number {
    return this.#pace.per_device_train_batch_size * this.#pace.gradient_accumulation_steps;
  }

  /** Goes on from a checkpoint. */
  resume(steps: number, position: Position): void {
    this.#given = steps;
    this.position = position;
  }

  *[Symbol.iterator](): Generator<readonly (readonly Example[])[]> {
    const { train_sampling_strategy, data_seed: seed, per_device_train_batch_size } = this.#pace;
    const shuffle = train_sampling_strategy === 'random';
    for (const batch of batches(this.#examples, { batchSize: this.#batchSize, seed, shuffle, from: this.position })) {
      if (this.#given === this.total) return;
      this.#given++;
      this.position = batch.next;
      yield [...microBatches(batch.examples, per_device_train_batch_size)];
    }
  }
}
