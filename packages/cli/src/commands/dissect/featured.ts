import {
  DataError,
  type FittedWeights,
  isComputed,
  type PropertySet,
  readFeatures,
  readGroupIndex,
  readPropertySet,
  readWeights,
  standardProperties,
  textFeatures,
  type WeightTable,
  weightsOfSample,
} from '@attune/preferences';
import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';

/** What commands are asked that foretell a judge's choices from features. */
export interface FeaturedOptions {
  readonly weights: string;
  readonly judge: string;
  readonly features?: string;
  readonly scenario?: string;
  readonly groups?: string;
  readonly properties?: string;
}

/** Adds these options. */
export const withFeatured = (command: Command): Command =>
  command
    .requiredOption('--weights <path>', 'fitted weights: a folder as published, or what dissect fit wrote')
    .requiredOption('--judge <name>', 'whose weights')
    .option('--features <file>', 'of --data, line by line, as dissect annotate writes them; else from the texts alone')
    .option('--scenario <name>', 'with the weights of this group (default: of the scenario that each line is in)')
    .option('--groups <file>', 'a group index, where the features do not name their groups')
    .option('--properties <file>', 'a property set of your own (default: the 29 of the published study)');

/** Two responses that are compared. */
export interface Texts {
  readonly id?: string;
  readonly a: string;
  readonly b: string;
}

/** What is known of each line, in the order of the lines. */
export interface Featured {
  readonly set: PropertySet;
  readonly names: readonly string[];
  readonly lines: readonly {
    /** Undefined where errors could not be judged. */
    readonly features: Float64Array | undefined;
    /** Undefined where the judge has no weights for any of its groups. */
    readonly fit: FittedWeights | undefined;
  }[];
}

/** A property set of the user's own, or the study's. */
export const propertiesIn = (file: string | undefined): PropertySet =>
  file === undefined ? standardProperties() : readPropertySet(file);

/**
 * The features of a file's lines and the judge's weights for each.
 *
 * @param count of the lines of `data`
 * @param texts of these lines, asked for where there is no file of features
 */
export async function featured(
  options: FeaturedOptions,
  data: string,
  ids: readonly (string | undefined)[],
  texts: () => Promise<readonly Texts[]> | readonly Texts[],
): Promise<Featured> {
  const set = propertiesIn(options.properties);
  const weights = await readWeights(options.weights, { properties: set });
  checkJudge(options, weights);
  const { names, rows } = await featuresOf(options, set, data, ids, texts);
  if (names.join('\n') !== weights.names.join('\n')) {
    throw new UsageError(
      `The features are of ${names.join(', ')}; the weights in ${options.weights} are of ${weights.names.join(', ')}.`,
    );
  }
  const index = options.groups === undefined ? undefined : readGroupIndex(options.groups, rows.length);
  const groupsAt = (place: number): readonly string[] =>
    index ? [...index].flatMap(([group, places]) => (places.includes(place) ? [group] : [])) : rows[place]!.groups;
  const chosen = options.scenario === undefined ? undefined : weights.at(options.judge, options.scenario);
  const lines = rows.map(({ features }, place) => ({
    features,
    fit: chosen ?? weightsOfSample(weights, options.judge, groupsAt(place)),
  }));
  if (lines.every(({ fit }) => fit === undefined)) {
    const own = groupsWith(weights, options.judge).join(', ');
    throw new UsageError(
      `${options.judge} has weights of ${own}; no line of ${data} is known to be in one of these. Choose with --scenario, or give --groups.`,
    );
  }
  return { set, names, lines };
}

/** @throws UsageError where the judge has no weights, or none in the group that is asked for */
export function checkJudge(
  { judge, scenario }: Pick<FeaturedOptions, 'judge' | 'scenario'>,
  weights: WeightTable,
): void {
  if (!weights.judges.includes(judge)) {
    throw new UsageError(`--judge ${judge} has no weights. There are ${weights.judges.join(', ')}.`);
  }
  if (scenario !== undefined && !weights.at(judge, scenario)) {
    throw new UsageError(`--scenario ${scenario}: ${judge} has weights of ${groupsWith(weights, judge).join(', ')}.`);
  }
}

const groupsWith = (weights: WeightTable, judge: string): string[] =>
  weights.groups.filter((group) => weights.at(judge, group));

/** @throws UsageError where a property is rated, so that texts alone do not tell the features */
export function checkComputed(set: PropertySet): void {
  if (isComputed(set)) return;
  const rated = set.properties.filter(({ from }) => from !== 'text').map(({ name }) => name);
  throw new UsageError(
    `--features is needed: ${rated.slice(0, 3).join(', ')} … are rated, not computed. attune dissect annotate has a model rate them.`,
  );
}

interface FeatureLines {
  readonly names: readonly string[];
  readonly rows: readonly { readonly features: Float64Array | undefined; readonly groups: readonly string[] }[];
}

async function featuresOf(
  { features: file }: FeaturedOptions,
  set: PropertySet,
  data: string,
  ids: readonly (string | undefined)[],
  texts: () => Promise<readonly Texts[]> | readonly Texts[],
): Promise<FeatureLines> {
  if (file === undefined) {
    checkComputed(set);
    const names = set.properties.map(({ name }) => name);
    return { names, rows: (await texts()).map(({ a, b }) => ({ features: textFeatures(set, a, b), groups: [] })) };
  }
  const { names, rows } = await readFeatures(file, { properties: set });
  if (rows.length !== ids.length) {
    throw new DataError(file, `has ${rows.length} lines; ${data} has ${ids.length}. Features are of the same lines.`);
  }
  const wrong = rows.findIndex(({ id }, i) => id !== undefined && ids[i] !== undefined && id !== ids[i]);
  if (wrong >= 0) {
    throw new DataError(file, `record ${wrong + 1} is of ${rows[wrong]!.id}; that of ${data} is ${ids[wrong]}.`);
  }
  return { names, rows };
}
