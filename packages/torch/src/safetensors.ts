import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { native } from './binding.ts';
import { bytesOf, type DType } from './dtype.ts';
import { FileError } from './errors.ts';
import { Tensor } from './Tensor.ts';
import { tidy } from './tidy.ts';
import { writeParts } from './writeParts.ts';

/** The format's names for element types. https://github.com/huggingface/safetensors, "Format". */
const dtypes: Readonly<Record<string, DType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
};
const codes = new Map(Object.entries(dtypes).map(([code, dtype]) => [dtype, code]));

/** The format allows a header of at most 100 MB. */
const mostHeaderBytes = 100_000_000;

/** Where a tensor lies in its file. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly start: number; // bytes from the beginning of the file
  readonly bytes: number;
}

/** Reads and checks the header of a safetensors file: untrusted, so every offset is held against the file's length. */
export function readSafetensorsHeader(path: string): { entries: TensorEntry[]; metadata: Record<string, string> } {
  const file = open(path);
  try {
    const { size } = fstatSync(file);
    const header = readHeader(file, path, size);
    const { __metadata__: metadata = {}, ...tensors } = header.json as Record<string, never> & {
      __metadata__?: Record<string, string>;
    };
    const entries = Object.entries(tensors).map(([name, info]) => entryOf(path, name, info, header.end, size));
    checkOverlaps(path, entries);
    return { entries, metadata };
  } finally {
    closeSync(file);
  }
}

/**
 * The tensors of a safetensors file, by name, without copying: their memory is the file's pages, read as they are
 * touched. A tensor that does not start at a multiple of its element size is copied. Writing to one stays private to
 * this process. The caller owns them.
 */
export function readSafetensors(path: string): Map<string, Tensor> {
  const { entries } = readSafetensorsHeader(path);
  return tidy(() => {
    const file = new Tensor(native().mapFile(path)); // uint8 [bytes]
    return new Map(
      entries.map(({ name, dtype, shape, start, bytes }) => {
        const slice = file.narrow(0, start, bytes);
        const aligned = start % bytesOf(dtype) === 0 ? slice : slice.clone();
        return [name, aligned.viewAs(dtype).view(shape)];
      }),
    );
  });
}

/**
 * Writes tensors as one safetensors file, whole or not at all (see `writeParts`). Names are written in sorted order,
 * larger elements first, as the format's own library does.
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string> = {},
): void {
  writeParts(path, safetensors(tensors, metadata));
}

/** The file's parts: the header's length, the header, each tensor. */
function* safetensors(tensors: ReadonlyMap<string, Tensor>, metadata: Record<string, string>): Generator<Uint8Array> {
  const order = [...tensors].sort(([a, x], [b, y]) => bytesOf(y.dtype) - bytesOf(x.dtype) || (a < b ? -1 : 1));
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  let offset = 0;
  for (const [name, { dtype, shape, size }] of order) {
    const bytes = size * bytesOf(dtype);
    header[name] = { dtype: codes.get(dtype), shape, data_offsets: [offset, (offset += bytes)] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]); // data starts at a multiple of 8
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  yield* [length, padded];
  for (const [, tensor] of order) yield tensor.toBytes();
}

function open(path: string): number {
  try {
    if (statSync(path).isDirectory()) throw new FileError(path, 'is a folder, expected a safetensors file.');
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(path, `cannot be opened (${(error as NodeJS.ErrnoException).code}). Is the path right?`);
  }
}

function readHeader(file: number, path: string, size: number): { json: object; end: number } {
  const broken = (problem: string) =>
    new FileError(path, `not a whole safetensors file: ${problem}. Fetch or write it again.`);
  const length = Buffer.alloc(8);
  if (size < 8 || readSync(file, length, 0, 8, 0) < 8)
    throw broken(`it has ${size} bytes, fewer than its header's length takes`);
  const headerBytes = Number(length.readBigUInt64LE());
  if (headerBytes > mostHeaderBytes || 8 + headerBytes > size) {
    throw broken(`its header claims ${headerBytes} bytes, the file has ${size}`);
  }
  const text = Buffer.alloc(headerBytes);
  readSync(file, text, 0, headerBytes, 8);
  const json = parse(text.toString('utf8'), broken);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw broken('its header is not an object');
  return { json, end: 8 + headerBytes };
}

function parse(text: string, broken: (problem: string) => FileError): object | null {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw broken(`its header is not JSON (${(error as Error).message})`);
  }
}

/** The format lets no byte belong to two tensors. */
function checkOverlaps(path: string, entries: readonly TensorEntry[]): void {
  const order = entries.filter(({ bytes }) => bytes > 0).sort((a, b) => a.start - b.start);
  for (const [i, { name, start }] of order.entries()) {
    const before = order[i - 1];
    if (!before || before.start + before.bytes <= start) continue;
    const names = `${JSON.stringify(name)} overlaps tensor ${JSON.stringify(before.name)}`;
    throw new FileError(path, `tensor ${names}. Fetch or write the file again.`);
  }
}

function entryOf(
  path: string,
  name: string,
  info: { dtype?: string; shape?: number[]; data_offsets?: number[] },
  dataStart: number,
  size: number,
): TensorEntry {
  const wrong = (problem: string) =>
    new FileError(path, `tensor ${JSON.stringify(name)} ${problem}. Fetch or write the file again.`);
  const code = info?.dtype ?? '';
  const dtype = Object.hasOwn(dtypes, code) ? dtypes[code] : undefined;
  if (!dtype) throw wrong(`has dtype ${JSON.stringify(info?.dtype)}; known are ${Object.keys(dtypes).join(', ')}`);
  const { shape, data_offsets: offsets } = info;
  const whole = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!whole(shape) || !whole(offsets) || offsets.length !== 2) throw wrong('has no valid shape and data_offsets');
  const [from, to] = offsets as [number, number];
  const bytes = shape.reduce((product, dim) => product * dim, bytesOf(dtype));
  if (to - from !== bytes)
    throw wrong(`of shape [${shape.join(', ')}] needs ${bytes} bytes, its offsets give ${to - from}`);
  if (dataStart + to > size) throw wrong(`ends at byte ${dataStart + to}, the file has ${size}: it was cut off`);
  return { name, dtype, shape, start: dataStart + from, bytes };
}
