export * from './annotate/index.ts';
export * from './chatLetters.ts';
export { chinesePropertyNames, chineseScenarioNames } from './chineseNames.ts';
export * from './clusters.ts';
export * from './compare.ts';
export * from './conditions.ts';
export { readDefinition } from './definition.ts';
export * from './explain.ts';
export * from './explainedWinRate.ts';
export * from './features.ts';
export * from './fit.ts';
export { type FitAllOptions, fitAll, type GroupFit, type Study } from './fitAll.ts';
export { type Folds, foldsOf } from './folds.ts';
export * from './groupSimilarity.ts';
export * from './groups.ts';
export * from './judges.ts';
export * from './labels.ts';
export { letterQuestion } from './letterQuestion.ts';
export * from './manipulation.ts';
export * from './properties.ts';
export * from './readFeatures.ts';
export * from './readLabels.ts';
export { letterFolders, readLetterFile, readLetterFolder } from './readLetters.ts';
export * from './readWeights.ts';
export * from './samples.ts';
export * from './scenarios.ts';
export * from './similarity.ts';
export * from './textFeatures.ts';
export { type TextFunction, textFunctions } from './textFunctions.ts';
export { treebankWords } from './treebankWords.ts';
export {
  commonScenarios,
  degree,
  type Extremes,
  extremes,
  type FittedWeights,
  meanDegree,
  type Ranked,
  ranking,
  type WeightTable,
  weightsOf,
  weightTable,
} from './weights.ts';
