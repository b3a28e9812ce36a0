import { InvalidValueError } from '../errors.ts';
import { seededRandom, shuffled } from '../stats/random.ts';

/** Rows in shuffled order, of which equal runs are left out in turn. */
export interface Folds {
  /** Places of all rows: those of each fold together, fold by fold, then those that no fold leaves out. */
  readonly order: readonly number[];
  /** How many rows each fold leaves out. */
  readonly size: number;
  readonly count: number;
}

/**
 * The folds of Li et al. 2024 (arXiv:2402.11296): of n shuffled rows, fold i leaves out ⌊n/folds⌋ from the ⌊i·n/folds⌋th
 * on. Where n is not divisible, up to folds − 1 rows are never left out. One fold leaves out nothing.
 */
export function foldsOf(n: number, count: number, seed: number): Folds {
  if (!(Number.isInteger(count) && count >= 1 && count <= n)) {
    throw new InvalidValueError('The number of folds', `from 1 to ${n}, the number of samples`, count);
  }
  const rows = shuffled([...Array(n).keys()], seededRandom(seed));
  const size = count === 1 ? 0 : Math.floor(n / count);
  const leftOut = Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * n) / count);
    return rows.slice(from, from + size);
  }).flat();
  const out = new Set(leftOut);
  return { order: [...leftOut, ...rows.filter((row) => !out.has(row))], size, count: size === 0 ? 0 : count };
}
