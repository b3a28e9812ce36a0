import { noGrad, tensor, tidy } from '@attune/torch';
import { breathe } from '../breathe.ts';
import type { EncodedPair } from '../data/encode.ts';
import { lead } from '../losses/scores.ts';
import { sigmoidLoss } from '../losses/sigmoid.ts';
import type { PairLogps } from '../losses/types.ts';
import type { CausalLm } from '../models/CausalLm.ts';
import { withoutDropout } from '../nn/lora.ts';
import { countPairs, type PairMetrics, tokensOf } from './dpo.ts';
import { extrapolatedPairLogps, responseLogps } from './logps.ts';
import { type NoiseOptions, type NoiseState, noiseDetector } from './noise.ts';
import type { Responses } from './states.ts';
import { Tally } from './Tally.ts';
import { type Updating, update } from './Update.ts';

/*
 * Spread preference annotation (SPA): Kim, Lee, Shin and Kim 2025, arXiv:2406.04412. A model with few labels annotates the
 * rest of its preference data by itself:
 *
 *   π₀ ← DPO from π_init on the labelled seed                                        dpo
 *   for round i = 1, 2, …, each with prompts that no round before it had:
 *     y₁, y₂ ~ π_{i−1}(· | x)                                                        generate
 *     chosen, rejected by π_{i−1}'s own reward against π_init        eq. 7, 8        selfRewards, selfPreference
 *     π_i ← DPO from π_{i−1} against π_{i−1}, doubtful labels smoothed  eq. 9 to 12  refine
 *
 * Judgment and training have different references: the label is held against π_init in every round, the loss and the
 * confidence against the model of the round before.
 */

/**
 * The implicit reward of each response, less what depends on the prompt alone and without β: eq. 7,
 *
 *   log π(y | x) − log π_ref(y | x) = Σ_t log π(y_t | x, y_<t) − log π_ref(y_t | x, y_<t),  over response tokens only
 *
 * No gradient. The groups go through the models at once: give as many as memory holds.
 *
 * @param reference π_init; left out, the likelihood alone is the reward (Table 7 of the paper: worse)
 * @returns nats, [group][response]
 */
export function selfRewards(
  policy: CausalLm,
  reference: CausalLm | undefined,
  groups: readonly Responses[],
): number[][] {
  const own = sequenceLogps(policy, groups);
  const held = reference && sequenceLogps(reference, groups);
  return own.map((logps, i) => logps.map((logp, k) => (held ? logp - held[i]![k]! : logp)));
}

/**
 * log π(y | x) of each response, summed over its tokens in double precision. No gradient; the groups go through the model
 * at once.
 *
 * @returns nats, [group][response]
 */
export function sequenceLogps(model: CausalLm, groups: readonly Responses[]): number[][] {
  const tokens = tidy(() => noGrad(() => withoutDropout(model, () => responseLogps(model, groups).value.toArray())));
  let at = 0;
  return groups.map(({ responses }) =>
    responses.map(({ length }) => tokens.slice(at, (at += length)).reduce((sum, logp) => sum + logp, 0)),
  );
}

/** What decides between responses, beside their rewards. */
export interface JudgmentOptions {
  /** β > 0: scales the confidence, and changes no label. */
  readonly beta: number;
  /** a: nats that each token of a response costs (eq. 13, a project's choice of unit). Left out, 0. */
  readonly lengthPenalty?: number;
  /** Tokens of each response; only a length penalty reads them. */
  readonly lengths?: readonly number[];
  /** Which of two equal responses is chosen: the paper's rule says the second, its released code takes the first. */
  readonly ties?: 'second' | 'first';
}

/** A model's judgment of the responses to a prompt: its favourite against the one it likes least. */
export interface SelfPreference {
  readonly chosen: number; //   index
  readonly rejected: number; // index
  /** σ(β·(r_chosen − r_rejected)), from ½ to 1. */
  readonly probability: number;
  readonly tie: boolean;
}

/** Direct preference judgment: eq. 8. Of more than two responses, the best against the worst. */
export function selfPreference(
  rewards: readonly number[],
  { beta, lengthPenalty = 0, lengths, ties = 'second' }: JudgmentOptions,
): SelfPreference {
  const worth = lengthPenalty === 0 ? rewards : rewards.map((reward, i) => reward - lengthPenalty * lengths![i]!);
  const [high, low] = [Math.max(...worth), Math.min(...worth)];
  const second = ties === 'second';
  const chosen = second ? worth.lastIndexOf(high) : worth.indexOf(high);
  const rejected = second ? worth.indexOf(low) : worth.lastIndexOf(low);
  return { chosen, rejected, probability: 1 / (1 + Math.exp(-beta * (high - low))), tie: high === low };
}

