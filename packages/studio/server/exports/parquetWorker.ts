/** Rewrites JSONL files as Parquet. */
import { parentPort } from 'node:worker_threads';
import { openRows, writeRecords } from '@attune/preferences';

export interface Paths {
  readonly from: string;
  readonly to: string;
}

parentPort!.on('message', async ({ from, to }: Paths) => {
  const records: object[] = [];
  for await (const { row } of (await openRows(from)).rows) if (row) records.push(row);
  await writeRecords(to, records);
  parentPort!.postMessage('done');
});
