/** Preference data, judges and statistics: everything about preferences that needs no tensors. */
export * from './data/check.ts';
export { alpacaEvalProbability } from './data/formats/comparisons.ts';
export type { Kind, Records } from './data/formats/index.ts';
export * from './data/keys.ts';
export * from './data/pairsFromComparisons.ts';
export * from './data/read.ts';
export { recogniseKind } from './data/recognise.ts';
export { openRows, type Rows } from './data/rows.ts';
export * from './data/stats.ts';
export * from './data/types.ts';
export * from './data/write.ts';
export * from './errors.ts';
export * from './evals/winRate.ts';
export * from './judges/index.ts';
export * from './stats/intervals.ts';
export * from './stats/random.ts';
export * from './stats/summary.ts';
