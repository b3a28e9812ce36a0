import type { Interval } from '../../stats/intervals.ts';
import { t95 } from '../../stats/studentT.ts';
import { mean } from '../../stats/summary.ts';

/** A mean of scores from 1 to 10, and how far it might be off because other questions could have been asked. */
export interface MeanScore {
  readonly mean: number;
  /** How many scores. */
  readonly n: number;
  /** These are undefined for a single question. */
  readonly standardError: number | undefined;
  /** 95 %: mean ± t·standardError, within the scale. */
  readonly interval: Interval | undefined;
  /** Of the standard error. */
  readonly degreesOfFreedom: number | undefined;
}

/** A score, and what it is about. Scores of one question (its turns, say) are not independent. */
export interface QuestionScore {
  readonly question: string;
  readonly score: number;
}

/**
 * The mean x̄ of n scores. Its standard error takes the Q questions as the sample, not the scores (Liang and Zeger 1986,
 * Biometrika 73:13); with one score to a question it is sd/√n, sd with n − 1.
 *
 *   s.e. = √(Q/(Q−1)·Σ_q (Σ_{i∈q} (xᵢ − x̄))²) / n        Q − 1 degrees of freedom
 */
export function meanScore(scores: readonly QuestionScore[]): MeanScore | undefined {
  if (scores.length === 0) return undefined;
  const center = mean(scores.map(({ score }) => score));
  const apart = new Map<string, number>();
  for (const { question, score } of scores) apart.set(question, (apart.get(question) ?? 0) + score - center);
  const questions = apart.size;
  const squares = apart.values().reduce((sum, residual) => sum + residual ** 2, 0);
  const variance = (questions / (questions - 1)) * (squares / scores.length ** 2);
  return withInterval(center, scores.length, variance, questions - 1);
}

/**
 * The mean of k means of different questions, each as heavy as the others; undefined where one of them is.
 *
 *   s.e. = √(Σ s.e.ᵢ²) / k        (Σ s.e.ᵢ²)² / Σ (s.e.ᵢ⁴/νᵢ) degrees of freedom (Satterthwaite 1946, Biometrics 2:110)
 */
export function meanOfMeans(parts: readonly (MeanScore | undefined)[]): MeanScore | undefined {
  const means = parts.filter((part) => part !== undefined);
  if (means.length < parts.length || means.length === 0) return undefined;
  const variances = means.map(({ standardError = Number.NaN }) => standardError ** 2);
  const freedoms = means.map(({ degreesOfFreedom = 0 }) => degreesOfFreedom);
  const sum = variances.reduce((total, variance) => total + variance, 0);
  const uncertainty = variances.reduce((total, variance, i) => total + variance ** 2 / freedoms[i]!, 0);
  return withInterval(
    mean(means.map((part) => part.mean)),
    means.reduce((total, { n }) => total + n, 0),
    sum / means.length ** 2,
    uncertainty > 0 ? sum ** 2 / uncertainty : Math.min(...freedoms), // where nothing varies
  );
}

function withInterval(center: number, n: number, variance: number, degreesOfFreedom: number): MeanScore {
  if (!(degreesOfFreedom >= 1)) {
    return { mean: center, n, standardError: undefined, interval: undefined, degreesOfFreedom: undefined };
  }
  const standardError = Math.sqrt(variance);
  const half = t95(degreesOfFreedom) * standardError;
  const interval = [Math.max(1, center - half), Math.min(10, center + half)] as const;
  return { mean: center, n, standardError, interval, degreesOfFreedom };
}
