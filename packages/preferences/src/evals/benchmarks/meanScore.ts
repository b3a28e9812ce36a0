import { type Interval, z95 } from '../../stats/intervals.ts';
import { mean } from '../../stats/summary.ts';

/** A mean of scores, and how far it might be off because other questions could have been asked. */
export interface MeanScore {
  readonly mean: number;
  /** Undefined for a single question. */
  readonly standardError: number | undefined;
  /** mean ± z·standardError. Of few questions it is too narrow. */
  readonly interval: Interval | undefined;
  /** How many scores. */
  readonly n: number;
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
 *   s.e. = √(Q/(Q−1)·Σ_q (Σ_{i∈q} (xᵢ − x̄))²) / n
 */
export function meanScore(scores: readonly QuestionScore[]): MeanScore | undefined {
  if (scores.length === 0) return undefined;
  const center = mean(scores.map(({ score }) => score));
  const apart = new Map<string, number>();
  for (const { question, score } of scores) apart.set(question, (apart.get(question) ?? 0) + score - center);
  const questions = apart.size;
  const squares = apart.values().reduce((sum, residual) => sum + residual ** 2, 0);
  const standardError = questions > 1 ? Math.sqrt((questions / (questions - 1)) * squares) / scores.length : undefined;
  return withInterval(center, standardError, scores.length);
}

/** The mean of means of different questions, each as heavy as the others; undefined where one of them is. */
export function meanOfMeans(parts: readonly (MeanScore | undefined)[]): MeanScore | undefined {
  const means = parts.filter((part) => part !== undefined);
  if (means.length < parts.length || means.length === 0) return undefined;
  const squares = means.reduce<number | undefined>(
    (sum, { standardError: error }) => (sum === undefined || error === undefined ? undefined : sum + error ** 2),
    0,
  );
  return withInterval(
    mean(means.map((part) => part.mean)),
    squares === undefined ? undefined : Math.sqrt(squares) / means.length,
    means.reduce((sum, { n }) => sum + n, 0),
  );
}

const withInterval = (center: number, standardError: number | undefined, n: number): MeanScore => ({
  mean: center,
  standardError,
  interval: standardError === undefined ? undefined : [center - z95 * standardError, center + z95 * standardError],
  n,
});
