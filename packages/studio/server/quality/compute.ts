import { Threads } from '../threads.ts';
import type { VoteColumns } from './columns.ts';
import { type VoteReport, voteReport } from './report.ts';

/** As many votes are counted where they are, in milliseconds; more go to a thread. */
export const FEW = 2000;

const reporters = new Threads<VoteColumns, VoteReport>(new URL('./worker.ts', import.meta.url));

/** Starts the thread, so that the first report of many votes does not wait for it. */
export const expectReports = (): void => reporters.expect();

/** The report of the votes; of many, from a thread. */
export const computeReport = async (votes: VoteColumns): Promise<VoteReport> =>
  votes.item.length <= FEW ? voteReport(votes) : reporters.ask(votes);
