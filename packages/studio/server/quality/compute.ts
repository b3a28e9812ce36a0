import { Worker } from 'node:worker_threads';
import type { VoteColumns } from './columns.ts';
import { type VoteReport, voteReport } from './report.ts';

/** As many votes are counted where they are, in milliseconds; more go to the thread. */
const FEW = 2000;

let thread: Worker | undefined;
let asked = 0;

/** Starts the thread, so that the first report does not wait for it: loading what it computes with takes longer than a report. */
export function expectReports(): void {
  thread ??= startThread();
}

/** The report of the votes; of many, from a thread that is kept for the next time. */
export async function computeReport(votes: VoteColumns): Promise<VoteReport> {
  if (votes.item.length <= FEW) return voteReport(votes);
  thread ??= startThread();
  const worker = thread;
  const id = ++asked;
  worker.ref();
  return new Promise<VoteReport>((resolve, reject) => {
    const answered = (message: { id: number; report: VoteReport }) => {
      if (message.id === id) settle(() => resolve(message.report));
    };
    const failed = (error: unknown) => settle(() => reject(error));
    const settle = (tell: () => void) => {
      worker.off('message', answered).off('error', failed);
      if (worker.listenerCount('message') === 0) worker.unref();
      tell();
    };
    worker.on('message', answered).on('error', failed);
    worker.postMessage({ id, votes });
  });
}

function startThread(): Worker {
  const worker = new Worker(new URL('./worker.ts', import.meta.url));
  worker.unref();
  worker.once('exit', () => {
    if (thread === worker) thread = undefined;
  });
  return worker;
}
