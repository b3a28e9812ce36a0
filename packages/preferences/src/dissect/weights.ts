/** Fitted weights: a judge's preference in a group of samples, one number per property, in log-odds. */
import { InvalidValueError } from '../errors.ts';
import { sigmoid } from '../stats/logistic.ts';
import type { Share } from '../stats/shares.ts';
import { mean } from '../stats/summary.ts';
import { publishedJudges } from './judges.ts';
import { groupKeys, type ScenarioSet } from './scenarios.ts';

/** What is believed of one judge's weights in one group. */
export interface FittedWeights {
  readonly judge: string;
  readonly group: string;
  /** Posterior means, in log-odds. */
  readonly mean: readonly number[];
  /** Posterior standard deviations; absent where only means are known, as of the published weights. */
  readonly sd?: readonly number[];
  /** Posterior quantiles of each weight, in log-odds: from q05 to q95 lies 90 %, from q25 to q75 half. */
  readonly quantiles?: Readonly<Record<'q05' | 'q25' | 'q75' | 'q95', readonly number[]>>;
  /** How many samples the fit is of. */
  readonly samples?: number;
  /** How often left-out labels are foretold. */
  readonly foretold?: Share;
  /** The worst R-hat of the weights, and the least effective sample size. */
  readonly rhat?: number;
  readonly ess?: number;
}

/** The weights of judges in groups. */
export interface WeightTable {
  /** Of the properties, in the order of every vector. */
  readonly names: readonly string[];
  /** Published judges in their order, then others by name. */
  readonly judges: readonly string[];
  /** Scenarios, then subsets, then others. */
  readonly groups: readonly string[];
  /** Undefined where the judge has no fit in the group. */
  at(judge: string, group: string): FittedWeights | undefined;
}

/**
 * Puts fits together; of two of the same judge and group the later counts.
 *
 * @throws InvalidValueError where a fit has not a weight for each name
 */
export function weightTable(
  names: readonly string[],
  fits: readonly FittedWeights[],
  scenarios: ScenarioSet,
): WeightTable {
  for (const { judge, group, mean } of fits) {
    if (mean.length === names.length) continue;
    throw new InvalidValueError(`The number of weights of ${judge} in ${group}`, String(names.length), mean.length);
  }
  const cells = new Map(fits.map((fit) => [JSON.stringify([fit.judge, fit.group]), fit]));
  const ordered = (values: readonly string[], known: readonly string[]) => {
    const place = (value: string) => (known.includes(value) ? known.indexOf(value) : known.length);
    return [...new Set(values)].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  };
  return {
    names,
    judges: ordered(
      fits.map(({ judge }) => judge),
      publishedJudges().map(({ name }) => name),
    ),
    groups: ordered(
      fits.map(({ group }) => group),
      groupKeys(scenarios),
    ),
    at: (judge, group) => cells.get(JSON.stringify([judge, group])),
  };
}

/**
 * The degree of preference in percent: how likely a response is preferred that is better in this property alone.
 *
 *   P = 100·σ(w)      50 is neutral
 */
export const degree = (weight: number): number => 100 * sigmoid(weight);

/** A property at its rank. */
export interface Ranked {
  readonly name: string;
  readonly weight: number;
}

/** The properties from most to least preferred; equal weights keep their order. */
export function ranking(names: readonly string[], weights: readonly number[]): Ranked[] {
  return names.map((name, i) => ({ name, weight: weights[i]! })).sort((a, b) => b.weight - a.weight);
}

/** The most and the least preferred properties. */
export interface Extremes {
  readonly top: readonly Ranked[];
  /** The least preferred is the last. */
  readonly bottom: readonly Ranked[];
}

/** The `count` most and least preferred properties. */
export function extremes(names: readonly string[], weights: readonly number[], count = 3): Extremes {
  const ranked = ranking(names, weights);
  return { top: ranked.slice(0, count), bottom: ranked.slice(-count) };
}

/**
 * The plain mean of a property's {@link degree} over groups (the study's measure of how much a judge minds errors).
 *
 * @throws InvalidValueError where the judge has no weights in one of them
 */
export const meanDegree = (table: WeightTable, judge: string, name: string, groups: readonly string[]): number =>
  mean(groups.map((group) => degree(weightsOf(table, judge, group).mean[table.names.indexOf(name)]!)));

/** @throws InvalidValueError where the judge has no weights in the group */
export function weightsOf(table: WeightTable, judge: string, group: string): FittedWeights {
  const found = table.at(judge, group);
  if (found) return found;
  const known = table.judges.includes(judge) ? `a group of ${judge}` : `one of ${table.judges.join(', ')}`;
  throw new InvalidValueError('The judge and group', known, `${judge} in ${group}`);
}

/** The scenarios in which all judges have weights; where there are none of these, all such groups. */
export function commonScenarios(table: WeightTable, scenarios: ScenarioSet): string[] {
  const common = table.groups.filter((group) => table.judges.every((judge) => table.at(judge, group)));
  const among = common.filter((group) => scenarios.scenarios.some(({ name }) => name === group));
  return among.length > 0 ? among : common;
}
