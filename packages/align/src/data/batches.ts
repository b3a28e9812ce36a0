import { seededRandom, shuffled } from '@attune/preferences';
import { AttuneError } from '@attune/torch';

/** There is nothing to train on. */
export class NoExamplesError extends AttuneError {
  readonly code = 'no_examples';
  override readonly badInput = true;
  constructor() {
    super(
      'There are no examples to train on. Give a data set with at least one, and see what was dropped as too long.',
    );
  }
}

/** A place in the data: the epoch, and how many of its batches have been given. Both count from 0. Plain JSON. */
export interface Position {
  readonly epoch: number;
  readonly index: number;
}

/** Examples that make one update of the weights, and where they stand in the data. */
export interface Batch<Example> {
  /** As many as `batchSize`, but for the last batch of each epoch where that does not divide the number of examples. */
  readonly examples: readonly Example[];
  readonly epoch: number;
  /** Where the next batch is: what a checkpoint after this batch has to remember. */
  readonly next: Position;
}

/** How examples become batches; everything that their order depends on. */
export interface BatchOptions {
  /** Examples per update of the weights. */
  readonly batchSize: number;
  /** Of the order of examples alone; the seeds of weights and of sampling are others. */
  readonly seed: number;
  /** How often each example is given. Endless, if not said; leave the loop to stop. */
  readonly epochs?: number;
  /** Where to go on, from `Batch.next`. The same examples, batch size and seed give the same batches as without a stop. */
  readonly from?: Position;
  /** False gives the examples in their own order, in every epoch. */
  readonly shuffle?: boolean;
}

/** Batches of every epoch in an order that only the seed and the epoch decide. Each example once per epoch. */
export function* batches<Example>(examples: readonly Example[], options: BatchOptions): Generator<Batch<Example>> {
  const { epochs = Number.POSITIVE_INFINITY, from = { epoch: 0, index: 0 } } = options;
  if (examples.length === 0) throw new NoExamplesError();
  for (let { epoch, index } = from; epoch < epochs; epoch++, index = 0) {
    const order = epochBatches(examples, epoch, options);
    for (; index < order.length; index++) {
      const isLast = index + 1 === order.length;
      const next = isLast ? { epoch: epoch + 1, index: 0 } : { epoch, index: index + 1 };
      yield { examples: order[index]!, epoch, next };
    }
  }
}

/** Batches in an epoch: updates of the weights in one pass over the examples. */
export const batchesPerEpoch = (examples: number, batchSize: number): number => Math.ceil(examples / batchSize);

/** A batch in parts of at most `size` examples, for accumulating their gradients. */
export function* microBatches<Example>(examples: readonly Example[], size: number): Generator<readonly Example[]> {
  for (let start = 0; start < examples.length; start += size) yield examples.slice(start, start + size);
}

function epochBatches<Example>(
  examples: readonly Example[],
  epoch: number,
  { batchSize, seed, shuffle = true }: BatchOptions,
): (readonly Example[])[] {
  return [...microBatches(shuffle ? shuffled(examples, epochRandom(seed, epoch)) : examples, batchSize)];
}

/** Every epoch has a stream of random numbers of its own, so that none has to be replayed to reach a later one. */
function epochRandom(seed: number, epoch: number) {
  const seeds = seededRandom(seed);
  for (let i = 0; i < epoch; i++) seeds.uint32();
  return seededRandom(seeds.uint32());
}
