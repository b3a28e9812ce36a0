/** Opens a data file and finds out from its first bytes what it is. Names are never looked at. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { DataError } from '../errors.ts';
import { isSpace } from './lines.ts';

const CHUNK_BYTES = 2 ** 20;

/** Parquet is read by position; everything else is a stream of bytes, unpacked and without a byte order mark. */
export type Opened =
  | { readonly kind: 'parquet' }
  | {
      /** `array` and `object` by the first visible byte; `other` text is neither. `empty` has no visible byte. */
      readonly kind: 'array' | 'object' | 'other' | 'empty';
      readonly chunks: AsyncIterable<Uint8Array>;
    };

/** Looks at the beginning of a file. Throws a {@link DataError} where there is none to look at. */
export async function openBytes(path: string): Promise<Opened> {
  const magic = await firstBytes(path);
  if (magic.toString('latin1') === 'PAR1') return { kind: 'parquet' };
  const packed = magic[0] === 0x1f && magic[1] === 0x8b;
  const chunks = packed ? unpacked(path) : createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const iterator: AsyncIterator<Uint8Array> = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  const head = first.done ? new Uint8Array() : withoutByteOrderMark(first.value);
  if (packed && Buffer.from(head.subarray(0, 4)).toString('latin1') === 'PAR1') {
    await iterator.return?.();
    throw new DataError(path, 'a Parquet file inside gzip cannot be read. Unpack it with gunzip first.');
  }
  return { kind: kindOf(head), chunks: resumed(head, iterator) };
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    if ((await stat(path)).isDirectory()) throw new DataError(path, 'this is a folder; a file was expected.');
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof DataError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw new DataError(path, code === 'ENOENT' ? 'there is no such file.' : `cannot be opened (${code}).`, {
      cause: error,
    });
  }
}

async function* unpacked(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  file.on('error', (error) => gunzip.destroy(error));
  try {
    yield* file.pipe(gunzip);
  } catch (error) {
    const cutOff = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
    const what = cutOff ? 'the gzip data is cut off' : `the gzip data is damaged (${(error as Error).message})`;
    throw new DataError(path, `${what}. Fetch or write the file again.`, { cause: error });
  } finally {
    file.destroy();
    gunzip.destroy();
  }
}

function withoutByteOrderMark(head: Uint8Array): Uint8Array {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head;
}

function kindOf(head: Uint8Array): 'array' | 'object' | 'other' | 'empty' {
  const first = head.find((byte) => !isSpace(byte));
  if (first === undefined) return 'empty';
  return first === 0x5b ? 'array' : first === 0x7b ? 'object' : 'other';
}

/** The head that was looked at, then the rest. Leaving early closes the file. */
async function* resumed(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
