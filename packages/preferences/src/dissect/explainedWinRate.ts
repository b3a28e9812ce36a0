/** What a win rate is made of: how much of it a judge's liking of properties foretells, whatever the answers are worth. */
import { InvalidValueError } from '../errors.ts';
import { type WinRate, winRate } from '../evals/winRate.ts';
import type { Estimate, Interval } from '../stats/intervals.ts';
import { sigmoid } from '../stats/logistic.ts';
import { type Random, seededRandom, shuffled } from '../stats/random.ts';
import { mean, quantile } from '../stats/summary.ts';
import { normals } from '../stats/variates.ts';
import { explainProbability } from './explain.ts';
import type { FittedWeights } from './weights.ts';

/** A comparison of an evaluation, seen from the system whose win rate it is. */
export interface FeaturedComparison {
  /** [properties] +1 where the system's response has more of a property, −1 where the other has. */
  readonly features: ArrayLike<number>;
  /** The probability that the system's response is the better one: 1, ½, 0 or anything between. */
  readonly won: number;
  /** What the judge likes in the comparison's group. */
  readonly fit: FittedWeights;
}

/** How a win rate is explained. */
export interface ExplainWinRateOptions {
  /** Properties that make an answer worth more: liking these is no weakness of a judge. None by default. */
  readonly worth?: readonly string[];
  readonly seed?: number;
  readonly resamples?: number;
}

/** What one property adds. */
export interface PropertyPart extends Estimate {
  readonly name: string;
  /** In so many comparisons the system's response has more of it; in so many the other. */
  readonly more: number;
  readonly less: number;
}

/**
 * A win rate in parts, in percentage points: ½ + liking + worth + rest = the win rate.
 *
 * `lead too small`: 50 % lies within the win rate's interval. Else by the share of the lead that `liking` is: `none` where
 * its interval reaches the other side of 0, `some` below a half, `most` from there on.
 */
export interface ExplainedWinRate {
  readonly observed: WinRate;
  /** What the judge's weights foretell of the win rate where responses differ in the liked properties only; percent. */
  readonly alone: Estimate;
  /** What they foretell from all properties; percent. */
  readonly foretold: Estimate;
  /** `alone` − 50. */
  readonly liking: Estimate;
  /** Of `liking`, each property's mean Shapley value; from the largest on. Those that never differ are left out. */
  readonly properties: readonly PropertyPart[];
  /** `foretold` − `alone`: what the properties named as worth add. */
  readonly worth: Estimate;
  /** Win rate − `foretold`: what no property tells. */
  readonly rest: Estimate;
  /** `liking` as a share of the lead over 50 %; undefined where the lead is too small. */
  readonly share: Estimate | undefined;
  readonly warning: 'lead too small' | 'none' | 'some' | 'most';
  /** Whether the intervals hold what is uncertain of the weights: all fits tell their standard deviations. */
  readonly weightsUncertain: boolean;
}

/**
 * How much of a win rate a judge's weights foretell from the properties that it likes whatever the answer's worth:
 *
 *   alone    = mean over comparisons of σ(Σ over liked properties of w_j·x_j)
 *   foretold = mean over comparisons of σ(w·x)        (Li et al. 2024, arXiv:2402.11296, section 3.5)
 *
 * each liked property with its mean Shapley value in the first. The order gives liked properties the first say: what they
 * and the answer's worth foretell alike counts as liking, so that the warning is rather too loud than too quiet.
 *
 * Intervals are of 95 %, from `resamples` times drawing the comparisons anew (with replacement), the weights from their
 * posterior (each from a normal distribution, correlations left out), and for Shapley values an order and its reverse.
 *
 * @param names of the properties
 * @throws InvalidValueError without comparisons, for names that are no property, and for features of another number
 */
export function explainedWinRate(
  names: readonly string[],
  comparisons: readonly FeaturedComparison[],
  { worth = [], seed = 0, resamples = 1000 }: ExplainWinRateOptions = {},
): ExplainedWinRate {
  const observed = winRate(comparisons.map(({ won }) => won));
  check(names, comparisons, worth);
  const cases = comparisons.map(({ features, won, fit }): Case => {
    const differing = [...names.keys()].filter((j) => features[j] !== 0);
    const [liked, others] = [
      differing.filter((j) => !worth.includes(names[j]!)),
      differing.filter((j) => worth.includes(names[j]!)),
    ];
    return { features, won, fit, liked, others };
  });
  const here = pointParts(names.length, cases, seed);
  const drawn = resampledParts(names.length, cases, seed, resamples);
  const estimate = (of: (parts: Parts) => number): Estimate => ({
    value: of(here),
    interval: middle95(drawn.map(of)),
    resamples,
  });
  const liking = estimate(({ alone }) => 100 * alone - 50);
  const hasLead = observed.interval[0] > 50 || observed.interval[1] < 50;
  const share = hasLead ? estimate(({ alone, won }) => (alone - 0.5) / (won - 0.5)) : undefined;
  return {
    observed,
    alone: estimate(({ alone }) => 100 * alone),
    foretold: estimate(({ foretold }) => 100 * foretold),
    liking,
    properties: names
      .map((name, j): PropertyPart => {
        const count = (sign: 1 | -1) => comparisons.filter(({ features }) => sign * features[j]! > 0).length;
        return { name, ...estimate(({ shares }) => 100 * shares[j]!), more: count(1), less: count(-1) };
      })
      .filter(({ name, more, less }) => more + less > 0 && !worth.includes(name))
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value)),
    worth: estimate(({ foretold, alone }) => 100 * (foretold - alone)),
    rest: estimate(({ won, foretold }) => 100 * (won - foretold)),
    share,
    warning: warningOf(observed.winRate - 50, liking, share),
    weightsUncertain: comparisons.every(({ fit }) => fit.sd !== undefined),
  };
}

