/** What a judge prefers in a group of samples: the regression of Li et al. 2024 (arXiv:2402.11296), with its uncertainty. */

import { InvalidValueError } from '../errors.ts';
import { type Calibration, calibration } from '../evals/calibration.ts';
import { type DrawSummary, drawSummary } from '../stats/diagnostics.ts';
import { LogisticLikelihood } from '../stats/logistic.ts';
import { logisticDraws } from '../stats/logisticDraws.ts';
import type { Prior } from '../stats/posterior.ts';
import { type Share, shareOf } from '../stats/shares.ts';
import { type FoldFits, foldFits } from './foldFits.ts';
import { foldsOf } from './folds.ts';

/** How a judge is fitted; what is left out is as in {@link fitDefaults}. */
export interface FitOptions {
  /** Of every weight; Laplace(0, 0.1) by default. */
  readonly prior?: Prior;
  readonly chains?: number;
  /** Steps of each chain before its first draw. */
  readonly warmup?: number;
  /** Draws of each chain. */
  readonly draws?: number;
  /** How many times a part of the samples is left out; 1 leaves out nothing. */
  readonly folds?: number;
  readonly seed?: number;
  /** With fewer samples there is no fit; two for each property by default. */
  readonly minSamples?: number;
  /** Draw each fold anew instead of weighting the draws from all samples: slower, for the same numbers. */
  readonly refitFolds?: boolean;
}

/**
 * The study's settings, but for warm-up and draws: it has 500 and 2,000. A draw here is worth more (docs/dissection.md), so
 * that these are as many effective ones.
 */
export const fitDefaults = {
  prior: { kind: 'laplace', scale: 0.1 },
  chains: 4,
  warmup: 200,
  draws: 1600,
  folds: 10,
  seed: 0,
} as const satisfies FitOptions;

/** A property's weight, in log-odds. */
export interface PropertyFit extends DrawSummary {
  readonly name: string;
  /** The mean of the folds' posterior means, as the study reports it; a little nearer to 0 than `mean`. */
  readonly foldMean?: number;
  /** How many samples tell of it, one response being better; with none, the posterior is the prior. */
  readonly samples: number;
}

/** How well left-out labels are foretold, each from the samples of the other folds. */
export interface HeldOut {
  /** How often the likelier response is the preferred one. */
  readonly accuracy: Share;
  readonly calibration: Calibration;
}

/** The posterior of a judge's weights in one group. */
export interface JudgeFit {
  readonly samples: number;
  readonly properties: readonly PropertyFit[];
  readonly prior: Prior;
  readonly chains: number;
  readonly draws: number;
  /** Trajectories that went astray: with any, the draws may miss a part of the posterior. */
  readonly divergences: number;
  /** How often the end of a trajectory was taken. */
  readonly acceptance: number;
  /** Undefined with one fold. */
  readonly folds?: Pick<FoldFits, 'count' | 'size' | 'refitted' | 'largestShape'>;
  readonly heldOut?: HeldOut;
}

/** Why there is no fit, as a clause without its full stop. */
export interface Refusal {
  readonly refused: string;
}

/**
 * Fits a judge in a group:
 *
 *   P(A preferred | x) = σ(x·w)        w_j ~ Laplace(0, 0.1) independently
 *
 * without an intercept, so that exchanging the responses flips the prediction and changes nothing else. The posterior is
 * sampled by {@link logisticDraws}; the folds' posteriors come from the same draws (see {@link foldFits}).
 *
 * @param names    of the properties
 * @param features [samples][properties], +1 where A satisfies the property better, −1 where B does, else 0
 * @param labels   [samples], true or 1 where A is preferred
 */
export function fitJudge(
  names: readonly string[],
  features: readonly ArrayLike<number>[],
  labels: ArrayLike<boolean | number>,
  options: FitOptions = {},
): JudgeFit | Refusal {
  const settings = { ...fitDefaults, minSamples: 2 * names.length, refitFolds: false, ...options };
  const refused = refusal(names, features, settings);
  if (refused !== undefined) return { refused };
  const { prior, chains, warmup, draws, seed } = settings;
  const folds = foldsOf(features.length, settings.folds, seed);
  const rows = {
    features: folds.order.map((row) => features[row]!),
    labels: folds.order.map((row) => Boolean(labels[row]!)),
  };
  const likelihood = new LogisticLikelihood(rows.features, rows.labels);
  const ends = Array.from({ length: folds.count }, (_, i) => (i + 1) * folds.size);
  const drawn = logisticDraws(likelihood, prior, { chains, warmup, draws, seed, ends });
  const left = folds.count > 0 ? foldFits(rows, likelihood, drawn, folds, settings) : undefined;
  return {
    samples: features.length,
    properties: names.map((name, j) => ({
      name,
      ...drawSummary(drawn.weights[j]!, chains),
      ...(left && { foldMean: left.means[j]! }),
      samples: features.reduce((sum, x) => sum + (x[j] === 0 ? 0 : 1), 0),
    })),
    ...{ prior, chains, draws, divergences: drawn.divergences, acceptance: drawn.acceptance },
    ...(left && { folds: foldAccount(left), heldOut: heldOut(left.probabilities) }),
  };
}

function refusal(
  names: readonly string[],
  features: readonly ArrayLike<number>[],
  { minSamples, folds }: { readonly minSamples: number; readonly folds: number },
): string | undefined {
  const n = features.length;
  const wrong = features.findIndex((x) => x.length !== names.length);
  if (wrong >= 0) {
    throw new InvalidValueError(
      `The number of features of sample ${wrong}`,
      `${names.length}, one a property`,
      features[wrong]!.length,
    );
  }
  const needed = Math.max(minSamples, folds, 1);
  return n < needed ? `${n} samples; a fit of ${names.length} properties needs ${needed}` : undefined;
}

const foldAccount = ({ count, size, refitted, largestShape }: FoldFits) => ({ count, size, refitted, largestShape });

/** @param probabilities that the model gave to the label that came true */
function heldOut(probabilities: Float64Array): HeldOut {
  let right = 0;
  for (const p of probabilities) right += p > 0.5 ? 1 : p === 0.5 ? 0.5 : 0;
  const logOdds = Array.from(probabilities, (p) => ({ chosen: Math.log(p) - Math.log1p(-p), rejected: 0 }));
  return { accuracy: shareOf(right, probabilities.length)!, calibration: calibration(logOdds) };
}
