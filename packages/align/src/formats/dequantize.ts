import { InvalidValueError } from '@attune/preferences';
import { type GgmlType, ggmlTypes } from './ggmlTypes.ts';

/** Every half-precision number by its bits: one look-up is several times faster than taking the bits apart. */
const halves = Float32Array.from(new Float16Array(Uint16Array.from({ length: 65536 }, (_, bits) => bits).buffer));

/** The half-precision number whose two bytes stand at `at`, low byte first. */
const half = (bytes: Uint8Array, at: number): number => halves[bytes[at]! | (bytes[at + 1]! << 8)]!;

/** Writes the values of all whole blocks in `bytes` to `out`. */
type Dequantize = (bytes: Uint8Array<ArrayBuffer>, out: Float32Array) => void;

/**
 * Values of GGUF's block formats, as ggml defines them. Scales are half precision and quants short, so that products of
 * two or three of them are exact or rounded once: float64 on the way gives the bits that ggml's float32 gives.
 *
 * @param bytes whole blocks, little-endian; must start at a multiple of 4 bytes in its buffer
 */
export function dequantize(type: GgmlType, bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const { blockSize, blockBytes } = ggmlTypes[type];
  if (bytes.length % blockBytes !== 0) {
    throw new InvalidValueError('The number of bytes', `whole blocks of ${blockBytes} (${type})`, bytes.length);
  }
  if (type === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const out = new Float32Array((bytes.length / blockBytes) * blockSize);
  dequantizers[type](bytes, out);
  return out;
}

/** IEEE half precision. */
const f16: Dequantize = (bytes, out) => {
  const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, out.length);
  for (let i = 0; i < out.length; i++) out[i] = halves[bits[i]!]!;
};

/** The upper half of a float32. */
const bf16: Dequantize = (bytes, out) => {
  const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, out.length);
  const float = new Uint32Array(out.buffer);
  for (let i = 0; i < out.length; i++) float[i] = bits[i]! << 16;
};

/** 34 bytes, 32 values: half d; int8 q[32].  value = d·q */
const q8_0: Dequantize = (bytes, out) => {
  for (let at = 0, o = 0; o < out.length; at += 34) {
    const d = half(bytes, at);
    for (let i = at + 2; i < at + 34; i++) out[o++] = d * ((bytes[i]! << 24) >> 24);
  }
};

/**
 * 18 bytes, 32 values: half d; 16 bytes of two 4-bit q each, the low ones being values 0 to 15, the high ones 16 to 31.
 * value = d·(q − 8)
 */
const q4_0: Dequantize = (bytes, out) => {
  for (let at = 0, o = 0; o < out.length; at += 18, o += 32) {
    const d = half(bytes, at);
    for (let i = 0; i < 16; i++) {
      const q = bytes[at + 2 + i]!;
      out[o + i] = d * ((q & 15) - 8);
      out[o + i + 16] = d * ((q >> 4) - 8);
    }
  }
};

/** 20 bytes, 32 values: half d, half m; 16 bytes of 4-bit q as in Q4_0.  value = d·q + m */
const q4_1: Dequantize = (bytes, out) => {
  for (let at = 0, o = 0; o < out.length; at += 20, o += 32) {
    const [d, m] = [half(bytes, at), half(bytes, at + 2)];
    for (let i = 0; i < 16; i++) {
      const q = bytes[at + 4 + i]!;
      out[o + i] = d * (q & 15) + m;
      out[o + i + 16] = d * (q >> 4) + m;
    }
  }
};

/**
 * 144 bytes, 256 values in 8 groups of 32: half d, half dmin; 12 bytes with a 6-bit scale and a 6-bit minimum for each
 * group; 128 bytes of 4-bit q, in four runs of 32 bytes whose low halves are group 2r and high halves group 2r + 1.
 *
 *   value = (d·scale)·q − dmin·minimum
 *
 * Of the 12 bytes, group g < 4 has its scale in the low 6 bits of byte g and its minimum in those of byte g + 4;
 * group g ≥ 4 has its low 4 bits in byte g + 4 (scale below, minimum above) and the 2 bits above them in the top of
 * bytes g − 4 (scale) and g (minimum).
 */
const q4_k: Dequantize = (bytes, out) => {
  for (let at = 0, o = 0; o < out.length; at += 144) {
    const [d, dmin] = [half(bytes, at), half(bytes, at + 2)];
    for (let group = 0; group < 8; group++, o += 32) {
      const packed = at + 4 + group;
      const [before, here, after] = [bytes[packed - 4]!, bytes[packed]!, bytes[packed + 4]!];
      const step = d * (group < 4 ? here & 63 : (after & 15) | ((before >> 6) << 4));
      const offset = dmin * (group < 4 ? after & 63 : (after >> 4) | ((here >> 6) << 4));
      const run = at + 16 + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      for (let i = 0; i < 32; i++) out[o + i] = step * ((bytes[run + i]! >> shift) & 15) - offset;
    }
  }
};

/**
 * 210 bytes, 256 values in 16 groups of 16: 128 bytes with the low 4 bits of q, 64 bytes with the high 2 bits, int8
 * scale[16], half d.  value = (d·scale)·(q − 32)
 *
 * The two halves of 128 values are alike: with l in 0 … 31, the values l, l + 32, l + 64, l + 96 have their low bits in
 * low[l] & 15, low[l + 32] & 15, low[l] >> 4, low[l + 32] >> 4, and their high bits in bits 0, 2, 4, 6 of high[l].
 */
const q6_k: Dequantize = (bytes, out) => {
  for (let at = 0, o = 0; o < out.length; at += 210) {
    const d = half(bytes, at + 208);
    for (let group = 0; group < 16; group++, o += 16) {
      const step = d * ((bytes[at + 192 + group]! << 24) >> 24);
      const [second, quarter, start] = [group >> 3, (group >> 1) & 3, (group & 1) * 16]; // half of the block, l ÷ 32, l
      const low = at + second * 64 + (quarter & 1) * 32 + start;
      const high = at + 128 + second * 32 + start;
      const [lowShift, highShift] = [(quarter >> 1) * 4, quarter * 2];
      for (let i = 0; i < 16; i++) {
        const q = ((bytes[low + i]! >> lowShift) & 15) | (((bytes[high + i]! >> highShift) & 3) << 4);
        out[o + i] = step * (q - 32);
      }
    }
  }
};

const dequantizers: Readonly<Record<Exclude<GgmlType, 'F32'>, Dequantize>> = {
  F16: f16,
  BF16: bf16,
  Q8_0: q8_0,
  Q4_0: q4_0,
  Q4_1: q4_1,
  Q4_K: q4_k,
  Q6_K: q6_k,
};

/**
 * llama2.c's int8 tensors: all values, then a float32 scale for each `groupSize` consecutive ones.  value = scale·q
 *
 * @param bytes n int8 followed by n / groupSize float32; must start at a multiple of 4 bytes in its buffer
 */
export function dequantizeGroups(bytes: Uint8Array<ArrayBuffer>, groupSize: number): Float32Array<ArrayBuffer> {
  const count = (bytes.length * groupSize) / (groupSize + 4);
  const quants = new Int8Array(bytes.buffer, bytes.byteOffset, count);
  const scales = new Float32Array(bytes.slice(count).buffer); // a copy, because `count` need not be a multiple of 4
  const out = new Float32Array(count);
  for (let group = 0, i = 0; group < scales.length; group++) {
    const scale = scales[group]!;
    for (const end = i + groupSize; i < end; i++) out[i] = scale * quants[i]!;
  }
  return out;
}
