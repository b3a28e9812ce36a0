export * from './compare.ts';
export * from './conditions.ts';
export * from './features.ts';
export * from './properties.ts';
export * from './readFeatures.ts';
export * from './samples.ts';
export * from './scenarios.ts';
export { type TextFunction, textFunctions } from './textFunctions.ts';
export { treebankWords } from './treebankWords.ts';
