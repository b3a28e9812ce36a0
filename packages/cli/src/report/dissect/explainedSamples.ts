import {
  type BinaryLabel,
  degree,
  explainProbability,
  type Features,
  type FittedWeights,
  type GroupIndex,
  type RawSample,
  type WeightTable,
} from '@attune/preferences';
import type { SampleKind } from './words.ts';

/** What a judge's weights foretell of a sample, and why. */
export interface JudgeView {
  readonly name: string;
  /** What the judge said, where that is known. */
  readonly label: BinaryLabel;
  /** The probability that A is preferred. */
  readonly prediction: number;
  /** Its 90 % interval, the weights taken as independent; undefined where their deviations are not known. */
  readonly interval: readonly [number, number] | undefined;
  /** Of the sample's properties, in their order: shares of the probability, whose sum is `prediction` − ½. */
  readonly shares: readonly number[];
}

/** A sample with what decides it. */
export interface ExplainedSample {
  readonly kind: SampleKind;
  readonly name: string;
  readonly group: string;
  readonly raw: RawSample | undefined;
  /** Those that tell the responses apart, by what they matter to the first judge; `feature` is above 0 where A is better. */
  readonly properties: readonly { readonly name: string; readonly feature: number }[];
  readonly judges: readonly JudgeView[];
}

/** All that samples are explained from. */
export interface SampleSource {
  readonly weights: WeightTable;
  readonly features: Features;
  /** The judges that are shown. */
  readonly judges: readonly string[];
  /** Group → positions; the groups that the features name where undefined. */
  readonly groups: GroupIndex | undefined;
  /** Judge → labels by position. */
  readonly labels: ReadonlyMap<string, readonly BinaryLabel[]>;
  /** Texts by position, where there are any. */
  readonly texts: readonly RawSample[] | undefined;
}

/** What is known of a sample before it is chosen. */
interface Candidate {
  readonly position: number;
  readonly group: string;
  readonly fits: readonly FittedWeights[];
  readonly logOdds: readonly number[];
}

/**
 * Samples worth reading: those asked for, then `count` of each kind, none of them twice. A sample is explained with the
 * weights of the first of its groups in which every judge has some; samples without such a group are in no kind.
 */
export function explainedSamples(
  source: SampleSource,
  { count, asked }: { readonly count: number; readonly asked: readonly number[] },
): ExplainedSample[] {
  const candidates = candidatesOf(source);
  const taken = new Set<number>();
  const take = (kind: SampleKind, worth: (one: Candidate) => number, most = count): ExplainedSample[] =>
    candidates
      .map((one) => ({ one, worth: worth(one) }))
      .filter(({ one, worth }) => Number.isFinite(worth) && !taken.has(one.position))
      .sort((a, b) => b.worth - a.worth || a.one.position - b.one.position)
      .slice(0, most)
      .map(({ one }) => {
        taken.add(one.position);
        return explained(source, kind, one);
      });
  const sure = ({ logOdds }: Candidate) => Math.abs(logOdds[0]!);
  const differs = ({ position }: Candidate) => source.features.rows[position]!.features!.some((x) => x !== 0);
  return [
    ...take(
      'asked',
      ({ position }) => (asked.includes(position) ? -asked.indexOf(position) : Number.NaN),
      asked.length,
    ),
    ...take('wrong', (one) => (isWrong(source, one) ? sure(one) : Number.NaN)),
    ...take('apart', ({ logOdds }) => discord(logOdds)),
    ...take('surest', sure),
    ...take('undecided', (one) => (differs(one) ? -sure(one) : Number.NaN)),
  ];
}

const probability = (logOdds: number): number => degree(logOdds) / 100;

/** By how much the predictions of the judges differ; NaN where that is hardly at all. */
function discord(logOdds: readonly number[]): number {
  const predictions = logOdds.map(probability);
  const spread = Math.max(...predictions) - Math.min(...predictions);
  return spread >= 0.05 ? spread : Number.NaN;
}

function candidatesOf({ weights, features, judges, groups }: SampleSource): Candidate[] {
  const named = features.rows.map(({ groups: own }) => [...own]);
  if (groups) {
    for (const own of named) own.length = 0;
    for (const [group, positions] of groups) for (const position of positions) named[position]!.push(group);
  }
  return features.rows.flatMap(({ features: vector }, position) => {
    if (!vector) return [];
    const own =
      weights.groups.length === 1 ? weights.groups : weights.groups.filter((group) => named[position]!.includes(group));
    const group = own.find((one) => judges.every((judge) => weights.at(judge, one)));
    if (group === undefined) return [];
    const fits = judges.map((judge) => weights.at(judge, group)!);
    return [{ position, group, fits, logOdds: fits.map(({ mean }) => dot(vector, mean)) }];
  });
}

const dot = (x: ArrayLike<number>, w: readonly number[]): number => w.reduce((sum, one, i) => sum + one * x[i]!, 0);

/** Whether the first judge said the other thing than its weights foretell. */
function isWrong({ labels, judges }: SampleSource, { position, logOdds }: Candidate): boolean {
  const label = labels.get(judges[0]!)?.[position];
  return label !== undefined && logOdds[0] !== 0 && (label === 'A') !== logOdds[0]! > 0;
}

function explained(
  source: SampleSource,
  kind: SampleKind,
  { position, group, fits, logOdds }: Candidate,
): ExplainedSample {
  const { id, features } = source.features.rows[position]!;
  const vector = features!;
  const { names } = source.features;
  const active = names
    .map((_, p) => p)
    .filter((p) => vector[p] !== 0)
    .sort((a, b) => Math.abs(vector[b]! * fits[0]!.mean[b]!) - Math.abs(vector[a]! * fits[0]!.mean[a]!));
  const judges = fits.map((fit, j): JudgeView => {
    const { values, prediction } = explainProbability(vector, fit.mean);
    const deviation = fit.sd && Math.hypot(...active.map((p) => vector[p]! * fit.sd![p]!));
    return {
      name: fit.judge,
      label: source.labels.get(fit.judge)?.[position],
      prediction,
      interval:
        deviation === undefined
          ? undefined
          : [probability(logOdds[j]! - 1.645 * deviation), probability(logOdds[j]! + 1.645 * deviation)],
      shares: active.map((p) => values[p]!),
    };
  });
  return {
    kind,
    name: id ?? String(position),
    group,
    raw: source.texts?.[position],
    properties: active.map((p) => ({ name: names[p]!, feature: vector[p]! })),
    judges,
  };
}
