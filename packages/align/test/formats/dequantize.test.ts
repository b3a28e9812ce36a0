import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dequantize, dequantizeGroups } from '../../src/formats/dequantize.ts';
import type { GgmlType } from '../../src/formats/ggmlTypes.ts';
import { quantize } from '../../src/formats/quantize.ts';

/** A block of zero bytes with some of them set: `[place, byte]`. Halves: 1 = 3c00, 0.5 = 3800, 2 = 4000, 0.25 = 3400. */
function block(bytes: number, ...set: readonly (readonly [number, number])[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes);
  for (const [place, byte] of set) out[place] = byte;
  return out;
}

const values = (type: GgmlType, bytes: Uint8Array<ArrayBuffer>) => [...dequantize(type, bytes)];

test('F16 and BF16 give every kind of number its value', () => {
  const halves = Uint16Array.of(0x3c00, 0x0001, 0xfc00, 0x7bff, 0x8000); // 1, the smallest, -inf, the largest, -0
  assert.deepEqual(values('F16', new Uint8Array(halves.buffer)), [1, 2 ** -24, -Infinity, 65504, -0]);
  const brains = Uint16Array.of(0x3f80, 0xc049, 0x7f80); // 1; -1.1001001₂·2; inf
  assert.deepEqual(values('BF16', new Uint8Array(brains.buffer)), [1, -3.140625, Infinity]);
});

test('Q8_0 is the scale times a signed byte', () => {
  const found = values('Q8_0', block(34, [1, 0x38], [2, 0x80], [3, 0x7f], [33, 0x01])); // d = 0.5; q = -128, 127, …, 1
  assert.deepEqual([found[0], found[1], found[2], found[31]], [-64, 63.5, 0, 0.5]);
});

test('Q4_0 is the scale times a nibble less 8, low nibbles first', () => {
  const found = values('Q4_0', block(18, [1, 0x40], [2, 0x0f], [17, 0x91])); // d = 2
  assert.equal(found[0], 2 * (15 - 8));
  assert.equal(found[16], 2 * (0 - 8));
  assert.equal(found[15], 2 * (1 - 8));
  assert.equal(found[31], 2 * (9 - 8));
});

test('Q4_1 is the scale times a nibble plus the minimum', () => {
  const found = values('Q4_1', block(20, [1, 0x38], [3, 0xbc], [4, 0x3a])); // d = 0.5, m = -1
  assert.deepEqual([found[0], found[16], found[1]], [0.5 * 10 - 1, 0.5 * 3 - 1, -1]);
});

test('Q4_K takes scale and minimum of a group from 6 bits that lie in two places', () => {
  const bytes = block(
    144,
    ...([
      [1, 0x3c],
      [3, 0x38],
    ] as const), // d = 1, dmin = 0.5
    ...([
      [4, 3],
      [8, 2],
    ] as const), //       group 0: scale 3, minimum 2
    [13, 0x36], //                           group 5: the low bits of its minimum (3) and scale (6)
    [5, 0x80], //                            … the high bits of its scale: 6 + 2·16 = 38
    [9, 0x40], //                            … and of its minimum: 3 + 1·16 = 19
    [16, 0x07], //                           group 0, value 0: q = 7
    [16 + 64 + 4, 0x90], //                  group 5 (third run, high nibbles), value 4: q = 9
  );
  const found = values('Q4_K', bytes);
  assert.equal(found[0], 3 * 7 - 0.5 * 2);
  assert.equal(found[1], -0.5 * 2);
  assert.equal(found[32], 0);
  assert.equal(found[5 * 32 + 4], 38 * 9 - 0.5 * 19);
  assert.equal(found[5 * 32 + 5], -0.5 * 19);
});

