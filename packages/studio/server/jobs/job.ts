/**
 * Work that goes on while the studio does: its settings and how far it is are in a file of their own, `work/PROJECT/NAME.json`
 * in the studio's folder. What comes of it is in the database as it comes, so that after a crash the work that is left is known.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nothingSpent, type Spent, together } from '@attune/preferences';
import { z } from 'zod';
import type { Job } from '../../shared/jobs.ts';
import type { Db } from '../db/open.ts';
import { Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';

export const JobName = z.enum(['sampling', 'judging', 'annotation']);

/** Which work: a project has one of each name at a time. */
export interface JobPlace {
  readonly projectId: string;
  /** `beside-NAME` compares a run with its start: what comes of that lies in the run's folder. */
  readonly name: z.infer<typeof JobName> | `beside-${string}`;
}

/** What came of one item: it is done, unless it failed. */
export interface Outcome {
  readonly failure?: { readonly reason: string; readonly said?: string | undefined };
  readonly spent?: Spent;
  /** Responses that were cut off. */
  readonly cut?: number;
}

/** The items that are left, and how each comes to its end. Abort of the signal lets none begin. */
export interface Work {
  readonly left: number;
  run(signal: AbortSignal): AsyncIterable<Outcome>;
  /** What an amount of tokens costs. */
  readonly costOf?: (tokens: Spent) => number;
}

interface AtWork {
  job: Job;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

const atWork = new WeakMap<Db, Map<string, AtWork>>();
const SAVE_MS = 500;

/** Where in the studio's folder the settings of such work are, and how far it is. */
export const jobFile = (folder: string, { projectId, name }: JobPlace): string =>
  join(folder, 'work', projectId, `${name}.json`);

/** The latest work of a name; null where there was none. What the studio left in the midst has stopped. */
export function latestJob<J extends Job>(studio: Studio, place: JobPlace): J | null {
  const file = jobFile(studio.folder, place);
  const running = atWork.get(studio.db)?.get(file);
  if (running) return running.job as J;
  if (!existsSync(file)) return null;
  const job = JSON.parse(readFileSync(file, 'utf8')) as J;
  return job.state === 'running' ? { ...job, state: 'stopped' } : job;
}

/**
 * Begins work, or goes on with it.
 *
 * @param more what else is to be known of it: its settings
 * @param before what came of it until now
 * @throws Refusal 409 where the project has such work under way
 */
export function startJob<More extends object>(
  studio: Studio,
  place: JobPlace,
  work: Work,
  more: More,
  before?: Job,
): Job & More {
  const file = jobFile(studio.folder, place);
  const jobs = atWork.get(studio.db) ?? new Map<string, AtWork>();
  atWork.set(studio.db, jobs);
  if (jobs.has(file)) throw new Refusal(409, 'at_work', 'Such work is under way in this project. Stop it first.');
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const running: AtWork = {
    job: { ...more, ...begin(studio, work, before) },
    stop,
    ended: begun.promise.then(() => follow(running, work, (job) => save(file, job))).finally(() => jobs.delete(file)),
  };
  save(file, running.job);
  jobs.set(file, running);
  begun.resolve();
  return running.job as Job & More;
}

/** Lets nothing more begin, and waits for what is under way. */
export async function stopJob(studio: Studio, place: JobPlace): Promise<void> {
  const running = atWork.get(studio.db)?.get(jobFile(studio.folder, place));
  running?.stop.abort();
  await running?.ended;
}

/** Before the studio ends: all of it can be gone on with later. */
export async function stopAllJobs({ db }: Studio): Promise<void> {
  const jobs = [...(atWork.get(db)?.values() ?? [])];
  for (const { stop } of jobs) stop.abort();
  await Promise.all(jobs.map(({ ended }) => ended));
}

function begin({ now }: Studio, { left, costOf }: Work, before: Job | undefined): Job {
  const total = Math.max(left, before?.total ?? 0);
  const { cut = 0, calls = 0, cached = 0, input = 0, output = 0 } = before ?? {};
  return {
    ...{ state: 'running', startedAt: now(), total, done: total - left, failed: 0, failures: [], error: null },
    ...{ cut, calls, cached, input, output, cost: costOf?.({ ...nothingSpent, calls, cached, input, output }) ?? null },
  };
}

async function follow(running: AtWork, work: Work, keep: (job: Job) => void): Promise<void> {
  const { signal } = running.stop;
  let savedAt = 0;
  try {
    for await (const outcome of work.run(signal)) {
      running.job = after(running.job, outcome, work);
      if (performance.now() - savedAt < SAVE_MS) continue;
      keep(running.job);
      savedAt = performance.now();
    }
    running.job = { ...running.job, state: signal.aborted ? 'stopped' : 'finished' };
  } catch (error) {
    const state = signal.aborted ? 'stopped' : 'failed';
    running.job = { ...running.job, state, error: signal.aborted ? null : (error as Error).message };
  }
  keep(running.job);
}

const LONGEST_EXAMPLE = 500;

function after(job: Job, { failure, spent = nothingSpent, cut = 0 }: Outcome, { costOf }: Work): Job {
  const sum = together({ ...nothingSpent, ...job, failed: 0 }, spent);
  const { calls, cached, input, output } = sum;
  const told = { ...job, calls, cached, input, output, cost: costOf?.(sum) ?? null, cut: job.cut + cut };
  if (!failure) return { ...told, done: job.done + 1 };
  const { reason, said = '' } = failure;
  const before = job.failures.find((one) => one.reason === reason);
  const others = job.failures.filter((one) => one !== before);
  const counted = before
    ? { ...before, count: before.count + 1 }
    : { reason, count: 1, example: said.slice(0, LONGEST_EXAMPLE) };
  return { ...told, failed: job.failed + 1, failures: [...others, counted] };
}

function save(file: string, job: Job): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.partial`, JSON.stringify(job));
  renameSync(`${file}.partial`, file);
}
