// Loaded before the tests by scripts/test.sh: properties then draw the same cases each time, and a run that passed passes
// again. Without it, as under `node --test FILE`, each run draws new ones.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const { default: fc } = await import('fast-check'); // which takes a worker, who inherits this, a tenth of a second
  fc.configureGlobal({ seed: 20261122 });
}
