/** Opens a data file, unpacks it, and tells from its first bytes what it is. Names are never looked at. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { DataError } from '../errors.ts';
import { isSpace } from './lines.ts';

/** `array` and `object` by the first visible byte; `other` text is neither; `empty` has no visible byte. */
export type ContentKind = 'parquet' | 'array' | 'object' | 'other' | 'empty';

const CHUNK_BYTES = 2 ** 20;
const PARQUET = 'PAR1';

/** What a file is. Throws a {@link DataError} where there is no file, or a damaged one. */
export async function contentKind(path: string): Promise<ContentKind> {
  if ((await firstBytes(path)) === PARQUET) return 'parquet';
  for await (const chunk of unpackedBytes(path)) {
    if (latin1(chunk) === PARQUET) throw new DataError(path, 'Parquet inside gzip. Unpack it with gunzip first.');
    const first = chunk.find((byte) => !isSpace(byte));
    if (first !== undefined) return first === 0x5b ? 'array' : first === 0x7b ? 'object' : 'other';
  }
  return 'empty';
}

/** A file's bytes, unpacked if they are gzipped, without a byte order mark. Leaving early closes the file. */
export async function* unpackedBytes(path: string): AsyncGenerator<Uint8Array> {
  const packed = (await firstBytes(path)).startsWith('\x1f\x8b');
  let isFirst = true;
  for await (const chunk of packed ? gunzipped(path) : createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    yield isFirst ? withoutByteOrderMark(chunk) : chunk;
    isFirst = false;
  }
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 4)).toString('latin1');

async function firstBytes(path: string): Promise<string> {
  try {
    if ((await stat(path)).isDirectory()) throw new DataError(path, 'this is a folder; a file was expected.');
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return latin1(buffer.subarray(0, bytesRead));
  } catch (error) {
    if (error instanceof DataError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const what =
      code === 'ENOENT'
        ? 'there is no such file. Paths start from the folder that the command is called in.'
        : `cannot be opened (${code}).`;
    throw new DataError(path, what, { cause: error });
  }
}

async function* gunzipped(path: string): AsyncGenerator<Uint8Array> {
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

function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
