import { InvalidValueError } from '../errors.ts';
import { type Interval, wilsonInterval } from '../stats/intervals.ts';
import { sigmoid } from '../stats/logistic.ts';
import { mean } from '../stats/summary.ts';
import type { PairScores } from './rewardAccuracy.ts';

/** Pairs about which the model is alike sure; probabilities from `from` up to, not including, `below` (the last: up to 1). */
export interface CalibrationBin {
  readonly from: number;
  readonly below: number;
  readonly n: number;
  /** Mean probability that the model gives the response it scores higher; undefined in an empty bin. */
  readonly predicted: number | undefined;
  /** How often that response is the chosen one; equal scores count half. */
  readonly observed: number | undefined;
  /** Of `observed`: 95 %, Wilson's. */
  readonly interval: Interval | undefined;
}

/** Whether a model is right as often as it says. */
export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: Σ n_b/n · |observed_b − predicted_b|. */
  readonly expectedError: number;
}

/**
 * Calibration of a Bradley-Terry reward model: with d = score(chosen) − score(rejected), it says that the response it
 * scores higher is the better one with probability σ(|d|), from ½ to 1, and is right where d > 0. Ten bins of equal width.
 * (Taking each pair in both orders, σ(d) and σ(−d), gives the same bins mirrored at ½, and every pair counted twice.)
 *
 * Expected calibration error: Guo et al. 2017 (arXiv:1706.04599), eq. 3.
 */
export function calibration(pairs: readonly PairScores[], { bins = 10 }: { bins?: number } = {}): Calibration {
  if (pairs.length === 0) throw new InvalidValueError('The number of pairs', 'at least 1', 0);
  const place = (p: number) => Math.min(bins - 1, Math.floor((p - 0.5) * 2 * bins));
  const members = Map.groupBy(pairs.map(judged), ({ confidence }) => place(confidence));
  const filled = Array.from({ length: bins }, (_, i) => bin(i, bins, members.get(i) ?? []));
  const error = filled.reduce((sum, { n, predicted, observed }) => {
    return n === 0 ? sum : sum + (n / pairs.length) * Math.abs(observed! - predicted!);
  }, 0);
  return { bins: filled, expectedError: error };
}

interface Judged {
  readonly confidence: number;
  readonly right: number;
}

function judged({ chosen, rejected }: PairScores): Judged {
  const difference = chosen - rejected;
  if (Number.isNaN(difference)) throw new InvalidValueError('A difference of scores', 'a number', difference);
  return { confidence: sigmoid(Math.abs(difference)), right: (Math.sign(difference) + 1) / 2 };
}

function bin(i: number, bins: number, members: readonly Judged[]): CalibrationBin {
  const n = members.length;
  const range = { from: 0.5 + i / (2 * bins), below: 0.5 + (i + 1) / (2 * bins), n };
  if (n === 0) return { ...range, predicted: undefined, observed: undefined, interval: undefined };
  const observed = mean(members.map(({ right }) => right));
  const predicted = mean(members.map(({ confidence }) => confidence));
  return { ...range, predicted, observed, interval: wilsonInterval(observed * n, n) };
}
