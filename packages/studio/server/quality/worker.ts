/** Computes reports in a thread of its own, so that nobody's vote waits for statistics. */
import { parentPort } from 'node:worker_threads';
import type { VoteColumns } from './columns.ts';
import { voteReport } from './report.ts';

parentPort!.on('message', (votes: VoteColumns) => parentPort!.postMessage(voteReport(votes)));
