/** Rewrites JSONL files as Parquet. */
import { parentPort } from 'node:worker_threads';
import { openRows, writeParquet } from '@attune/preferences';

export interface Paths {
  readonly from: string;
  readonly to: string;
}

parentPort!.on('message', async ({ from, to }: Paths) => {
  await writeParquet(to, () => recordsIn(from));
  parentPort!.postMessage('done');
});

async function* recordsIn(path: string): AsyncGenerator<object> {
  for await (const { row } of (await openRows(path)).rows) if (row) yield row;
}