test('Q6_K puts 4 low and 2 high bits together and takes 32 off', () => {
  const bytes = block(
    210,
    [209, 0x34], //                          d = 0.25
    ...([
      [192, 2],
      [192 + 13, 0xfd],
    ] as const), // scales of group 0 and 13: 2 and -3
    ...([
      [0, 0x05],
      [128, 0x03],
    ] as const), // group 0, value 0: q = 5 + 3·16 = 53
    ...([
      [64 + 17, 0x70],
      [128 + 32 + 17, 0x10],
    ] as const), // group 13, value 1 (second half, l = 17, third quarter): 7 + 1·16
  );
  const found = values('Q6_K', bytes);
  assert.equal(found[0], 0.25 * 2 * (53 - 32));
  assert.equal(found[1], 0.25 * 2 * -32);
  assert.equal(found[13 * 16 + 1], 0.25 * -3 * (23 - 32));
  assert.equal(found[13 * 16], 0.25 * -3 * -32);
});

test('llama2.c groups are int8 values followed by one scale for each group', () => {
  const scales = new Uint8Array(Float32Array.of(0.5, -2).buffer);
  const bytes = Uint8Array.of(1, 0xff, 127, 0x80, ...scales); // 1, -1 | 127, -128
  assert.deepEqual([...dequantizeGroups(bytes, 2)], [0.5, -0.5, -254, 256]);
});

test('a part of a block is refused with its size', () => {
  assert.throws(() => dequantize('Q8_0', new Uint8Array(40)), /number of bytes is 40; expected whole blocks of 34/);
});

const float32s = (count: number) =>
  fc.array(fc.float({ noNaN: true, min: -1000, max: 1000 }), { minLength: count, maxLength: count });

test('what is written as F32 comes back as it was; F16 and BF16 come back to the nearest they can hold', () => {
  fc.assert(
    fc.property(float32s(8), (numbers) => {
      const given = Float32Array.from(numbers);
      assert.deepEqual(dequantize('F32', quantize('F32', given)), given);
      for (const [i, back] of dequantize('F16', quantize('F16', given)).entries()) {
        assert.ok(Object.is(back, Math.f16round(given[i]!)));
      }
      for (const [i, back] of dequantize('BF16', quantize('BF16', given)).entries()) {
        // 8 bits of significand: half a unit in the last place, 2^-134 among the subnormal numbers.
        assert.ok(Math.abs(back - given[i]!) <= Math.max(Math.abs(given[i]!) / 256, 2 ** -134));
      }
    }),
  );
});

test('BF16 rounds halves to even, keeps infinities, and keeps NaN from becoming one', () => {
  const bits = Uint32Array.of(0x3f808000, 0x3f818000, 0x3f808001, 0x7f800000, 0x7f800001);
  const found = new Uint16Array(quantize('BF16', new Float32Array(bits.buffer)).buffer);
  assert.deepEqual([...found.subarray(0, 4)], [0x3f80, 0x3f82, 0x3f81, 0x7f80]);
  assert.ok((found[4]! & 0x7fff) > 0x7f80);
});

test('what is written as Q8_0 comes back within half a step, and its largest value on the last step', () => {
  fc.assert(
    fc.property(float32s(32), (numbers) => {
      const given = Float32Array.from(numbers);
      const largest = Math.max(...numbers.map(Math.abs));
      const back = dequantize('Q8_0', quantize('Q8_0', given));
      // Half a step of largest/127, and the scale's own rounding to half precision: 1/2048 of it, or 2^-25 when tiny.
      const bound = largest / 254 + largest / 2048 + 127 * 2 ** -25;
      for (const [i, value] of back.entries()) assert.ok(Math.abs(value - given[i]!) <= bound);
    }),
  );
});

test('Q8_0 rounds halves away from zero, as ggml does', () => {
  const given = new Float32Array(32);
  given.set([127, 0.5, -0.5, 1.5, -2.5]); // d = 1, so q = round(x)
  assert.deepEqual([...dequantize('Q8_0', quantize('Q8_0', given)).subarray(0, 5)], [127, 1, -1, 2, -3]);
});
