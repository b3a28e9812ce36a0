/**
 * Why A won: each property's share of a prediction, as Shapley values (Shapley 1953; for predictions Lundberg and Lee
 * 2017, arXiv:1705.07874) with all features 0 as the one background. Properties whose feature is 0 have exactly 0.
 */
import { InvalidValueError } from '../errors.ts';
import { sigmoid } from '../stats/logistic.ts';
import { seededRandom, shuffled } from '../stats/random.ts';

/** The shares of one prediction. */
export interface Explanation {
  /** Of the features, in their order; their sum is `prediction` − `base`. */
  readonly values: readonly number[];
  readonly base: number;
  readonly prediction: number;
  /** Standard errors of the values, where they are estimated and not exact. */
  readonly standardErrors?: readonly number[];
}

/**
 * The shares of the log-odds that A is preferred. The model is linear, so they are exact: φ_i = w_i·x_i, of base 0.
 *
 * @throws InvalidValueError unless there is a weight for each feature
 */
export function explainLogOdds(features: ArrayLike<number>, weights: ArrayLike<number>): Explanation {
  const values = terms(features, weights);
  return { values, base: 0, prediction: sum(values) };
}

/** Up to so many features that are not 0, all their subsets are gone through: 32,768 of them. */
const exactUpTo = 15;

/** How values are estimated where there are too many subsets. */
export interface ExplainOptions {
  readonly seed?: number;
  /** Pairs of an order and its reverse. */
  readonly pairs?: number;
}

/**
 * The shares of the probability that A is preferred, f(x) = σ(w·x), of base ½:
 *
 *   φ_i = Σ over S without i of |S|!·(k − |S| − 1)!/k! · (f(S ∪ i) − f(S)),   f(S) = σ(Σ over S of w_j·x_j)
 *
 * over the k features that are not 0. Exact up to 15 of these; above, the mean over random orders and their reverses
 * (antithetic: Mitchell et al. 2022, JMLR 23:43), with standard errors. Both sum exactly.
 *
 * @throws InvalidValueError unless there is a weight for each feature
 */
export function explainProbability(
  features: ArrayLike<number>,
  weights: ArrayLike<number>,
  { seed = 0, pairs = 2000 }: ExplainOptions = {},
): Explanation {
  const all = terms(features, weights);
  const active = all.flatMap((_, i) => (features[i] === 0 ? [] : [i]));
  const steps = active.map((i) => all[i]!);
  const found = steps.length <= exactUpTo ? { values: bySubsets(steps) } : byOrders(steps, seed, pairs);
  const spread = (own: readonly number[]) => {
    const whole = all.map(() => 0);
    active.forEach((i, k) => {
      whole[i] = own[k]!;
    });
    return whole;
  };
  return {
    values: spread(found.values),
    base: 0.5,
    prediction: sigmoid(sum(steps)),
    ...('standardErrors' in found && { standardErrors: spread(found.standardErrors) }),
  };
}

function terms(features: ArrayLike<number>, weights: ArrayLike<number>): number[] {
  if (features.length !== weights.length) {
    throw new InvalidValueError('The number of weights', `that of features, ${features.length}`, weights.length);
  }
  return Array.from(features, (x, i) => (x === 0 ? 0 : x * weights[i]!));
}

/** Shapley's formula as it stands. `f[S]` for each subset as a bit mask. */
function bySubsets(steps: readonly number[]): number[] {
  const k = steps.length;
  const lead = new Float64Array(2 ** k);
  const size = new Uint8Array(2 ** k);
  for (let subset = 1; subset < lead.length; subset++) {
    const last = 31 - Math.clz32(subset);
    const rest = subset ^ (1 << last);
    lead[subset] = lead[rest]! + steps[last]!;
    size[subset] = size[rest]! + 1;
  }
  const f = lead.map(sigmoid);
  const share = sharesBySize(k);
  return steps.map((_, i) => {
    let value = 0;
    for (let subset = 0; subset < f.length; subset++) {
      if (!(subset & (1 << i))) value += share[size[subset]!]! * (f[subset | (1 << i)]! - f[subset]!);
    }
    return value;
  });
}

/** s!·(k − s − 1)!/k! for s from 0 to k − 1. */
function sharesBySize(k: number): number[] {
  const shares = [1 / k];
  for (let s = 1; s < k; s++) shares.push((shares[s - 1]! * s) / (k - s));
  return shares;
}

function byOrders(
  steps: readonly number[],
  seed: number,
  pairs: number,
): { values: number[]; standardErrors: number[] } {
  const random = seededRandom(seed);
  const [total, squares] = [new Float64Array(steps.length), new Float64Array(steps.length)];
  for (let p = 0; p < pairs; p++) {
    const order = shuffled([...steps.keys()], random);
    const [forth, back] = [marginals(steps, order), marginals(steps, order.reverse())];
    for (let i = 0; i < steps.length; i++) {
      const value = (forth[i]! + back[i]!) / 2;
      total[i]! += value;
      squares[i]! += value ** 2;
    }
  }
  const values = Array.from(total, (one) => one / pairs);
  const standardErrors = values.map((value, i) =>
    Math.sqrt(Math.max(0, squares[i]! / pairs - value ** 2) / Math.max(1, pairs - 1)),
  );
  return { values, standardErrors };
}

/** What each feature adds to the probability when they come in this order. */
function marginals(steps: readonly number[], order: readonly number[]): Float64Array {
  const added = new Float64Array(steps.length);
  let [lead, before] = [0, 0.5];
  for (const i of order) {
    lead += steps[i]!;
    const now = sigmoid(lead);
    added[i] = now - before;
    before = now;
  }
  return added;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
