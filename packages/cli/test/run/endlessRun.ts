import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunFolder } from '../../src/run/RunFolder.ts';

// A run that saves a checkpoint at every step and says so, until it is killed.
const run = RunFolder.create(process.argv[2]!, {});
for (let step = 1; ; step++) {
  run.metrics(step, { loss: 1 / step });
  await run.checkpoint(
    step,
    (folder) => {
      mkdirSync(join(folder, 'deeper'));
      for (const file of ['weights', 'deeper/optimizer']) writeFileSync(join(folder, file), `${step};`.repeat(20_000));
    },
    { keep: 3 },
  );
  process.stdout.write(`${step}\n`);
}
