import { type GgmlType, ggmlTypes } from './ggmlTypes.ts';

/** The encodings that are written. */
export type WritableType = Extract<GgmlType, 'F32' | 'F16' | 'BF16' | 'Q8_0'>;

/** Encodes float32 values as GGUF stores them, little-endian; Q8_0 takes a multiple of 32 of them. */
export function quantize(type: WritableType, values: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  switch (type) {
    case 'F32':
      return bytesOf(values);
    case 'F16':
      return bytesOf(new Float16Array(values)); // rounds to nearest, ties to even
    case 'BF16':
      return bf16(values);
    case 'Q8_0':
      return q8_0(values);
  }
}

/** The upper half of each float32, rounded to nearest, ties to even; NaN stays NaN. */
function bf16(values: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const b = bits[i]!;
    const notANumber = (b & 0x7fffffff) > 0x7f800000;
    out[i] = notANumber ? (b >>> 16) | 64 : (b + 0x7fff + ((b >>> 16) & 1)) >>> 16;
  }
  return bytesOf(out);
}

/**
 * Blocks of 32: half d, int8 q[32], as ggml's quantize_row_q8_0_ref, every operation rounded to float32.
 *
 *   d = max|x| / 127        q = round(x · (1/d)), halves away from zero
 */
function q8_0(values: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { blockSize, blockBytes } = ggmlTypes.Q8_0;
  const out = new DataView(new ArrayBuffer((values.length / blockSize) * blockBytes));
  for (let start = 0, at = 0; start < values.length; start += blockSize, at += blockBytes) {
    let largest = 0;
    for (let i = start; i < start + blockSize; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const d = Math.fround(largest / 127);
    const inverse = d === 0 ? 0 : Math.fround(1 / d);
    out.setFloat16(at, d, true);
    for (let i = 0; i < blockSize; i++) {
      const scaled = Math.fround(values[start + i]! * inverse);
      out.setInt8(at + 2 + i, Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5));
    }
  }
  return new Uint8Array(out.buffer);
}

const bytesOf = (array: Float32Array<ArrayBuffer> | Float16Array<ArrayBuffer> | Uint16Array<ArrayBuffer>) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
