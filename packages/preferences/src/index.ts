/** Preference data, judges and statistics: everything about preferences that needs no tensors. */
export * from './data/pairsFromComparisons.ts';
export * from './data/read.ts';
export { openRows, type Rows } from './data/rows.ts';
export * from './data/types.ts';
export * from './errors.ts';
