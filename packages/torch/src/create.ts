import { native } from './binding.ts';
import { type DType, dtypeCodes } from './dtype.ts';
import type { Random } from './random.ts';
import { run } from './run.ts';
import { Tensor } from './Tensor.ts';

/** Numbers, nested as deep as the tensor has dimensions. */
export type Nested = number | readonly Nested[];

/** What a new tensor is made of, and where. */
export interface Kind {
  readonly dtype?: DType;
  readonly device?: string;
}

const typedArrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** A tensor with these values, float32 unless told otherwise: tensor([[1, 2], [3, 4]], { dtype: 'int64' }). */
export function tensor(values: Nested | Float32Array | Float64Array, { dtype, device = 'cpu' }: Kind = {}): Tensor {
  if (ArrayBuffer.isView(values)) {
    return fromBytes(
      values,
      [values.length],
      dtype ?? (values instanceof Float64Array ? 'float64' : 'float32'),
      device,
    );
  }
  const shape: number[] = [];
  for (let level: Nested = values; typeof level === 'object'; level = level[0] ?? 0) shape.push(level.length);
  const flat = (Array.isArray(values) ? values.flat(Number.POSITIVE_INFINITY) : [values]) as number[];
  return fromBytes(encode(flat, dtype ?? 'float32'), shape, dtype ?? 'float32', device);
}

function encode(values: readonly number[], dtype: DType): ArrayBufferView {
  if (dtype === 'int64') return BigInt64Array.from(values, BigInt);
  if (!(dtype in typedArrays))
    throw new TypeError(`tensor() makes no ${dtype}; make a float32 and convert it with .to('${dtype}').`);
  return typedArrays[dtype as keyof typeof typedArrays].from(values);
}

/** A tensor of these bytes (row-major, the machine's byte order); copies. */
export function fromBytes(bytes: ArrayBufferView, shape: readonly number[], dtype: DType, device = 'cpu'): Tensor {
  const made = new Tensor(native().fromBuffer(bytes as Uint8Array, shape, dtypeCodes[dtype]));
  if (device === 'cpu') return made;
  using here = made;
  return here.to({ device });
}

/** All 0. */
export const zeros = (shape: readonly number[], { dtype = 'float32', device = 'cpu' }: Kind = {}): Tensor =>
  run('zeros', shape, dtypeCodes[dtype], undefined, device);

/** All 1. */
export const ones = (shape: readonly number[], { dtype = 'float32', device = 'cpu' }: Kind = {}): Tensor =>
  run('ones', shape, dtypeCodes[dtype], undefined, device);

/** All one value. */
export const full = (
  shape: readonly number[],
  value: number,
  { dtype = 'float32', device = 'cpu' }: Kind = {},
): Tensor => run('full', shape, value, dtypeCodes[dtype], undefined, device);

/** Memory whose values are whatever was there. */
export const empty = (shape: readonly number[], { dtype = 'float32', device = 'cpu' }: Kind = {}): Tensor =>
  run('empty.memory_format', shape, dtypeCodes[dtype], undefined, device);

/** 0, 1, … end − 1; int64 unless told otherwise. */
export const arange = (end: number, { dtype = 'int64', device = 'cpu' }: Kind = {}): Tensor =>
  run('arange', end, dtypeCodes[dtype], undefined, device);

/** Standard normal values. */
export const randn = (shape: readonly number[], random: Random, kind: Kind = {}): Tensor =>
  empty(shape, kind).normal_({ random });

/** Joins along an existing dimension. */
export const cat = (tensors: readonly Tensor[], dim = 0): Tensor => run('cat', tensors, dim);

/** Joins along a new dimension. */
export const stack = (tensors: readonly Tensor[], dim = 0): Tensor => run('stack', tensors, dim);

/** x·Wᵀ + b: [..., in] → [..., out], weight [out, in], bias [out]. */
export const linear = (x: Tensor, weight: Tensor, bias?: Tensor): Tensor => run('linear', x, weight, bias);

/** Rows of `weight` [vocab, hidden] by int64 `ids` [...]: [..., hidden]. */
export const embedding = (weight: Tensor, ids: Tensor): Tensor => run('embedding', weight, ids);
