import { FileError } from '@attune/torch';
import { ByteCursor, readBytes } from './byteCursor.ts';
import { dequantize } from './dequantize.ts';
import { encodedBytes, type GgmlType, ggmlTypeName, ggmlTypeOf, ggmlTypes } from './ggmlTypes.ts';
import { elementCount } from './modelSource.ts';

/** A metadata value; 64-bit numbers that a float64 cannot hold come as bigint. */
export type GgufScalar = number | bigint | boolean | string;
export type GgufValue = GgufScalar | readonly GgufScalar[];

/** Where a tensor lies in the file, and how it is encoded. */
export interface GgufTensor {
  readonly name: string;
  readonly type: GgmlType;
  /** Outermost dimension first, as everywhere in this project; the file has it the other way round. */
  readonly shape: readonly number[];
  /** Bytes from the file's start. */
  readonly offset: number;
  readonly bytes: number;
}

/** The head of a GGUF file; the tensors' values stay on disk. */
export interface GgufFile {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

const magic = 0x46554747; // 'GGUF', read as a little-endian number
const smallestEntry = 13; //  bytes of a metadata entry: an 8-byte length, a 4-byte type, one byte of value
const smallestInfo = 24; //   bytes of a tensor's info: two lengths or offsets of 8 bytes, two numbers of 4
const maxDimensions = 4;

/**
 * Reads the head of a GGUF file, version 2 or 3, little-endian (ggml's docs/gguf.md):
 *
 *   'GGUF', version, number of tensors, number of entries; the entries (key, type, value); the tensors' infos (name,
 *   dimensions, encoding, offset into the data); padding up to `general.alignment`; the data
 *
 * Nothing in the file is trusted: lengths, counts and offsets are checked against its size before they are used.
 *
 * @throws FileError when the file is not GGUF, is damaged, or has a tensor in an encoding that is not read
 */
export function readGguf(path: string): GgufFile {
  using cursor = new ByteCursor(path);
  const { tensorCount, entryCount } = readCounts(cursor);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < entryCount; i++) {
    const key = readText(cursor, `the key of metadata entry ${i + 1} of ${entryCount}`);
    if (metadata.has(key)) throw cursor.error(`the metadata key ${key} appears twice.`);
    metadata.set(key, readEntry(cursor, key));
  }
  const infos = Array.from({ length: tensorCount }, (_, i) => readInfo(cursor, `tensor ${i + 1} of ${tensorCount}`));
  const alignment = alignmentOf(cursor, metadata);
  const dataStart = Math.ceil(cursor.offset / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const info of infos) {
    if (tensors.has(info.name)) throw cursor.error(`the tensor ${info.name} appears twice.`);
    tensors.set(info.name, placed(cursor, info, dataStart, alignment));
  }
  return { path, metadata, tensors };
}

/** Reads a tensor's values and dequantises them to float32. */
export function readGgufTensor(file: GgufFile, name: string): Float32Array<ArrayBuffer> {
  const tensor = file.tensors.get(name);
  if (!tensor) throw new FileError(file.path, `there is no tensor ${name} in this file.`);
  return dequantize(tensor.type, readBytes(file.path, tensor.offset, tensor.bytes));
}

/** A metadata entry of the given type, or undefined where it is absent; another type is an error. */
export function metadataEntry(file: GgufFile, key: string, type: 'number'): number | undefined;
export function metadataEntry(file: GgufFile, key: string, type: 'string'): string | undefined;
export function metadataEntry(file: GgufFile, key: string, type: 'boolean'): boolean | undefined;
export function metadataEntry(file: GgufFile, key: string, type: 'string' | 'number' | 'boolean') {
  const value = file.metadata.get(key);
  if (value === undefined || typeof value === type) return value;
  throw new FileError(file.path, `the metadata ${key} is ${kindOf(value)}, expected a ${type}.`);
}

/** A metadata list of the given type, or undefined where it is absent. */
export function metadataList(file: GgufFile, key: string, type: 'string'): readonly string[] | undefined;
export function metadataList(file: GgufFile, key: string, type: 'number'): readonly number[] | undefined;
export function metadataList(file: GgufFile, key: string, type: 'string' | 'number') {
  const value = file.metadata.get(key);
  // All items of a list have one type in the file, so the first speaks for all.
  if (value === undefined || (Array.isArray(value) && (value.length === 0 || typeof value[0] === type))) return value;
  throw new FileError(file.path, `the metadata ${key} is ${kindOf(value)}, expected a list of ${type}s.`);
}

const kindOf = (value: GgufValue): string =>
  Array.isArray(value) ? `a list of ${typeof value[0]}s` : `the ${typeof value} ${String(value).slice(0, 40)}`;

function readCounts(cursor: ByteCursor) {
  const start = cursor.uint32("GGUF's first four bytes");
  if (start !== magic) {
    const found = `0x${start.toString(16).padStart(8, '0')}`;
    throw cursor.error(`this is not a GGUF file: it begins with ${found}, expected 0x${magic.toString(16)} ('GGUF').`);
  }
  const version = cursor.uint32("GGUF's version");
  if (version !== 2 && version !== 3) {
    const hint = version & 0xffff ? '' : ' The file is big-endian.';
    throw cursor.error(
      `GGUF version ${version}, expected 2 or 3.${hint} Convert the model again with a newer llama.cpp.`,
    );
  }
  const tensorCount = cursor.count('the number of tensors', smallestInfo);
  return { tensorCount, entryCount: cursor.count('the number of metadata entries', smallestEntry) };
}