function check(names: readonly string[], comparisons: readonly FeaturedComparison[], worth: readonly string[]): void {
  const stranger = worth.find((name) => !names.includes(name));
  if (stranger !== undefined)
    throw new InvalidValueError('A property of worth', `one of ${names.join(', ')}`, stranger);
  for (const { features, fit } of comparisons) {
    const wrong = [features.length, fit.mean.length].find((length) => length !== names.length);
    if (wrong === undefined) continue;
    throw new InvalidValueError('The number of features and weights', `${names.length}, one a property`, wrong);
  }
}

function warningOf(lead: number, { interval }: Estimate, share: Estimate | undefined): ExplainedWinRate['warning'] {
  if (!share) return 'lead too small';
  const isSure = lead > 0 ? interval[0] > 0 : interval[1] < 0;
  if (!isSure) return 'none';
  return share.value < 0.5 ? 'some' : 'most';
}

interface Case extends FeaturedComparison {
  /** Places of the properties that differ. */
  readonly liked: readonly number[];
  readonly others: readonly number[];
}

/** Means over the comparisons, as shares of 1. */
interface Parts {
  readonly won: number;
  readonly alone: number;
  readonly foretold: number;
  readonly shares: ArrayLike<number>; // [properties], their sum is alone − ½
}

/** At the weights' posterior means, with Shapley values as `explainProbability` has them. */
function pointParts(width: number, cases: readonly Case[], seed: number): Parts {
  const shares = new Float64Array(width);
  for (const { features, fit, liked } of cases) {
    const { values } = explainProbability(
      liked.map((j) => features[j]!),
      liked.map((j) => fit.mean[j]!),
      { seed },
    );
    liked.forEach((j, k) => {
      shares[j]! += values[k]! / cases.length;
    });
  }
  const foretell = ({ features, fit }: Case, places: readonly number[]) => sigmoid(lead(features, fit.mean, places));
  return {
    won: mean(cases.map(({ won }) => won)),
    alone: mean(cases.map((one) => foretell(one, one.liked))),
    foretold: mean(cases.map((one) => foretell(one, [...one.liked, ...one.others]))),
    shares,
  };
}

const lead = (features: ArrayLike<number>, weights: ArrayLike<number>, places: readonly number[]): number =>
  places.reduce((sum, j) => sum + features[j]! * weights[j]!, 0);

function resampledParts(width: number, cases: readonly Case[], seed: number, resamples: number): Parts[] {
  const random = seededRandom(seed);
  const normal = normals(random);
  const fits = [...new Set(cases.map(({ fit }) => fit))];
  return Array.from({ length: resamples }, () => {
    const weights = new Map(
      fits.map((fit) => [fit, fit.mean.map((value, j) => value + (fit.sd?.[j] ?? 0) * normal())]),
    );
    return onceResampled(width, cases, weights, random);
  });
}

function onceResampled(
  width: number,
  cases: readonly Case[],
  weights: ReadonlyMap<FittedWeights, readonly number[]>,
  random: Random,
): Parts {
  const parts = { won: 0, alone: 0, foretold: 0, shares: new Float64Array(width) };
  for (let i = 0; i < cases.length; i++) {
    const { features, won, fit, liked, others } = cases[random.below(cases.length)]!;
    const own = weights.get(fit)!;
    const order = shuffled(liked, random);
    addInOrder(parts.shares, order, features, own);
    addInOrder(parts.shares, order.reverse(), features, own);
    const liking = lead(features, own, liked);
    parts.won += won;
    parts.alone += sigmoid(liking);
    parts.foretold += sigmoid(liking + lead(features, own, others));
  }
  const n = cases.length;
  const { won, alone, foretold, shares } = parts;
  return { won: won / n, alone: alone / n, foretold: foretold / n, shares: shares.map((sum) => sum / (2 * n)) };
}

/** Adds to each property's share what it adds to the probability when properties come in this order. */
function addInOrder(
  shares: Float64Array,
  order: readonly number[],
  features: ArrayLike<number>,
  weights: readonly number[],
): void {
  let [sum, before] = [0, 0.5];
  for (const j of order) {
    sum += features[j]! * weights[j]!;
    const now = sigmoid(sum);
    shares[j]! += now - before;
    before = now;
  }
}

function middle95(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}
