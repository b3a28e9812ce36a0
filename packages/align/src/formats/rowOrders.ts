import { InvalidValueError } from '@attune/preferences';

/**
 * Rotary embeddings turn pairs of a head's rows. Hugging Face pairs row i with row i + headDim/2 (half-rotated);
 * llama2.c and llama.cpp's Llama files pair neighbours, 2i with 2i + 1 (interleaved). The same model is stored with the
 * rows of its query and key projections in another order:
 *
 *   interleaved row 2i + s of a head  =  half-rotated row i + s·headDim/2 of it, s in {0, 1}
 *
 * @param rows  [heads · headDim, columns] interleaved, row-major (a bias has one column)
 * @returns the same rows, half-rotated
 */
export function halfRotated(rows: Float32Array, heads: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows.length);
  forEachRowPair(rows.length / columns, heads, (interleaved, half) => {
    out.set(rows.subarray(interleaved * columns, (interleaved + 1) * columns), half * columns);
  });
  return out;
}

/** The inverse of {@link halfRotated}. */
export function interleaved(rows: Float32Array, heads: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows.length);
  forEachRowPair(rows.length / columns, heads, (interleaved, half) => {
    out.set(rows.subarray(half * columns, (half + 1) * columns), interleaved * columns);
  });
  return out;
}

/** Calls `visit` for every row with its place in both orders. */
function forEachRowPair(rowCount: number, heads: number, visit: (interleaved: number, half: number) => void): void {
  const headDim = rowCount / heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0) {
    throw new InvalidValueError('The number of rows', `a multiple of ${heads} heads of an even size`, rowCount);
  }
  for (let row = 0; row < rowCount; row++) {
    const within = row % headDim;
    visit(row, row - within + (within >> 1) + (within & 1) * (headDim / 2));
  }
}

/** [rows, columns] → [columns, rows]: GPT-2's linear layers are `[in, out]` at Hugging Face, `[out, in]` in GGUF. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column]!;
  }
  return out;
}
