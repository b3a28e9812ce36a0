export * from './chat.ts';
export * from './pairwise.ts';
export * from './promptQuality.ts';
export { type PropertyName, properties } from './properties.ts';
export * from './runner/index.ts';
export * from './simulated.ts';
export * from './templates.ts';
