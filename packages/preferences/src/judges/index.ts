export { type PropertyName, properties } from './properties.ts';
export * from './simulated.ts';
