/** How far judges may be believed. */
export { type PeopleAgreement, type PeopleAmongThemselves, pairKappa } from './agreementWithPeople.ts';
export {
  type AnnotatedItem,
  type AnnotatorAnalysis,
  annotatedItems,
  annotatorAnalysis,
  peopleAnalysis,
} from './annotatorAnalysis.ts';
export { type BiasRegression, type BiasTerm, biasTerms, type Coefficient } from './biasRegression.ts';
export { familyOf, type IsOwn, sameFamily } from './families.ts';
export { type JudgedPair, judgedPairs } from './items.ts';
export { type JudgeResults, type ResultOptions, readJudgeResults } from './judgeResults.ts';
export {
  type JudgeReport,
  type JudgesOptions,
  type JudgesReport,
  judgesReport,
  type PeopleReport,
} from './judgesReport.ts';
export { tellingLength } from './lengthBias.ts';
export type { MeanEstimate } from './meanEstimate.ts';
export type { PositionBias } from './positionBias.ts';
export type { SelfPreference } from './selfPreference.ts';
export { type Decision, netVerdict, plurality } from './verdicts.ts';
