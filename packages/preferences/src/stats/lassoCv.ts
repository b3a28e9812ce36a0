import { FractionalLikelihood, type FractionalRows } from './fractionalLogistic.ts';
import { groupFolds } from './groupFolds.ts';
import { sigmoid } from './logistic.ts';
import { laplaceMode } from './map.ts';
import { mean } from './summary.ts';

/** Ten inverse penalties from 1e-4 to 1e4, evenly spaced in their logarithms: scikit-learn's default. */
export const usualInversePenalties: readonly number[] = Array.from({ length: 10 }, (_, i) => 10 ** (-4 + (8 * i) / 9));

/** A penalized fit, and how the penalty was found. */
export interface LassoFit {
  readonly w: Float64Array;
  /** C: what the loss is multiplied by beside a penalty of Σ|w|. */
  readonly inversePenalty: number;
  /** The mean over folds of minus the loss on what was left out, for each inverse penalty. */
  readonly scores: readonly number[];
}

/**
 * Logistic regression without intercept under an L1 penalty, on labels from 0 to 1:
 *
 *   w = argmin Σ|w| + C·Σ a·CE(y, σ(x·w))          liblinear's objective (Fan et al. 2008, JMLR 9:1871)
 *
 * C is the one of `inversePenalties` with the highest score over five folds, the first of equals, and w is then fitted to
 * all rows. The score of a fold is minus the mean over its rows of a·CE, which is what scikit-learn 1.9's
 * LogisticRegressionCV gives for rows doubled into both labels, each pair a group of GroupKFold. liblinear stops at a
 * tolerance of 1e-4; here w is exact.
 */
export function lassoCv(rows: FractionalRows, inversePenalties = usualInversePenalties, foldCount = 5): LassoFit {
  const folds = groupFolds(new Array<number>(rows.y.length).fill(2), foldCount);
  const perFold = Array.from({ length: foldCount }, (_, fold) => {
    const weights = rows.weights.map((weight, i) => (folds[i] === fold ? 0 : weight));
    const likelihood = new FractionalLikelihood({ ...rows, weights });
    return inversePenalties.map((c) => -leftOutLoss(rows, folds, fold, laplaceMode(likelihood, c)));
  });
  const scores = inversePenalties.map((_, i) => mean(perFold.map((ofFold) => ofFold[i]!)));
  const inversePenalty = inversePenalties[scores.indexOf(Math.max(...scores))]!;
  return { w: laplaceMode(new FractionalLikelihood(rows), inversePenalty), inversePenalty, scores };
}

const LEAST = 1e-15; // predictions are kept this far from 0 and 1

function leftOutLoss(rows: FractionalRows, folds: Uint8Array, fold: number, w: Float64Array): number {
  const { columns, x, y, weights } = rows;
  const losses: number[] = [];
  for (let i = 0; i < y.length; i++) {
    if (folds[i] !== fold) continue;
    let z = 0;
    for (let j = 0; j < columns; j++) z += x[i * columns + j]! * w[j]!;
    const p = Math.min(1 - LEAST, Math.max(LEAST, sigmoid(z)));
    losses.push(-weights[i]! * (y[i]! * Math.log(p) + (1 - y[i]!) * Math.log(1 - p)));
  }
  return mean(losses);
}