const readText = (cursor: ByteCursor, what: string): string =>
  cursor.text(cursor.count(`the length of ${what}`, 1), what);

/** The readers of metadata values, by the number of their type, with the bytes each takes at least. */
const scalars: readonly ((cursor: ByteCursor, what: string) => GgufScalar)[] = [
  (cursor, what) => cursor.uint8(what),
  (cursor, what) => cursor.int8(what),
  (cursor, what) => cursor.uint16(what),
  (cursor, what) => cursor.int16(what),
  (cursor, what) => cursor.uint32(what),
  (cursor, what) => cursor.int32(what),
  (cursor, what) => cursor.float32(what),
  (cursor, what) => cursor.uint8(what) !== 0,
  readText,
  (cursor, what) => {
    throw cursor.error(`${what} is a list of lists, which GGUF files of language models do not have.`);
  },
  (cursor, what) => cursor.uint64(what),
  (cursor, what) => cursor.int64(what),
  (cursor, what) => cursor.float64(what),
];
const scalarBytes = [1, 1, 2, 2, 4, 4, 4, 1, 8, 8, 8, 8, 8];
const listType = 9;

function readEntry(cursor: ByteCursor, key: string): GgufValue {
  const what = `the metadata ${key}`;
  const type = cursor.uint32(`the type of ${what}`);
  if (type !== listType) return scalarReader(cursor, type, what)(cursor, what);
  const itemType = cursor.uint32(`the item type of ${what}`);
  const read = scalarReader(cursor, itemType, what);
  const length = cursor.count(`the length of ${what}`, scalarBytes[itemType]!);
  return Array.from({ length }, () => read(cursor, what));
}

function scalarReader(cursor: ByteCursor, type: number, what: string) {
  const read = scalars[type];
  if (!read) throw cursor.error(`${what} has type ${type}, expected 0 to 12. The file is damaged: fetch it again.`);
  return read;
}

/** A tensor's info as it stands in the file: `offset` counts from the start of the data. */
function readInfo(cursor: ByteCursor, which: string): Omit<GgufTensor, 'bytes'> {
  const name = readText(cursor, `the name of ${which}`);
  const dimensions = cursor.uint32(`the number of dimensions of ${name}`);
  if (dimensions < 1 || dimensions > maxDimensions) {
    throw cursor.error(`the tensor ${name} has ${dimensions} dimensions, expected 1 to ${maxDimensions}.`);
  }
  const shape = Array.from({ length: dimensions }, () => Number(cursor.uint64(`the shape of ${name}`))).reverse();
  if (shape.includes(0) || !Number.isSafeInteger(elementCount(shape))) {
    throw cursor.error(`the tensor ${name} has the shape [${shape.join(', ')}], which no tensor can have.`);
  }
  const typeId = cursor.uint32(`the encoding of ${name}`);
  const type = ggmlTypeOf(typeId);
  if (!type) {
    throw cursor.error(
      `the tensor ${name} is encoded as ${ggmlTypeName(typeId)}, but only ${Object.keys(ggmlTypes).join(', ')} are ` +
        'read. Choose a file in one of these (for instance …Q8_0.gguf or …Q4_K_M.gguf with Q4_K and Q6_K).',
    );
  }
  return { name, type, shape, offset: Number(cursor.uint64(`the offset of ${name}`)) };
}

function alignmentOf(cursor: ByteCursor, metadata: ReadonlyMap<string, GgufValue>): number {
  const alignment = metadata.get('general.alignment') ?? 32;
  if (typeof alignment !== 'number' || alignment < 8 || alignment > 2 ** 20 || alignment % 8 !== 0) {
    throw cursor.error(`general.alignment is ${String(alignment)}, expected a multiple of 8 up to 1048576.`);
  }
  return alignment;
}

function placed(cursor: ByteCursor, info: Omit<GgufTensor, 'bytes'>, dataStart: number, alignment: number): GgufTensor {
  const { name, type, shape } = info;
  const { blockSize } = ggmlTypes[type];
  if (shape.at(-1)! % blockSize !== 0) {
    throw cursor.error(
      `the rows of ${name} have ${shape.at(-1)} values, but ${type} stores whole blocks of ${blockSize}.`,
    );
  }
  const bytes = encodedBytes(type, elementCount(shape));
  const offset = dataStart + info.offset;
  if (info.offset % alignment !== 0) {
    throw cursor.error(`the data of ${name} starts at ${info.offset}, expected a multiple of ${alignment}.`);
  }
  if (!(offset + bytes <= cursor.size)) {
    throw cursor.error(
      `the file ends at byte ${cursor.size}, but the data of ${name} needs bytes ${offset} to ${offset + bytes}. ` +
        'The file is cut off: fetch it again.',
    );
  }
  return { ...info, offset, bytes };
}
