/** What chat models found in a project's comparisons, as features and scenarios. */
import {
  featureVector,
  groupKeys,
  ResolvedSample,
  standardProperties,
  standardScenarios,
  subsetsOf,
} from '@attune/preferences';
import type { AnnotationPage } from '../../shared/annotation.ts';
import type { DissectGroup } from '../../shared/dissect.ts';
import type { Db } from '../db/open.ts';

/** A comparison's 29 features, and the scenario and subsets that it is in. */
export interface Rated {
  /** None where the model could not check a response for errors. */
  readonly features: readonly number[] | undefined;
  readonly groups: readonly string[];
}

/** Models that have rated comparisons of the project, by name. */
export async function annotatorsOf(db: Db, projectId: string): Promise<AnnotationPage['annotators']> {
  const rows = await db
    .selectFrom('annotations')
    .select(({ fn }) => ['annotator', fn.countAll<number>().as('n')])
    .where('project_id', '=', projectId)
    .groupBy('annotator')
    .orderBy('annotator')
    .execute();
  return rows.map(({ annotator, n }) => ({ name: annotator, comparisons: Number(n) }));
}

/** What a model found, by item. */
export async function readRated(db: Db, projectId: string, annotator: string): Promise<Map<string, Rated>> {
  const rows = await db
    .selectFrom('annotations')
    .select(['item_id', 'sample'])
    .where('project_id', '=', projectId)
    .where('annotator', '=', annotator)
    .execute();
  return new Map(rows.map(({ item_id: id, sample }) => [id, ratedIn(ResolvedSample.parse(JSON.parse(sample)))]));
}

function ratedIn(sample: ResolvedSample): Rated {
  const features = featureVector(standardProperties(), sample);
  const { group, query_info: info } = sample;
  return {
    features: features && [...features],
    groups: [...(group === undefined ? [] : [group]), ...subsetsOf(standardScenarios(), info)],
  };
}

/** Group → positions, ascending, scenarios first. Groups that no comparison is in are left out. */
export function groupRated(rated: readonly Rated[]): Map<DissectGroup, number[]> {
  const found = groupKeys(standardScenarios()).map((key): [DissectGroup, number[]] => [
    key as DissectGroup,
    rated.flatMap(({ groups }, i) => (groups.includes(key) ? [i] : [])),
  ]);
  return new Map([['all', rated.map((_, i) => i)], ...found.filter(([, own]) => own.length > 0)]);
}
