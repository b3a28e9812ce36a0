import type {
  Clusters,
  Grouping,
  GroupSimilarity,
  Matrix,
  ScenarioSet,
  Share,
  UncertainSimilarity,
  WeightTable,
} from '@attune/preferences';
import type { Estimate } from '../estimate.ts';
import type { ExplainedSample } from './explainedSamples.ts';
import { type DissectWords, named } from './words.ts';

/** How alike judges are. */
export interface SimilarityData {
  readonly over: readonly string[];
  readonly matrix: Matrix;
  readonly clusters: Clusters;
  readonly groupings: readonly { readonly grouping: Grouping; readonly kinds: GroupSimilarity }[];
  /** Undefined where standard deviations are not known. */
  readonly posterior: readonly UncertainSimilarity[] | undefined;
}

/** What a judge's log-probabilities tell. */
export interface JudgeStrength {
  readonly judge: string;
  /** What it was aligned from, where that is known. */
  readonly base: string | undefined;
  readonly strength: Estimate;
  readonly first: Share | undefined;
  readonly consistent: Share | undefined;
}

/** All that the report shows. */
export interface DissectReportData {
  readonly weights: WeightTable;
  readonly scenarios: ScenarioSet;
  /** The judges that are shown property by property, at most five. */
  readonly shown: readonly string[];
  /** The groups that means are over. */
  readonly over: readonly string[];
  /** Undefined of a single judge. */
  readonly similarity: SimilarityData | undefined;
  readonly strengths: readonly JudgeStrength[];
  readonly samples: readonly ExplainedSample[];
}

/** What a group of samples is called: subsets by their names, not their keys. */
export const groupName = (scenarios: ScenarioSet, words: DissectWords, group: string): string =>
  named(words, scenarios.subsets.find(({ key }) => key === group)?.name ?? group);
