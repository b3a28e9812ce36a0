import type { BootstrapOptions } from '../stats/intervals.ts';
import { type Calibration, calibration } from './calibration.ts';
import { type LengthCorrelation, lengthCorrelation } from './lengthCorrelation.ts';
import {
  type Accuracy,
  accuracyByLengthDifference,
  type LengthBaseline,
  type LengthBucket,
  lengthBaseline,
  majorityBaseline,
  type PairLengths,
  pairAccuracy,
  type ScoredPair,
} from './rewardAccuracy.ts';

/** Everything that scores and lengths of held-out pairs say about a reward model. */
export interface RewardEvaluation {
  readonly accuracy: Accuracy;
  readonly majority: Accuracy;
  /** `hindsight`: no training pairs told which way to choose, so it is the better of both ways on these very pairs. */
  readonly lengthOnly: LengthBaseline & { readonly hindsight: boolean };
  readonly equalLength: Accuracy | undefined;
  readonly buckets: readonly LengthBucket[];
  readonly calibration: Calibration;
  readonly lengthCorrelation: LengthCorrelation;
}

/** How to evaluate: `train` has the lengths of pairs that tell the length baseline which way to choose. */
export interface RewardEvaluationOptions extends BootstrapOptions {
  readonly train?: readonly PairLengths[];
}

/**
 * A reward model on held-out pairs: how often it is right, beside two rules that read nothing, and whether it goes by
 * length or is surer than it may be.
 *
 * @throws InvalidValueError for no pairs, or a score that is not a number
 */
export function rewardEvaluation(
  pairs: readonly ScoredPair[],
  { train, ...options }: RewardEvaluationOptions,
): RewardEvaluation {
  return {
    accuracy: pairAccuracy(pairs),
    majority: majorityBaseline(pairs.length),
    lengthOnly: { ...lengthBaseline(pairs, train ?? pairs), hindsight: train === undefined },
    ...accuracyByLengthDifference(pairs),
    calibration: calibration(pairs),
    lengthCorrelation: lengthCorrelation(pairs, options),
  };
}
