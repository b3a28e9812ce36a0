import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FileError } from '@attune/torch';

const windowBytes = 1 << 20;

/** `length` bytes of the file at `path` from `offset` on, in a buffer of their own. */
export function readBytes(path: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const file = openModelFile(path);
  try {
    return readFully(file, path, offset, length);
  } finally {
    closeSync(file);
  }
}

/**
 * Reads little-endian values one after the other from a file that is not trusted: every read is checked against the
 * file's size and names, when the file is too short, what should have been there. Holds 1 MiB of the file at a time.
 */
export class ByteCursor {
  readonly path: string;
  /** The file's length in bytes. */
  readonly size: number;
  /** Where the next read starts, in bytes from the file's start. */
  offset = 0;
  readonly #file: number;
  #window = new DataView(new ArrayBuffer(0));
  #windowStart = 0;

  constructor(path: string) {
    this.path = path;
    this.#file = openModelFile(path);
    this.size = fstatSync(this.#file).size;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  get remaining(): number {
    return this.size - this.offset;
  }

  uint8 = (what: string): number => this.#read(1, what, (view, at) => view.getUint8(at));
  int8 = (what: string): number => this.#read(1, what, (view, at) => view.getInt8(at));
  uint16 = (what: string): number => this.#read(2, what, (view, at) => view.getUint16(at, true));
  int16 = (what: string): number => this.#read(2, what, (view, at) => view.getInt16(at, true));
  uint32 = (what: string): number => this.#read(4, what, (view, at) => view.getUint32(at, true));
  int32 = (what: string): number => this.#read(4, what, (view, at) => view.getInt32(at, true));
  float32 = (what: string): number => this.#read(4, what, (view, at) => view.getFloat32(at, true));
  float64 = (what: string): number => this.#read(8, what, (view, at) => view.getFloat64(at, true));
  uint64 = (what: string): number | bigint => this.#read(8, what, (view, at) => safe(view.getBigUint64(at, true)));
  int64 = (what: string): number | bigint => this.#read(8, what, (view, at) => safe(view.getBigInt64(at, true)));

  /** A uint64 that counts things each at least `unitBytes` long, and so cannot exceed what is left of the file. */
  count(what: string, unitBytes: number): number {
    const value = this.uint64(what);
    if (typeof value === 'bigint' || value * unitBytes > this.remaining) {
      throw this.error(
        `${what} is ${value}, more than the ${this.remaining} bytes that are left can hold. ` +
          'The file is cut off or damaged: fetch it again.',
      );
    }
    return value;
  }

  /** `length` bytes as UTF-8. */
  text(length: number, what: string): string {
    return this.#read(length, what, (view, at) => Buffer.from(view.buffer, at, length).toString('utf8'));
  }

  error(problem: string): FileError {
    return new FileError(this.path, problem);
  }

  /** Moves past `length` bytes after making sure that they are in the window, where `get` finds them at `at`. */
  #read<T>(length: number, what: string, get: (view: DataView<ArrayBuffer>, at: number) => T): T {
    if (!Number.isSafeInteger(length) || length < 0 || length > this.remaining) {
      throw this.error(
        `the file ends at byte ${this.size}, but ${what} needs ${length} bytes from byte ${this.offset} on. ` +
          'The file is cut off or damaged: fetch it again.',
      );
    }
    const end = this.offset + length;
    if (end > this.#windowStart + this.#window.byteLength) {
      const bytes = readFully(
        this.#file,
        this.path,
        this.offset,
        Math.min(Math.max(length, windowBytes), this.remaining),
      );
      this.#window = new DataView(bytes.buffer);
      this.#windowStart = this.offset;
    }
    const place = this.offset - this.#windowStart;
    this.offset = end;
    return get(this.#window, place);
  }
}

function openModelFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new FileError(path, `the file cannot be opened (${(cause as Error).message}).`);
  }
}

/** One read call returns at most 2 GiB, so a large tensor takes several. */
function readFully(file: number, path: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const got = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), offset + done);
    if (got === 0) {
      throw new FileError(path, `the file ends at byte ${offset + done}, expected ${offset + length} or more.`);
    }
    done += got;
  }
  return bytes;
}

const safe = (value: bigint): number | bigint =>
  value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value;
