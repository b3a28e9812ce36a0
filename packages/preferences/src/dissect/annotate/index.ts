export { type Annotated, type AnnotateOptions, annotate } from './annotate.ts';
export type { Remarks, StepFailure } from './answer.ts';
export { estimateAnnotation } from './estimate.ts';
export { hasResponses, readSamples } from './readSamples.ts';
export { annotatedSet, type Plan, type StepName, stepNames, stepsOf } from './steps.ts';
