import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arange, bytesOf, type DType, fromBytes, full, ones, tensor, tidy, zeros } from '../src/index.ts';

/** Values that each type holds exactly, its greatest and least among them, and their bytes in little-endian hex. */
const exact: Record<DType, { values: number[]; hex: string }> = {
  uint8: { values: [0, 1, 255], hex: '0001ff' },
  int8: { values: [-128, -1, 127], hex: '80ff7f' },
  int16: { values: [-32768, -1, 258], hex: '0080ffff0201' },
  int32: { values: [-(2 ** 31), 1], hex: '0000008001000000' },
  int64: { values: [-(2 ** 53) + 1, 1], hex: '010000000000e0ff0100000000000000' },
  float16: { values: [1, -2, 65504], hex: '003c00c0ff7b' }, //             IEEE 754 binary16
  bfloat16: { values: [1, -2, 3.140625], hex: '803f00c04940' }, //         the upper halves of binary32
  float32: { values: [1, -2, 0.10000000149011612], hex: '0000803f000000c0cdcccc3d' },
  float64: { values: [1, 0.1], hex: '000000000000f03f9a9999999999b93f' },
  bool: { values: [0, 1], hex: '0001' },
};

for (const [dtype, { values, hex }] of Object.entries(exact) as [DType, (typeof exact)[DType]][]) {
  test(`${dtype}: values and bytes come back as they went in`, () => {
    tidy(() => {
      const made = fromBytes(Buffer.from(hex, 'hex'), [values.length], dtype);
      assert.equal(made.dtype, dtype);
      assert.deepEqual(made.toArray(), values);
      assert.equal(Buffer.from(made.toBytes()).toString('hex'), hex);
      assert.equal(made.toBytes().length, values.length * bytesOf(dtype));
      assert.deepEqual(tensor(values, { dtype: 'float64' }).to(dtype).toArray(), values);
      assert.deepEqual(made.to('float64').toArray(), values);
      assert.equal(made.narrow(0, 0, 1).item(), values[0]);
    });
  });
}

test('to() copies only where something changes, and freeing either handle leaves the other', () => {
  tidy(() => {
    const [x, other] = [tensor([1, 2]), tensor([1, 2])];
    {
      using same = x.to('float32');
      same.fill_(3);
      other.to('float64').fill_(3);
    }
    assert.deepEqual(
      [x.toArray(), other.toArray()],
      [
        [3, 3],
        [1, 2],
      ],
    );
  });
});

test('tensor() takes numbers nested as deep as the dimensions, and tells their shape', () => {
  tidy(() => {
    for (const [values, shape] of [
      [7, []],
      [[1, 2, 3], [3]],
      [
        [[1], [2]],
        [2, 1],
      ],
      [[], [0]],
      [
        [[], []],
        [2, 0],
      ],
    ] as const) {
      const made = tensor(values);
      assert.deepEqual(made.shape, shape);
      assert.deepEqual(made.toArray(), [values].flat(3));
      assert.equal(made.size, made.toArray().length);
      assert.equal(made.device, 'cpu');
    }
    assert.equal(tensor(new Float64Array([1])).dtype, 'float64');
    assert.equal(tensor(new Float32Array([1])).dtype, 'float32');
  });
});

test('tensor() refuses ragged rows, and types that JavaScript has no array of', () => {
  assert.throws(() => tensor([[1, 2], [3]]), /bytes/);
  assert.throws(() => tensor([1], { dtype: 'bfloat16' }), /make a float32 and convert it with \.to\('bfloat16'\)/);
  assert.throws(() => fromBytes(new Uint8Array(7), [2], 'float32'), /7 bytes for a tensor of 8/);
});

test('a tensor that is not contiguous gives its values row by row', () => {
  tidy(() =>
    assert.deepEqual(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ])
        .t()
        .toArray(),
      [1, 4, 2, 5, 3, 6],
    ),
  );
});

test('zeros, ones, full and arange make what they say, in the type that is asked for', () => {
  tidy(() => {
    assert.deepEqual(zeros([2, 1]).shape, [2, 1]);
    assert.deepEqual(ones([2], { dtype: 'int64' }).toArray(), [1, 1]);
    assert.deepEqual(full([2], -0.5, { dtype: 'float64' }).toArray(), [-0.5, -0.5]);
    assert.equal(full([], Number.NEGATIVE_INFINITY).item(), Number.NEGATIVE_INFINITY);
    const counted = arange(3);
    assert.equal(counted.dtype, 'int64');
    assert.deepEqual(counted.toArray(), [0, 1, 2]);
  });
});
