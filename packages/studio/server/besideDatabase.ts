/**
 * What stands in the studio's folder and belongs to what the database holds: the replies of models that were paid for, and
 * how far sampling, judging and annotation are. A backup has them too.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ReplyCache, type ReplyEntry } from '@attune/preferences';
import { z } from 'zod';
import { JobName, jobFile } from './jobs/job.ts';

/** Kinds of rows, each with its place in the folder. */
const places = { replies: 'replies.sqlite', work: 'work' } as const;
export type Beside = keyof typeof places;
export const besides = Object.keys(places) as Beside[];

export const repliesFile = (folder: string): string => join(folder, places.replies);

const WorkRow = z.object({ projectId: z.uuid(), name: JobName, job: z.looseObject({}) });

/** All that stands there, row by row. */
export function* readBeside(folder: string): Generator<readonly [Beside, object]> {
  if (existsSync(repliesFile(folder))) {
    using replies = new ReplyCache(repliesFile(folder));
    for (const entry of replies.entries()) yield ['replies', entry];
  }
  const work = join(folder, places.work);
  for (const projectId of existsSync(work) ? readdirSync(work) : []) {
    for (const name of JobName.options) {
      const file = jobFile(folder, { projectId, name });
      if (existsSync(file)) yield ['work', { projectId, name, job: JSON.parse(readFileSync(file, 'utf8')) }];
    }
  }
}

/** Rows on their way into a folder that has none of them. They are in a folder of their own until they are kept. */
export class RestoredBeside implements Disposable {
  readonly #folder: string;
  readonly #part: string;
  readonly #replies: ReplyCache;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#part = mkdtempSync(join(folder, 'restoring-'));
    this.#replies = new ReplyCache(repliesFile(this.#part));
  }

  /** @throws ZodError of rows that are none */
  add(kind: Beside, rows: readonly unknown[]): void {
    if (kind === 'replies') this.#replies.putAll(rows as ReplyEntry[]);
    for (const row of kind === 'work' ? rows : []) {
      const { job, ...place } = WorkRow.parse(row);
      const file = jobFile(this.#part, place);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, JSON.stringify(job));
    }
  }

  /** From now on they are the studio's. */
  keep(): void {
    this.#replies[Symbol.dispose](); // which leaves a single file
    for (const name of Object.values(places)) {
      const made = join(this.#part, name);
      if (existsSync(made)) renameSync(made, join(this.#folder, name));
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#part, { recursive: true, force: true });
  }
}

/** What of it a folder has already. */
export const foundBeside = (folder: string): Beside | undefined =>
  besides.find((kind) => existsSync(join(folder, places[kind])));
