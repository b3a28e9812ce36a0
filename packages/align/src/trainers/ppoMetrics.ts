import { mean, standardDeviation } from '@attune/preferences';
import type { ExperienceGroup } from './experience.ts';
import type { Tally } from './Tally.ts';

/** What is counted while learning: sums over tokens (sftLoss: over its own; gradNorm: over updates). */
export type PolicyTally = Tally<
  'policyLoss' | 'valueLoss' | 'sftLoss' | 'clipFraction' | 'valueClipFraction' | 'approxKl' | 'ratio' | 'gradNorm'
>;

/** Of one iteration. Means over responses (r) or over their tokens (t), never over padding; NaN where nothing was counted. */
export interface PpoMetrics {
  readonly score: number; //          r: as the reward model gave it, less the penalty for a missing end
  readonly reward: number; //         r: score less that of the reference's response
  readonly rewardDeviation: number; // r: standard deviation
  readonly kl: number; //             r: Σ log π − log π₀, nats per response
  readonly entropy: number; //        r: Σ −log π, nats per response
  readonly klReward: number; //       r: −β·Σ of the KL penalty, which is kl where the estimator is k1
  readonly beta: number;
  readonly length: number; //         r: tokens
  readonly ended: number; //          r: share that came to their end token
  readonly responses: number; //      how many r is over
  readonly advantageDeviation: number; // t
  readonly explainedVariance: number; //  t: 1 − Var(G − V)/Var(G); NaN without a critic
  readonly policyLoss: number; //         t
  readonly valueLoss: number; //          t
  readonly sftLoss: number; //            nats per learned token of the SFT data
  readonly clipFraction: number; //       t
  readonly valueClipFraction: number; //  t
  readonly approxKl: number; //           t: ½·(log π − log π_old)²
  readonly ratio: number; //              t
  readonly gradNorm: number; //           mean over updates, before clipping
}

/** An iteration in numbers. */
export function ppoMetrics(
  groups: readonly ExperienceGroup[],
  { beta, tally }: { beta: number; tally: PolicyTally },
): PpoMetrics {
  const all = groups.flatMap(({ responses }) => responses);
  const over = (of: (response: (typeof all)[number]) => number) => mean(all.map(of));
  const kl = over((response) => sum(response.kl));
  const rewards = all.map(({ reward }) => reward);
  const returns = all.flatMap((response) => response.returns);
  const values = all.flatMap((response) => response.values);
  return {
    score: over(({ score }) => score),
    reward: mean(rewards),
    rewardDeviation: standardDeviation(rewards),
    kl,
    entropy: over(({ logps }) => -sum(logps)),
    klReward: -beta * over(({ penalty }) => sum(penalty)),
    beta,
    length: over(({ ids }) => ids.length),
    ended: over(({ finish }) => Number(finish === 'stop')),
    responses: all.length,
    advantageDeviation: standardDeviation(all.flatMap(({ advantages }) => advantages)),
    explainedVariance: explained(returns, values),
    policyLoss: tally.mean('policyLoss'),
    valueLoss: tally.mean('valueLoss'),
    sftLoss: tally.mean('sftLoss'),
    clipFraction: tally.mean('clipFraction'),
    valueClipFraction: tally.mean('valueClipFraction'),
    approxKl: tally.mean('approxKl'),
    ratio: tally.mean('ratio'),
    gradNorm: tally.mean('gradNorm'),
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** 1 − Var(G − V)/Var(G) */
function explained(returns: readonly number[], values: readonly number[]): number {
  if (returns.length === 0) return Number.NaN;
  const left = standardDeviation(returns.map((value, t) => value - values[t]!));
  return 1 - (left / standardDeviation(returns)) ** 2;
}
