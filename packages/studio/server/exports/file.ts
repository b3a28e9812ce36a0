/** Exports as files: lines are sent as they are read; a Parquet file is written beside them first. */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Threads } from '../threads.ts';
import type { Paths } from './parquetWorker.ts';

const rewriters = new Threads<Paths, 'done'>(new URL('./parquetWorker.ts', import.meta.url));

/** Records as JSONL, read no faster than they are taken. */
export const asLines = (records: AsyncIterable<object[]>): Readable => Readable.from(lines(records));

async function* lines(pages: AsyncIterable<object[]>): AsyncGenerator<string> {
  for await (const records of pages) {
    if (records.length > 0) yield records.map((record) => `${JSON.stringify(record)}\n`).join('');
  }
}

/** Records as a Parquet file, made in a thread of its own; its temporary files are removed when it is sent. */
export async function asParquet(records: AsyncIterable<object[]>, folder: string): Promise<Readable> {
  const place = join(folder, 'exports');
  await mkdir(place, { recursive: true, mode: 0o700 });
  const path = join(place, randomUUID());
  const [from, to] = [`${path}.jsonl`, `${path}.parquet`];
  try {
    await pipeline(asLines(records), createWriteStream(from, { mode: 0o600, flags: 'wx' }));
    await rewriters.ask({ from, to });
  } finally {
    await rm(from, { force: true });
  }
  return createReadStream(to).once('close', () => void rm(to, { force: true }));
}
