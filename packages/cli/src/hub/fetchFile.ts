import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { downloadFile, type ListFileEntry } from '@huggingface/hub';
import { partialSuffix } from '../run/durable.ts';
import { asking, HubError, NetworkError } from './errors.ts';
import type { HubModel } from './pullModel.ts';

/**
 * Fetches one file so that it is whole or not there at all: into a file of another name, which a later call goes on
 * from, is compared with the hub's hash, synced, and renamed.
 *
 * @param onBytes called with the number of bytes that are there, of those that were missing
 * @returns whether anything had to be fetched
 */
export async function fetchFile(
  model: HubModel,
  file: ListFileEntry,
  target: string,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  if (await isWhole(target, file)) {
    onBytes(file.size);
    return false;
  }
  const partial = target + partialSuffix;
  const earlier = sizeOf(partial);
  await fetchRest(model, file, partial, onBytes);
  if (!(await isWhole(partial, file))) {
    await rm(partial);
    // What an earlier run left may be of another revision; a download from start to end has no such excuse.
    if (earlier > 0) return fetchFile(model, file, target, onBytes);
    throw new NetworkError(`${model.repo}: ${file.path} arrived with another content than the hub lists. Try again.`);
  }
  await rename(partial, target);
  return true;
}

/** Goes on after each break of the connection, as long as every attempt brings something. */
async function fetchRest(
  model: HubModel,
  file: ListFileEntry,
  partial: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  for (;;) {
    const before = sizeOf(partial);
    try {
      return await appendFrom(model, file, partial, onBytes);
    } catch (error) {
      if (!(error instanceof NetworkError) || sizeOf(partial) <= before) throw error;
    }
  }
}

async function appendFrom(
  model: HubModel,
  file: ListFileEntry,
  partial: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let done = sizeOf(partial) > file.size ? 0 : sizeOf(partial);
  const output = await open(partial, done > 0 ? 'a' : 'w');
  try {
    onBytes(done);
    if (done === file.size) return;
    const reader = (await contentFrom(model, file, done)).getReader();
    for (;;) {
      const { done: ended, value } = await asking(model, () => reader.read());
      if (ended) break;
      await output.writeFile(value);
      onBytes((done += value.length));
    }
    await output.sync();
  } finally {
    await output.close();
  }
  if (done < file.size) {
    throw new NetworkError(`${model.repo}: ${file.path} ended after ${done} of ${file.size} bytes. Try again.`);
  }
}

async function contentFrom(model: HubModel, file: ListFileEntry, start: number) {
  const content = await asking(model, () =>
    // Plain HTTP, not the hub's chunked protocol: what has arrived is then a beginning of the file, and can be gone on from.
    downloadFile({ ...model, path: file.path, xet: false }),
  );
  if (!content) throw new HubError(`${model.repo}: ${file.path} has gone from the hub. Run the command again.`);
  return content.slice(start).stream();
}

/** Whether the file at `path` is the one the hub lists: by SHA-256 for large files, by git's blob hash for others. */
async function isWhole(path: string, { size, oid, lfs }: ListFileEntry): Promise<boolean> {
  if (!existsSync(path) || statSync(path).size !== size) return false;
  const hash = lfs ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex') === (lfs?.oid ?? oid);
}

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);
