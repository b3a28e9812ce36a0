import { maskedCrc32c } from './crc32c.ts';

/**
 * TensorBoard's event files: TFRecord frames around `Event` messages of protocol buffers (tensorboard/compat/proto,
 * event.proto and summary.proto), written by hand because four kinds of fields are all that numbers need.
 */

const varint = 0;
const fixed64 = 1;
const bytes = 2;
const fixed32 = 5;

const key = (field: number, wireType: number): Buffer => Buffer.from([(field << 3) | wireType]);

/** Seven bits a byte, the lowest first; the top bit says that more follow. */
function encodeVarint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out.push((rest % 0x80) | 0x80);
  return Buffer.from([...out, rest]);
}

function encodeBytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([key(field, bytes), encodeVarint(content.length), content]);
}

function encodeDouble(field: number, value: number): Buffer {
  const number = Buffer.alloc(8);
  number.writeDoubleLE(value);
  return Buffer.concat([key(field, fixed64), number]);
}

function encodeFloat(field: number, value: number): Buffer {
  const number = Buffer.alloc(4);
  number.writeFloatLE(value);
  return Buffer.concat([key(field, fixed32), number]);
}

/** One TFRecord: length, its checksum, the data, its checksum; little endian. */
export function frame(data: Buffer): Buffer {
  const [length, lengthCheck, dataCheck] = [Buffer.alloc(8), Buffer.alloc(4), Buffer.alloc(4)];
  length.writeBigUInt64LE(BigInt(data.length));
  lengthCheck.writeUInt32LE(maskedCrc32c(length));
  dataCheck.writeUInt32LE(maskedCrc32c(data));
  return Buffer.concat([length, lengthCheck, data, dataCheck]);
}

/** The record that every event file begins with. */
export const fileHeader = (time: number): Buffer =>
  frame(Buffer.concat([encodeDouble(1, time), encodeBytes(3, Buffer.from('brain.Event:2'))]));

/**
 * The numbers of one step as one record.
 *
 * @param time seconds since 1970
 */
export function scalars(step: number, time: number, values: Readonly<Record<string, number>>): Buffer {
  const summary = Object.entries(values).map(([tag, value]) =>
    encodeBytes(1, Buffer.concat([encodeBytes(1, Buffer.from(tag)), encodeFloat(2, value)])),
  );
  const event = [encodeDouble(1, time), key(2, varint), encodeVarint(step), encodeBytes(5, Buffer.concat(summary))];
  return frame(Buffer.concat(event));
}
