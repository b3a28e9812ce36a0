import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BatchOptions, batches, batchesPerEpoch, microBatches } from '../../src/data/batches.ts';
import { pack } from '../../src/data/pack.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

/** The ways to batch up to 40 examples. */
const ways = fc.record({
  count: fc.integer({ min: 1, max: 40 }),
  batchSize: fc.integer({ min: 1, max: 9 }),
  seed: fc.integer(),
  epochs: fc.integer({ min: 1, max: 3 }),
  shuffle: fc.boolean(),
});

const taken = (count: number, options: BatchOptions) => [...batches(numbers(count), options)];

test('each example comes exactly once per epoch, in full batches but for one of each epoch', () => {
  fc.assert(
    fc.property(ways, ({ count, ...options }) => {
      const all = taken(count, options);
      for (let epoch = 0; epoch < options.epochs; epoch++) {
        const own = all.filter((batch) => batch.epoch === epoch).map((batch) => batch.examples);
        assert.deepEqual(
          own.flat().toSorted((a, b) => a - b),
          numbers(count),
        );
        assert.equal(own.length, batchesPerEpoch(count, options.batchSize));
        const short = own.filter((examples) => examples.length !== options.batchSize);
        assert.ok(short.length <= 1);
      }
      assert.equal(all.at(-1)!.epoch, options.epochs - 1);
    }),
  );
});

test('going on from any position continues the same sequence', () => {
  fc.assert(
    fc.property(ways, fc.nat(), ({ count, ...options }, stop) => {
      const all = taken(count, options);
      const done = 1 + (stop % all.length);
      const from = JSON.parse(JSON.stringify(all[done - 1]!.next)); // as a checkpoint keeps it
      assert.deepEqual(taken(count, { ...options, from }), all.slice(done));
    }),
  );
});

test('the order is decided by the seed and the epoch', () => {
  const orderOf = (seed: number, epoch: number) =>
    taken(50, { batchSize: 50, seed, epochs: 2 })[epoch]!.examples.join(' ');
  assert.equal(orderOf(1, 0), orderOf(1, 0));
  assert.equal(new Set([orderOf(1, 0), orderOf(1, 1), orderOf(2, 0), orderOf(2, 1)]).size, 4);
});

test('without shuffling the examples come in their own order', () => {
  const all = taken(5, { batchSize: 2, seed: 1, epochs: 2, shuffle: false });
  assert.deepEqual(
    all.map((batch) => batch.examples),
    [[0, 1], [2, 3], [4], [0, 1], [2, 3], [4]],
  );
});

test('no examples are an error, not an endless loop', () => {
  assert.throws(() => batches([], { batchSize: 1, seed: 0 }).next(), { code: 'no_examples', badInput: true });
});

test('micro-batches are the batch in parts', () => {
  assert.deepEqual([...microBatches([1, 2, 3, 4, 5], 2)], [[1, 2], [3, 4], [5]]);
});

test('packing keeps every token in its place: the blocks and what is left over are the documents, joined', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat(99), { maxLength: 20 })),
      fc.integer({ min: 1, max: 9 }),
      (documents, block) => {
        const { blocks, leftOver } = pack(documents, block);
        const joined = documents.flat();
        assert.ok(blocks.every((tokens) => tokens.length === block) && leftOver < block);
        assert.deepEqual(blocks.flat(), joined.slice(0, joined.length - leftOver));
      },
    ),
  );
});
