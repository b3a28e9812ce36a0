import { writeParts } from '@attune/torch';
import { encodedBytes, ggmlTypes } from './ggmlTypes.ts';
import { elementCount, type SourceTensor } from './modelSource.ts';
import { quantize, type WritableType } from './quantize.ts';

/** A metadata value with the type that readers of GGUF expect for it. */
export type TypedValue =
  | { readonly type: 'uint32' | 'int32' | 'float32'; readonly value: number | readonly number[] }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string | readonly string[] };

/** A tensor under its GGUF name, with its values in GGUF's arrangement, and how to encode it. */
export interface TensorToWrite extends SourceTensor {
  readonly type: WritableType;
}

const alignment = 32;
const typeIds = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8 } as const;
const listTypeId = 9;

/** Writes a GGUF file, version 3, little-endian, one tensor in memory at a time; whole or not at all. */
export function writeGguf(
  path: string,
  metadata: Readonly<Record<string, TypedValue>>,
  tensors: readonly TensorToWrite[],
): void {
  writeParts(path, parts(metadata, tensors));
}

function* parts(
  metadata: Readonly<Record<string, TypedValue>>,
  tensors: readonly TensorToWrite[],
): Generator<Uint8Array> {
  yield header(metadata, tensors);
  for (const { type, read } of tensors) yield padded(quantize(type, read()));
}

function header(metadata: Readonly<Record<string, TypedValue>>, tensors: readonly TensorToWrite[]): Uint8Array {
  const entries = Object.entries(metadata);
  const parts = [Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(entries.length)];
  for (const [key, typed] of entries) parts.push(text(key), ...encodedValue(typed));
  let offset = 0;
  for (const { name, shape, type } of tensors) {
    parts.push(text(name), uint32(shape.length), ...[...shape].reverse().map(uint64), uint32(ggmlTypes[type].id));
    parts.push(uint64(offset));
    offset += aligned(encodedBytes(type, elementCount(shape)));
  }
  return padded(Buffer.concat(parts));
}

function encodedValue({ type, value }: TypedValue): Buffer[] {
  if (!Array.isArray(value)) return [uint32(typeIds[type]), scalar(type, value as number | boolean | string)];
  const items = value.map((item: number | string) => scalar(type, item));
  return [uint32(listTypeId), uint32(typeIds[type]), uint64(value.length), ...items];
}

function scalar(type: TypedValue['type'], value: number | boolean | string): Buffer {
  if (type === 'string') return text(String(value));
  if (type === 'bool') return Buffer.from([value ? 1 : 0]);
  const bytes = Buffer.alloc(4);
  if (type === 'float32') bytes.writeFloatLE(Number(value));
  else if (type === 'int32') bytes.writeInt32LE(Number(value));
  else bytes.writeUInt32LE(Number(value));
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

function padded(bytes: Uint8Array): Uint8Array {
  const missing = aligned(bytes.length) - bytes.length;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}
