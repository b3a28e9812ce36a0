import { parentPort, workerData } from 'node:worker_threads';
import { liveTensors, Random, randn, tidy } from '../src/index.ts';

/** A worker's task: products of random matrices, long enough that two such workers compute at the same time. */
const { seed, rounds }: { seed: number; rounds: number } = workerData;
const before = liveTensors();
const random = new Random(seed);
let kept = randn([48, 48], random);
for (let i = 0; i < rounds; i++) {
  using last = kept;
  kept = tidy(() =>
    last
      .matmul(randn([48, 48], random))
      .tanh()
      .add(i % 2),
  );
}
parentPort!.postMessage({ before, after: liveTensors(), values: kept.toArray() });
