/**
 * Moving a judge's score on purpose (Li et al. 2024, arXiv:2402.11296, section 4.3): by asking a model for what the judge
 * prefers most or least, or by training it towards or against the judge's fitted preference. Who can be gamed so should
 * know it; `explainedWinRate` is the other side.
 */
import { responseKey } from '../data/keys.ts';
import type { Content, Pair } from '../data/types.ts';
import { InvalidValueError } from '../errors.ts';
import { sigmoid } from '../stats/logistic.ts';
import type { PropertySet } from './properties.ts';
import { extremes, type FittedWeights, type Ranked, type WeightTable } from './weights.ts';

/** Which end of a judge's ranking. */
export type RankEnd = 'most' | 'least';

/** A system message, and what it asks for. */
export interface Steering {
  readonly judge: string;
  readonly group: string;
  readonly end: RankEnd;
  /** Ordered as in the ranking, most preferred first. */
  readonly properties: readonly Ranked[];
  readonly message: string;
}

/** What is asked for; 3 of the most preferred by default, as in the study. */
export interface SteeringOptions {
  readonly end?: RankEnd;
  readonly count?: number;
}

/**
 * A system message that asks for the properties a judge prefers most (or least) in a group, each in a line by its name
 * and what the set has under `ask`.
 *
 * @param names of the weights
 * @throws InvalidValueError where the set does not describe one of these properties, or there are not so many
 */
export function steering(
  set: PropertySet,
  names: readonly string[],
  { judge, group, mean }: FittedWeights,
  { end = 'most', count = 3 }: SteeringOptions = {},
): Steering {
  if (!(count >= 1 && count <= names.length)) {
    throw new InvalidValueError('The number of properties', `from 1 to ${names.length}`, count);
  }
  const { top, bottom } = extremes(names, mean, count);
  const properties = end === 'most' ? top : bottom;
  const lines = properties.map(({ name }) => {
    const property = set.properties.find((one) => one.name === name);
    if (!property) throw new InvalidValueError('A property', `one that the set ${set.name} describes`, name);
    return `- ${name}: ${property.ask ?? property.about}`;
  });
  const message = [
    'Whatever you are asked, write your answer so that it has each of these characteristics:',
    '',
    '=== characteristics ===',
    ...lines,
    '=== end of characteristics ===',
    '',
    'Do not mention them.',
  ].join('\n');
  return { judge, group, end, properties, message };
}

/**
 * The weights by which a judge is foretold on a sample: in the one group that the judge has weights of, else in the first
 * of the sample's groups, scenarios before subsets. Undefined where the judge has weights of none.
 */
export function weightsOfSample(
  table: WeightTable,
  judge: string,
  groups: readonly string[],
): FittedWeights | undefined {
  const own = table.groups.filter((group) => table.at(judge, group));
  const group = own.length === 1 ? own[0]! : own.find((one) => groups.includes(one));
  return group === undefined ? undefined : table.at(judge, group);
}

/** Two responses to a prompt, compared, and the weights by which the judge is foretold. */
export interface FeaturedPair {
  readonly id?: string;
  readonly prompt: Content;
  readonly a: Content;
  readonly b: Content;
  /** +1 where `a` has more of a property; undefined where that could not be told. */
  readonly features: ArrayLike<number> | undefined;
  /** Undefined where the judge has none for it. */
  readonly weights: readonly number[] | undefined;
}

/** How pairs are labelled. */
export interface InjectOptions {
  /** Towards what the judge likes, or against it. */
  readonly against?: boolean;
  /** Samples whose foretold probability is within ½ ± this give no pair; 0.15 by default, as in the study. */
  readonly margin?: number;
}

/** Pairs, and how many samples gave none: every sample is in exactly one of the five. */
export interface InjectedPairs {
  readonly pairs: Pair[];
  /** The judge is not sure enough. */
  readonly close: number;
  /** Both responses are the same to the letter. */
  readonly same: number;
  readonly featureless: number;
  readonly weightless: number;
}

/**
 * Preference pairs that inject a judge's preference by DPO, labelled by the judge's fitted regression and not by the judge:
 *
 *   P(a preferred) = σ(w·x)        chosen = a where it is above ½ + margin, b where it is below ½ − margin
 *
 * What lies between is left out; `against` exchanges chosen and rejected.
 *
 * @throws InvalidValueError where features and weights are of different lengths
 */
export function injectedPairs(
  samples: Iterable<FeaturedPair>,
  { against = false, margin = 0.15 }: InjectOptions = {},
): InjectedPairs {
  if (!(margin >= 0 && margin < 0.5)) throw new InvalidValueError('margin', 'from 0 to less than ½', margin);
  const pairs: Pair[] = [];
  const left = { close: 0, same: 0, featureless: 0, weightless: 0 };
  for (const { id, prompt, a, b, features, weights } of samples) {
    if (!features) left.featureless++;
    else if (!weights) left.weightless++;
    else if (responseKey(a) === responseKey(b)) left.same++;
    else {
      const lead = sigmoid(logOdds(features, weights)) - 0.5;
      if (Math.abs(lead) <= margin) {
        left.close++;
        continue;
      }
      const [chosen, rejected] = lead > 0 !== against ? [a, b] : [b, a];
      pairs.push({ ...(id !== undefined && { id }), prompt, chosen, rejected });
    }
  }
  return { pairs, ...left };
}

function logOdds(features: ArrayLike<number>, weights: readonly number[]): number {
  if (features.length !== weights.length) {
    throw new InvalidValueError('The number of features', `that of weights, ${weights.length}`, features.length);
  }
  return weights.reduce((sum, weight, j) => sum + weight * features[j]!, 0);
}
