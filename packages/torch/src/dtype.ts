/** Element types, by the codes libtorch gives them (c10::ScalarType; stable across versions). */
export const dtypeCodes = {
  uint8: 0,
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  float16: 5,
  float32: 6,
  float64: 7,
  bool: 11,
  bfloat16: 15,
} as const;

/** An element type by PyTorch's name. */
export type DType = keyof typeof dtypeCodes;

const names = new Map<number, DType>(Object.entries(dtypeCodes).map(([name, code]) => [code, name as DType]));

/** The name of a c10::ScalarType code. */
export function dtypeOf(code: number): DType {
  const name = names.get(code);
  if (!name) throw new RangeError(`libtorch's scalar type ${code} has no counterpart here.`);
  return name;
}

/** Bytes of one element. */
export const bytesOf = (dtype: DType): number =>
  ({ uint8: 1, int8: 1, bool: 1, int16: 2, float16: 2, bfloat16: 2, int32: 4, float32: 4, int64: 8, float64: 8 })[
    dtype
  ];
