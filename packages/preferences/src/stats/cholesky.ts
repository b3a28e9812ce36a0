import { InvalidValueError } from '../errors.ts';

/** A pivot this small beside its diagonal is rounding: the row is a combination of those above it. */
const LEAST_PIVOT = 1e-13;

/**
 * The Cholesky factor L of a symmetric positive definite matrix, LLᵀ = A; what stands above the diagonal of A is not read.
 *
 * @param matrix [n][n], row by row
 * @returns L, zeros above its diagonal
 * @throws InvalidValueError where A is not positive definite, or so nearly not that its factor would be noise
 */
export function cholesky(matrix: Float64Array): Float64Array {
  const n = Math.round(Math.sqrt(matrix.length));
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      if (i === j && !(sum > LEAST_PIVOT * matrix[i * n + i]!))
        throw new InvalidValueError('The matrix', 'positive definite', `not (row ${i})`);
      factor[i * n + j] = i === j ? Math.sqrt(sum) : sum / factor[j * n + j]!;
    }
  }
  return factor;
}

/** L⁻¹b, in b's place. */
export function solveLower(factor: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * b[k]!;
    b[i] = sum / factor[i * n + i]!;
  }
  return b;
}

/** L⁻ᵀb, in b's place. */
export function solveUpper(factor: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * b[k]!;
    b[i] = sum / factor[i * n + i]!;
  }
  return b;
}

/** The diagonal of A⁻¹, from A's factor. */
export function inverseDiagonal(factor: Float64Array): Float64Array {
  const n = Math.round(Math.sqrt(factor.length));
  const diagonal = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const column = new Float64Array(n);
    column[j] = 1;
    diagonal[j] = solveUpper(factor, solveLower(factor, column))[j]!;
  }
  return diagonal;
}

/** A⁻¹b; undefined where A is not positive definite. */
export function solveDefinite(matrix: Float64Array, b: Float64Array): Float64Array | undefined {
  try {
    const factor = cholesky(matrix);
    return solveUpper(factor, solveLower(factor, Float64Array.from(b)));
  } catch (error) {
    if (error instanceof InvalidValueError) return undefined;
    throw error;
  }
}
