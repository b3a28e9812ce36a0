/** Ratings of many models from comparisons of two at a time. */
export type { Battle, Controls } from './battles.ts';
export * from './bootstrap.ts';
export * from './bradleyTerry.ts';
export * from './davidson.ts';
export * from './elo.ts';
export * from './leaderboard.ts';
export type { RatingFit, RatingOptions } from './ratings.ts';
export * from './readBattles.ts';
export * from './standings.ts';
export * from './styleControl.ts';
