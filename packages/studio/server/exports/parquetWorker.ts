/** Rewrites a JSONL file as Parquet. */
import { workerData } from 'node:worker_threads';
import { openRows, writeRecords } from '@attune/preferences';

const { from, to } = workerData as { from: string; to: string };
const records: object[] = [];
for await (const { row } of (await openRows(from)).rows) if (row) records.push(row);
await writeRecords(to, records);