/** Which labels are doubted, and how much is taken back of them. */
export interface Refinement extends NoiseOptions {
  /** α: how much of a flagged label is given to its opposite; 0 is DPO. The paper: 0.1. */
  readonly alpha: number;
  /** λ: how far beyond the policy the model stands whose confidence counts; 0 is the policy itself. */
  readonly lambda: number;
  /** Steps of plain DPO at the start of the round: at the first one every margin is 0. The paper: 20 % of the round. */
  readonly startsAfter: number;
}

/** A round's training. */
export interface RefineRun extends Updating {
  readonly policy: CausalLm;
  /** π_{i−1}, frozen: a model of its own, or the policy itself, where `adaptersOff`. */
  readonly reference: CausalLm;
  /** The reference is the policy with its adapters off. */
  readonly adaptersOff?: boolean;
  readonly beta: number;
  readonly refinement: Refinement;
  /** Each a step: micro-batches whose gradients add up to one update. */
  readonly windows: Iterable<readonly (readonly EncodedPair[])[]>;
  /** The margins that a resumed round goes on from; kept up to date. */
  readonly noise?: NoiseState;
}

/** What is thought of a pair's label at the moment it was learned from. */
export interface PairDoubt {
  readonly id?: string;
  readonly margin: number; //       m, nats × β: the policy's
  readonly extrapolated: number; // m̃, nats × β: its confidence is σ(m̃)
  readonly threshold: number; //    of m̃
  readonly flagged: boolean; //     its label was smoothed
}

/** What one update reports. */
export interface RefineStep extends PairMetrics {
  readonly step: number;
  readonly pairs: number; //    the denominator of every mean
  readonly flagged: number; //  of them
  readonly gradNorm: number; // before clipping
  readonly learningRate: number;
  readonly tokens: number; //   of prompts (once) and responses that went through the policy
  readonly doubts: readonly PairDoubt[];
}

/**
 * Preference learning of a round with self-refinement and de-coupled noise detection: eq. 9 to 12.
 *
 *   m = β·[log π_θ/π_ref(chosen) − log π_θ/π_ref(rejected)]          m̃ the same of π̃ = softmax((1+λ)·h_θ − λ·h_ref)
 *   z = 1 where m̃ is among the least of the recent pairs, else 0
 *   loss = −(1−αz)·log σ(m) − αz·log σ(−m) = softplus(−m) + αz·m,  its mean over the pairs of a step
 *
 * No gradient passes through m̃, the threshold, z or the reference. Yields after each update of the policy.
 */
export async function* refine(run: RefineRun): AsyncGenerator<RefineStep> {
  const { policy, beta, refinement } = run;
  const reference = { model: run.reference, adaptersOff: run.adaptersOff ?? false };
  const detect = noiseDetector(refinement, run.noise);
  let step = run.stepsDone ?? 0;
  for (const window of run.windows) {
    step++;
    const pairs = window.flat();
    const tally = new Tally<keyof PairMetrics>();
    const doubts: PairDoubt[] = [];
    for (const batch of window) {
      tidy(() => {
        const scored = extrapolatedPairLogps(policy, reference, batch, refinement.lambda);
        const marginsOf = (logps: PairLogps) => noGrad(() => lead(logps, scored.reference).mul(beta).toArray());
        const [margins, extrapolated] = [marginsOf(scored.logps), marginsOf(scored.extrapolated)];
        const { flagged: doubted, threshold } = detect(extrapolated);
        const flagged = doubted.map((doubt) => doubt && step > refinement.startsAfter);
        const labelSmoothing = tensor(
          flagged.map((flag) => (flag ? refinement.alpha : 0)),
          scored.logps.chosen,
        );
        const losses = sigmoidLoss(scored.logps, scored.reference, scored.lengths, { beta, labelSmoothing });
        losses.sum().div(pairs.length).backward();
        scored.backward();
        countPairs(tally, losses, scored.logps, scored.reference, beta);
        batch.forEach(({ id }, i) => {
          doubts.push({ id, margin: margins[i]!, extrapolated: extrapolated[i]!, threshold, flagged: flagged[i]! });
        });
      });
      await breathe();
    }
    const metrics = tally.means();
    const gradNorm = update(run, step, metrics.loss);
    yield {
      step,
      ...metrics,
      pairs: pairs.length,
      flagged: doubts.filter(({ flagged }) => flagged).length,
      gradNorm,
      learningRate: run.learningRate(step),
      tokens: pairs.reduce((sum, pair) => sum + tokensOf(pair), 0),
      doubts,
    };
  }
}
