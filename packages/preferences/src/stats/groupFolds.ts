import { InvalidValueError } from '../errors.ts';

/**
 * The fold of each group, from 0, as scikit-learn 1.9's GroupKFold deals them without shuffling: the largest groups first,
 * of equals the one that comes last, each to the fold with the fewest rows so far, of equals the first.
 *
 * (In older versions, 1.6 still, the order of equal groups was that of NumPy's unstable sort, which is not the same on
 * every processor.)
 *
 * @param sizes how many rows each group has
 */
export function groupFolds(sizes: readonly number[], count: number): Uint8Array {
  if (!(Number.isInteger(count) && count >= 2 && count <= sizes.length)) {
    throw new InvalidValueError('The number of folds', `from 2 to ${sizes.length}, the number of groups`, count);
  }
  const largestFirst = [...sizes.keys()].sort((a, b) => sizes[a]! - sizes[b]!).reverse();
  const rows = new Array<number>(count).fill(0);
  const folds = new Uint8Array(sizes.length);
  for (const group of largestFirst) {
    const lightest = rows.indexOf(Math.min(...rows));
    rows[lightest]! += sizes[group]!;
    folds[group] = lightest;
  }
  return folds;
}
