/** An uploaded file, kept under a name of the studio's own until it is read. */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ColumnMapping } from '../../shared/items.ts';
import { Refusal } from '../refusal.ts';
import { Threads } from '../threads.ts';
import type { KeyedRow, ReadFile } from './row.ts';
import type { Answer, Question } from './worker.ts';

/** Bytes of a file as it is sent, and of what is in it when it is packed. */
export const MOST_SENT = 256 << 20;
const MOST_UNPACKED = 512 << 20;
const MOST_HEAP_MB = 3072;

/** What arrives: @fastify/multipart's file. Its name is never used as one. */
export interface Upload {
  readonly filename?: string;
  readonly file: Readable & { truncated?: boolean };
}

/**
 * Reads an upload. It is written under a random name in `folder` and removed again, whatever happens.
 *
 * @param use is given the file, whose rows are read as it asks for them
 * @throws Refusal 413 for a file that is too large, 422 for one that is no table or list of records
 */
export async function withUpload<T>(
  folder: string,
  upload: Upload,
  mapping: ColumnMapping | undefined,
  use: (file: ReadFile) => Promise<T>,
): Promise<T> {
  const place = join(folder, 'uploads');
  await mkdir(place, { recursive: true, mode: 0o700 });
  const path = join(place, randomUUID());
  const to = `${path}.parts`;
  try {
    await pipeline(upload.file, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
    if (upload.file.truncated) throw tooLarge(`${MOST_SENT >> 20} MiB`);
    await checkUnpacked(path);
    const answer = await asked({ path, mapping, to });
    if ('read' in answer) return await use({ ...answer.read, parts: partsOf(to, answer.lengths) });
    throw new Refusal(422, 'unreadable_file', answer.unusable.replaceAll(path, shownName(upload.filename)));
  } finally {
    for (const file of [path, to]) await rm(file, { force: true });
  }
}

async function* partsOf(path: string, lengths: readonly number[]): AsyncGenerator<KeyedRow[]> {
  await using file = await open(path);
  for (const length of lengths) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length);
    if (bytesRead < length) throw new Error(`${path} was cut off.`);
    yield JSON.parse(buffer.toString());
  }
}

/** A file name to be shown: no path, no control or direction marks, not too long. */
export const shownName = (name = ''): string =>
  name
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .split(/[\\/]/)
    .at(-1)!
    .slice(0, 100) || 'the file';

const tooLarge = (limit: string): Refusal =>
  new Refusal(413, 'too_large', `The file is larger than ${limit}. Split it and import the parts.`);

/** A small packed file can hold very much; it is counted before it is read. */
async function checkUnpacked(path: string): Promise<void> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  if (buffer[0] !== 0x1f || buffer[1] !== 0x8b) return;
  let bytes = 0;
  const count = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) if ((bytes += chunk.length) > MOST_UNPACKED) throw unpacksTooLarge;
  };
  const unpacksTooLarge = tooLarge(`${MOST_UNPACKED >> 20} MiB when it is unpacked`);
  try {
    await pipeline(createReadStream(path), createGunzip(), count);
  } catch (error) {
    if (error === unpacksTooLarge) throw error; // a damaged file is told of by its reader, with the place
  }
}

const readers = new Threads<Question, Answer>(new URL('./worker.ts', import.meta.url), {
  resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
});

async function asked(question: Question): Promise<Answer> {
  try {
    return await readers.ask(question);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge('the memory that is set aside for reading it') : error;
  }
}
