/**
 * What one operator costs from TypeScript beyond its arithmetic: x + x on a single number, the result freed, without
 * autograd. The best of several rounds, because what else runs on the machine only ever adds.
 */
import { engine, noGrad, ones, tidy } from '@attune/torch';

const calls = 100_000;
const perScope = 100; // tensors that one tidy() frees: fewer than a training step makes
const rounds = 9;

const { version, threads } = engine();
const x = ones([1]);
let best = Number.POSITIVE_INFINITY;
for (let round = 0; round < rounds; round++) {
  const start = performance.now();
  noGrad(() => {
    for (let i = 0; i < calls; i += perScope) {
      tidy(() => {
        for (let j = 0; j < perScope; j++) x.add(x);
      });
    }
  });
  best = Math.min(best, ((performance.now() - start) / calls) * 1000);
}
console.log(`libtorch ${version}, ${threads} threads: ${best.toFixed(2)} µs for x.add(x) and freeing its result`);
