export * from './alignBench.ts';
export * from './arenaHard.ts';
export type { MeanScore } from './meanScore.ts';
export * from './mtBench.ts';
export * from './mtBenchPairs.ts';
export * from './mtBenchTurns.ts';
export { holdsScoredReplies, readScoredReplies, type ScoredReply } from './scoredReplies.ts';
