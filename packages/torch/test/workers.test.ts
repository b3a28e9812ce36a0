import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { liveTensors, tensor, zeros } from '../src/index.ts';

interface Told {
  readonly before: number;
  readonly after: number;
  readonly values: readonly number[];
}

const multiplied = (seed: number): Promise<Told> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'multiply.ts'), { workerData: { seed, rounds: 300 } });
    worker.once('message', resolve).once('error', reject);
  });

test('two workers compute at once, each with a table of its own, and as each would alone', async () => {
  using x = tensor([1, 2]);
  using others = zeros([3]);
  const live = liveTensors();
  const [one, two] = await Promise.all([multiplied(1), multiplied(2)]);
  for (const { before, after } of [one, two]) assert.deepEqual([before, after], [0, 1]);
  assert.deepEqual(await multiplied(1), one);
  assert.notDeepEqual(one.values, two.values);
  assert.deepEqual(x.toArray(), [1, 2]);
  assert.equal(others.disposed, false);
  assert.equal(liveTensors(), live);
});
