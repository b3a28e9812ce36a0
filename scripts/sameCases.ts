// Loaded before the tests by scripts/test.sh: properties then draw the same cases each time, and a run that passed passes
// again. Without it, as under `node --test FILE`, each run draws new ones.
import fc from 'fast-check';

fc.configureGlobal({ seed: 20261122 });
