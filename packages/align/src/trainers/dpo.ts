import { noGrad, type Tensor, tensor, tidy } from '@attune/torch';
import { breathe } from '../breathe.ts';
import type { EncodedPair } from '../data/encode.ts';
import { LossError } from '../losses/errors.ts';
import { klEstimate } from '../losses/kto.ts';
import { needsKl, preferenceLoss, sortsBatch } from '../losses/preferenceLoss.ts';
import type { LossType } from '../losses/registry.ts';
import { implicitRewards } from '../losses/rewards.ts';
import { noReference } from '../losses/scores.ts';
import type { LossOptions, PairLogps } from '../losses/types.ts';
import type { CausalLm } from '../models/CausalLm.ts';
import { withoutDropout } from '../nn/lora.ts';
import { pairLogps } from './logps.ts';
import { Tally } from './Tally.ts';
import { type Updating, update } from './Update.ts';

/** Log-probabilities of pairs under the frozen model that the policy is held to; no gradient flows. */
export type Reference = (pairs: readonly EncodedPair[]) => PairLogps;

/** What is minimised: one loss of the family, or a weighted sum of several. */
export interface DpoObjective {
  readonly types: readonly LossType[];
  readonly weights?: readonly number[];
  readonly options: Omit<LossOptions, 'kl' | 'tokensPerPair'>;
}

/** A training on preference pairs. */
export interface DpoRun extends Updating {
  readonly policy: CausalLm;
  /** Left out for losses that read no reference. */
  readonly reference?: Reference;
  readonly objective: DpoObjective;
  /** Each a step: micro-batches whose gradients add up to one update. */
  readonly windows: Iterable<readonly (readonly EncodedPair[])[]>;
}

/** Means over pairs. Rewards are β·(log π − log πref), in nats × β. */
export interface PairMetrics {
  readonly loss: number;
  readonly chosenReward: number;
  readonly rejectedReward: number;
  readonly margin: number;
  readonly accuracy: number; //     share of pairs whose chosen response has the greater reward; 0 at the first step
  readonly chosenLogps: number; //  nats per response
  readonly rejectedLogps: number;
}

/** What one update of the weights reports. */
export interface DpoStep extends PairMetrics {
  readonly step: number;
  readonly pairs: number; //    the denominator of every mean
  readonly gradNorm: number; // before clipping
  readonly learningRate: number;
  readonly tokens: number; //   of prompts (once) and responses that went through the policy
}

/**
 * Direct preference optimization (Rafailov et al. 2023, arXiv:2305.18290) and its relatives, whole; `losses/` has the
 * formulas. Yields after each update of the policy; leave the loop to stop it.
 *
 * The loss is the mean over all pairs of a step's micro-batches together, so that 1 × 8, 8 × 1 and 2 × 4 give one
 * gradient (losses that sort or compare within a batch apart: aot, kto).
 */
export async function* dpo(run: DpoRun): AsyncGenerator<DpoStep> {
  let step = run.stepsDone ?? 0;
  for (const window of run.windows) {
    step++;
    const pairs = window.flat();
    const tokensPerPair = chosenTokens(pairs);
    const tally = new Tally<keyof PairMetrics>();
    for (const batch of window) {
      tidy(() => {
        const scored = pairLogps(run.policy, batch);
        const reference = noGrad(() => run.reference?.(batch)) ?? noReference(scored.logps);
        const losses = pairLosses(run, batch, scored, reference, tokensPerPair);
        losses.sum().div(pairs.length).backward();
        scored.backward();
        countPairs(tally, losses, scored.logps, reference, run.objective.options.beta);
      });
      await breathe();
    }
    const metrics = tally.means();
    const gradNorm = update(run, step, metrics.loss);
    yield {
      step,
      ...metrics,
      pairs: pairs.length,
      gradNorm,
      learningRate: run.learningRate(step),
      tokens: total(pairs.map(tokensOf)),
    };
  }
}

/** The same numbers on held-out pairs, without learning from them: means over all of the batches together. */
export function evaluatePairs(
  run: Pick<DpoRun, 'policy' | 'reference' | 'objective'>,
  batches: Iterable<readonly EncodedPair[]>,
): PairMetrics {
  const tally = new Tally<keyof PairMetrics>();
  const all = [...batches];
  const tokensPerPair = chosenTokens(all.flat());
  const measure = (batch: readonly EncodedPair[]) => {
    const scored = pairLogps(run.policy, batch);
    const reference = run.reference?.(batch) ?? noReference(scored.logps);
    const losses = pairLosses(run, batch, scored, reference, tokensPerPair);
    countPairs(tally, losses, scored.logps, reference, run.objective.options.beta);
  };
  for (const batch of all) tidy(() => noGrad(() => withoutDropout(run.policy, () => measure(batch))));
  return tally.means();
}

/** [pairs], weighted by the pairs' own weights where the data has any. */
function pairLosses(
  { policy, reference: referenceOf, objective }: Pick<DpoRun, 'policy' | 'reference' | 'objective'>,
  batch: readonly EncodedPair[],
  { logps, lengths }: Pick<ReturnType<typeof pairLogps>, 'logps' | 'lengths'>,
  reference: PairLogps,
  tokensPerPair: number,
): Tensor {
  const kl =
    needsKl(objective.types) && referenceOf ? noGrad(() => mismatchedKl(policy, referenceOf, batch)) : undefined;
  const losses = preferenceLoss(objective)(logps, reference, lengths, { ...objective.options, kl, tokensPerPair });
  if (batch.every((pair) => pair.weight === undefined)) return losses;
  if (sortsBatch(objective.types)) {
    throw new LossError(
      'aot and aot_unpaired sort the pairs, so that a pair has no loss to weigh. Leave "weight" out of the data.',
    );
  }
  return losses.mul(
    tensor(
      batch.map((pair) => pair.weight ?? 1),
      losses,
    ),
  );
}

/** KTO's point of reference: each prompt with the chosen response of the pair before it. */
function mismatchedKl(policy: CausalLm, reference: Reference, batch: readonly EncodedPair[]): Tensor {
  const shifted = batch.map((pair, i) => ({
    ...pair,
    chosen: batch.at(i - 1)!.chosen,
    rejected: batch.at(i - 1)!.rejected,
  }));
  return klEstimate(pairLogps(policy, shifted).logps.chosen, reference(shifted).chosen);
}

/** Adds a batch's numbers to a step's. */
export function countPairs(
  tally: Tally<keyof PairMetrics>,
  losses: Tensor,
  logps: PairLogps,
  reference: PairLogps,
  beta: number,
): void {
  const rewards = implicitRewards(logps, reference, beta);
  const pairs = losses.size;
  const add = (name: keyof PairMetrics, values: Tensor) => tally.add(name, values.sum().item(), pairs);
  add('loss', losses);
  add('chosenReward', rewards.chosen);
  add('rejectedReward', rewards.rejected);
  add('margin', rewards.margins);
  add('accuracy', rewards.accuracies);
  add('chosenLogps', logps.chosen);
  add('rejectedLogps', logps.rejected);
}

/** Tokens of the chosen responses, per pair: what a mean over all of their tokens divides by. */
const chosenTokens = (pairs: readonly EncodedPair[]): number =>
  Math.max(1, total(pairs.map((pair) => pair.chosen.length)) / pairs.length);

/** Tokens of a pair; its prompt counts once, as it is read once. */
export const tokensOf = ({ prompt, chosen, rejected }: EncodedPair): number =>
  prompt.length + chosen.length + rejected.length;
const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
