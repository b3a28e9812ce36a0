/**
 * The tensor encodings of GGUF that we read: the number that stands in the file, how many values form a block, and
 * how many bytes a block takes. Values of a row are stored block after block.
 */
export const ggmlTypes = {
  F32: { id: 0, blockSize: 1, blockBytes: 4 },
  F16: { id: 1, blockSize: 1, blockBytes: 2 },
  Q4_0: { id: 2, blockSize: 32, blockBytes: 18 },
  Q4_1: { id: 3, blockSize: 32, blockBytes: 20 },
  Q8_0: { id: 8, blockSize: 32, blockBytes: 34 },
  Q4_K: { id: 12, blockSize: 256, blockBytes: 144 },
  Q6_K: { id: 14, blockSize: 256, blockBytes: 210 },
  BF16: { id: 30, blockSize: 1, blockBytes: 2 },
} as const;

/** An encoding that is read, by its name. */
export type GgmlType = keyof typeof ggmlTypes;

const byId = new Map<number, GgmlType>(
  Object.entries(ggmlTypes).map(([name, { id }]) => [id, name as GgmlType] as const),
);

/** Encodings that exist and that we do not read, so that the error can call them by name. */
const unsupported: Readonly<Record<number, string>> = {
  ...{ 6: 'Q5_0', 7: 'Q5_1', 9: 'Q8_1', 10: 'Q2_K', 11: 'Q3_K', 13: 'Q5_K', 15: 'Q8_K', 16: 'IQ2_XXS', 17: 'IQ2_XS' },
  ...{ 18: 'IQ3_XXS', 19: 'IQ1_S', 20: 'IQ4_NL', 21: 'IQ3_S', 22: 'IQ2_S', 23: 'IQ4_XS', 24: 'I8', 25: 'I16' },
  ...{ 26: 'I32', 27: 'I64', 28: 'F64', 29: 'IQ1_M', 34: 'TQ1_0', 35: 'TQ2_0', 39: 'MXFP4' },
};

/** The encoding with this number, or undefined where we do not read it. */
export const ggmlTypeOf = (id: number): GgmlType | undefined => byId.get(id);

/** How an error should call the encoding with this number. */
export const ggmlTypeName = (id: number): string => byId.get(id) ?? unsupported[id] ?? `number ${id}`;

/** Bytes that `elements` values take. */
export const encodedBytes = (type: GgmlType, elements: number): number =>
  (elements / ggmlTypes[type].blockSize) * ggmlTypes[type].blockBytes;
