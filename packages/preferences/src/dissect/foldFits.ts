import { paretoSmoothed } from '../stats/importance.ts';
import { LogisticLikelihood, sigmoid } from '../stats/logistic.ts';
import { type LogisticDraws, logisticDraws } from '../stats/logisticDraws.ts';
import type { Prior } from '../stats/posterior.ts';
import type { Folds } from './folds.ts';

/** The posteriors without each fold's samples. */
export interface FoldFits {
  readonly count: number;
  /** How many samples each leaves out. */
  readonly size: number;
  /** Posterior means, averaged over the folds. [properties] */
  readonly means: readonly number[];
  /** For each left-out sample, the probability of its label under the posterior without its fold. [count · size] */
  readonly probabilities: Float64Array;
  /** How many folds had to be drawn anew. */
  readonly refitted: number;
  /** The largest k̂ of those that were weighted: Vehtari et al. 2024 trust up to 0.7. */
  readonly largestShape: number;
}

/** What a fold needs when it is drawn anew. */
interface Settings {
  readonly prior: Prior;
  readonly chains: number;
  readonly warmup: number;
  readonly draws: number;
  readonly seed: number;
  readonly refitFolds: boolean;
}

/** Samples in the folds' order. */
interface Samples {
  readonly features: readonly ArrayLike<number>[];
  readonly labels: readonly boolean[];
}

const TRUSTED = 0.7;
const SPARED = 4; // the mean of many folds is as sure with a quarter of the draws in some of them
const PREDICTIONS = 500; // draws that a probability is averaged over: its error is then far below that of a label

/**
 * The posteriors without each fold's samples, from the draws with them: a draw w of the whole posterior counts with the
 * weight 1/P(fold's labels | w), smoothed (Gelfand, Dey and Chang 1992; {@link paretoSmoothed}). Ten folds then cost
 * hardly more than one fit. A fold whose weights cannot be trusted is drawn anew.
 *
 * @param likelihood of the samples
 * @param drawn      with the folds as its parts
 */
export function foldFits(
  samples: Samples,
  likelihood: LogisticLikelihood,
  drawn: LogisticDraws,
  { count, size }: Folds,
  settings: Settings,
): FoldFits {
  const means = new Float64Array(drawn.weights.length);
  const probabilities = new Float64Array(count * size);
  const draws = settings.refitFolds ? settings.draws : Math.max(4, Math.ceil(settings.draws / SPARED));
  const anew = { ...settings, draws };
  const weighted = new Map<number, Float64Array>();
  let [refitted, largestShape] = [0, -Infinity];
  for (let fold = 0; fold < count; fold++) {
    const [from, to] = [fold * size, (fold + 1) * size];
    const { weights, shape } = paretoSmoothed(drawn.parts[fold]!.map((logp) => -logp));
    const trusted = shape <= TRUSTED && !settings.refitFolds;
    if (trusted) largestShape = Math.max(largestShape, shape);
    else refitted++;
    const used = trusted ? drawn : logisticDraws(without(samples, from, to), settings.prior, anew);
    const shares = trusted ? weights : evenly(used.chains * used.draws);
    for (let j = 0; j < means.length; j++) means[j]! += weightedSum(used.weights[j]!, shares) / count;
    if (trusted) weighted.set(fold, shares);
    else foretell(likelihood, used, new Map([[fold, shares]]), size, probabilities);
  }
  foretell(likelihood, drawn, weighted, size, probabilities);
  return { count, size, means: [...means], probabilities, refitted, largestShape };
}

function without({ features, labels }: Samples, from: number, to: number): LogisticLikelihood {
  const kept = (_: unknown, row: number) => row < from || row >= to;
  return new LogisticLikelihood(features.filter(kept), labels.filter(kept));
}

const evenly = (draws: number): Float64Array => new Float64Array(draws).fill(1 / draws);

function weightedSum(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += weights[i]! * values[i]!;
  return sum;
}

/**
 * The probability of the labels of some folds, averaged over draws that count with each fold's shares, into `out`.
 *
 * @param shares of the draws, by fold
 * @param out    [folds · size]
 */
function foretell(
  { design }: LogisticLikelihood,
  drawn: LogisticDraws,
  shares: ReadonlyMap<number, Float64Array>,
  size: number,
  out: Float64Array,
): void {
  const draws = drawn.chains * drawn.draws;
  const stride = Math.max(1, Math.floor(draws / PREDICTIONS));
  const [w, z] = [new Float64Array(drawn.weights.length), new Float64Array(out.length)];
  for (let d = 0; d < draws; d += stride) {
    for (let j = 0; j < w.length; j++) w[j] = drawn.weights[j]![d]!;
    design.times(w, z);
    for (const [fold, of] of shares) {
      const share = of[d]!;
      for (let i = fold * size; i < (fold + 1) * size; i++) out[i]! += share * sigmoid(z[i]!);
    }
  }
  for (const [fold, of] of shares) {
    let total = 0;
    for (let d = 0; d < draws; d += stride) total += of[d]!;
    for (let i = fold * size; i < (fold + 1) * size; i++) out[i]! /= total;
  }
}
