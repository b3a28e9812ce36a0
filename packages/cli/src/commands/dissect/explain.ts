import {
  DataError,
  explainLogOdds,
  explainProbability,
  type Features,
  type FittedWeights,
  readFeatures,
  readGroupIndex,
  readPropertySet,
  readWeights,
  type WeightTable,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { formatNumber, formatShare, oneDecimal } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { positionOf } from './positionOf.ts';

interface Options {
  readonly weights: string;
  readonly features: string;
  readonly judge: string;
  readonly sample: string;
  readonly scenario?: string;
  readonly groups?: string;
  readonly properties?: string;
  readonly seed: number;
}

/** `attune dissect explain`: why a response won. */
export const explainCommand = (): Command =>
  command(
    'explain',
    "Why a judge prefers a sample's response: each property's share of the prediction",
    'attune dissect explain --weights weights.jsonl --features resolved.jsonl --judge human --sample 17',
  )
    .requiredOption('--weights <path>', 'fitted weights: a folder as published, or what dissect fit wrote')
    .requiredOption('--features <file>', 'resolved samples, or features by line')
    .requiredOption('--judge <name>', 'whose weights')
    .requiredOption('--sample <id>', 'its id, or its position from 0')
    .option('--scenario <name>', 'with the weights of this group (default: of every group that the sample is in)')
    .option('--groups <file>', 'a group index, where the features do not name their groups')
    .option('--properties <file>', 'a property set of your own (default: the 29 of the published study)')
    .option('--seed <n>', 'where more than 15 properties differ, of the orders that are drawn', wholeNumber(0), 0)
    .action(run(explain));

async function explain({ result }: CommandContext, options: Options): Promise<void> {
  const set = options.properties === undefined ? {} : { properties: readPropertySet(options.properties) };
  const weights = await readWeights(options.weights, set);
  const features = await readFeatures(options.features, set);
  if (features.names.join('\n') !== weights.names.join('\n')) {
    throw new DataError(
      options.features,
      `has features of ${features.names.join(', ')}; the weights are of ${weights.names.join(', ')}.`,
    );
  }
  const position = positionOf(options.sample, options.features, features);
  const vector = features.rows[position]!.features;
  if (!vector) {
    throw new DataError(options.features, `sample ${options.sample} has no features: its errors could not be judged.`);
  }
  const explained = fitsFor(options, weights, features, position).map((fit) =>
    explanationOf(weights.names, vector, fit, options.seed),
  );
  result({ sample: position, judge: options.judge, explanations: explained }, explained.map(text).join('\n\n'));
}

/** The judge's weights in the group that is asked for, or in every group that the sample is in. */
function fitsFor(
  { judge, scenario, groups }: Options,
  weights: WeightTable,
  { rows }: Features,
  position: number,
): FittedWeights[] {
  if (!weights.judges.includes(judge)) {
    throw new UsageError(`--judge ${judge} has no weights. There are ${weights.judges.join(', ')}.`);
  }
  const index = groups === undefined ? undefined : readGroupIndex(groups, rows.length);
  const named = index
    ? [...index].filter(([, positions]) => positions.includes(position)).map(([group]) => group)
    : rows[position]!.groups;
  const wanted = scenario === undefined ? (weights.groups.length === 1 ? weights.groups : named) : [scenario];
  const fits = wanted.flatMap((group) => weights.at(judge, group) ?? []);
  if (fits.length > 0) return fits;
  const own = weights.groups.filter((group) => weights.at(judge, group)).join(', ');
  throw new UsageError(
    `${judge} has weights of ${own}; ${scenario ?? `the sample is in ${named.join(', ') || 'no group that is known'}`}. ` +
      'Choose with --scenario, or give --groups.',
  );
}

function explanationOf(
  names: readonly string[],
  vector: Float64Array,
  { judge, group, mean, sd }: FittedWeights,
  seed: number,
) {
  const logOdds = explainLogOdds(vector, mean);
  const probability = explainProbability(vector, mean, { seed });
  const properties = names
    .map((name, i) => ({
      name,
      feature: vector[i]!,
      weight: mean[i]!,
      logOdds: logOdds.values[i]!,
      ...(sd && { logOddsSd: Math.abs(vector[i]!) * sd[i]! }),
      probability: probability.values[i]!,
      ...(probability.standardErrors && { probabilityError: probability.standardErrors[i]! }),
    }))
    .filter(({ feature }) => feature !== 0)
    .sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds));
  return {
    judge,
    group,
    prefers: logOdds.prediction > 0 ? 'A' : logOdds.prediction < 0 ? 'B' : 'neither',
    probabilityOfA: probability.prediction,
    logOdds: logOdds.prediction,
    properties,
  };
}

function text({
  judge,
  group,
  prefers,
  probabilityOfA,
  logOdds: whole,
  properties,
}: ReturnType<typeof explanationOf>): string {
  const verdict = prefers === 'neither' ? 'prefers neither' : `prefers ${prefers}`;
  const head = `${judge} in ${group} ${verdict}: A is preferred with ${formatShare(probabilityOfA)}`;
  if (properties.length === 0) return `${head}, because no property tells the responses apart.`;
  const signed = (value: number, shown: string) => (value > 0 ? `+${shown}` : shown);
  const rows = properties.map(({ name, feature, logOdds, probability }) => [
    name,
    feature > 0 ? 'A' : 'B',
    signed(logOdds, formatNumber(logOdds, 3)),
    signed(probability, oneDecimal(100 * probability)),
  ]);
  const points = 100 * (probabilityOfA - 0.5);
  const sum = ['together', '', signed(whole, formatNumber(whole, 3)), signed(points, oneDecimal(points))];
  return `${head}, from 50 % by\n${table(['property', 'better in', 'log-odds of A', 'points of A'], [...rows, sum])}`;
}
