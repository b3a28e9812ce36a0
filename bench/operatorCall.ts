/**
 * What one operator costs from TypeScript beyond its arithmetic: x + x on a single number, the result freed, without
 * autograd. The best of several rounds, because what else runs on the machine only ever adds.
 */
import { engine, noGrad, ones } from '@attune/torch';

const calls = 100_000;
const rounds = 9;

const { version, threads } = engine();
const x = ones([1]);
let best = Number.POSITIVE_INFINITY;
for (let round = 0; round < rounds; round++) {
  const start = performance.now();
  noGrad(() => {
    for (let i = 0; i < calls; i++) x.add(x)[Symbol.dispose]();
  });
  best = Math.min(best, ((performance.now() - start) / calls) * 1000);
}
console.log(`libtorch ${version}, ${threads} threads: ${best.toFixed(2)} µs for x.add(x) and freeing its result`);
