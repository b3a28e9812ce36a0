import { InvalidValueError } from '../errors.ts';
import type { BootstrapOptions, Estimate, Interval } from '../stats/intervals.ts';
import {
  type GamedRow,
  isExtremeChange,
  type LengthComparison,
  type LengthControlledRate,
  type LengthFitKind,
  type LengthWeights,
  lengthControlledRate,
  lengthDesign,
  lengthFit,
} from './lengthControlled.ts';
import { lengthBootstrap, lengthSandwich, type SandwichError } from './lengthControlledIntervals.ts';
import { type WinRate, winRate } from './winRate.ts';
import { winRateBootstrap } from './winRateBootstrap.ts';

/** Where the weights come from: fitted, or from a file. */
export type WeightsFrom = LengthFitKind | { readonly weights: LengthWeights };

/** How the length-controlled win rate is computed. */
export interface LengthControlledOptions extends BootstrapOptions {
  readonly weightsFrom: WeightsFrom;
  /** Length-manipulated baselines, for the fit. */
  readonly gamed?: readonly GamedRow[];
}

/** The length-controlled win rate beside the raw one, each with how far it may be off. Rates in percent. */
export interface LengthControlledWinRate extends LengthControlledRate {
  readonly weights: LengthWeights;
  /** C, where a penalty was chosen. */
  readonly inversePenalty?: number;
  /** Undefined for weights from a file, which cannot be fitted anew. */
  readonly bootstrap: Estimate | undefined;
  /** Undefined where lengths are not known. */
  readonly sandwich: SandwichError | undefined;
  readonly raw: WinRate & { readonly bootstrap: Interval };
  /** Whether AlpacaEval would warn that the regression may have failed. */
  readonly extremeChange: boolean;
}

/**
 * Dubois et al. 2024 (arXiv:2404.04475): the win rate if both responses were equally long; see {@link lengthDesign} for
 * the regression and {@link lengthControlledRate} for what is predicted.
 *
 * @throws InvalidValueError where the likelihood has no maximum
 */
export function lengthControlledWinRate(
  comparisons: readonly LengthComparison[],
  { weightsFrom, gamed = [], ...bootstrap }: LengthControlledOptions,
): LengthControlledWinRate {
  const fit = typeof weightsFrom === 'string' ? lengthFit(weightsFrom, lengthDesign(comparisons, gamed)) : undefined;
  const weights = typeof weightsFrom === 'string' ? fit?.weights : weightsFrom.weights;
  if (!weights) throw noMaximum();
  const difficulties = comparisons.map(({ difficulty }) => difficulty);
  const rate = lengthControlledRate(weights, difficulties);
  const lengthsKnown = comparisons.every(({ lengthDifference }) => lengthDifference !== undefined);
  const decided = comparisons.filter((each) => each.won !== undefined) as (LengthComparison & { won: number })[];
  const raw = winRate(decided.map(({ won }) => won));
  const wins = decided.map(({ won, prompt }) => ({ probability: won, prompt }));
  return {
    ...rate,
    weights,
    ...(fit?.inversePenalty !== undefined && { inversePenalty: fit.inversePenalty }),
    bootstrap: fit && lengthBootstrap(fit, comparisons, gamed, bootstrap),
    sandwich: lengthsKnown ? lengthSandwich(weights, comparisons, gamed) : undefined,
    raw: { ...raw, bootstrap: winRateBootstrap(wins, bootstrap) },
    extremeChange: isExtremeChange(raw.winRate, rate.lcWinRate),
  };
}

const noMaximum = (): InvalidValueError =>
  new InvalidValueError(
    'The fit of maximum likelihood',
    'one: comparisons won and lost at any length, difficulties that differ; the penalized fit (l1-cv) always exists',
    'undefined',
  );
