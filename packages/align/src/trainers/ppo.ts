import { seededRandom, shuffled } from '@attune/preferences';
import { type Tensor, tensor, tidy } from '@attune/torch';
import { breathe } from '../breathe.ts';
import { microBatches } from '../data/batches.ts';
import type { EncodedText } from '../data/encode.ts';
import { adaptiveKl, type KlTarget } from '../losses/kl.ts';
import { ppoPolicyLoss, ppoValueLoss } from '../losses/ppo.ts';
import type { CausalLm } from '../models/CausalLm.ts';
import type { RewardModel } from '../models/rewardModel.ts';
import { type Assessment, type ExperienceGroup, experience } from './experience.ts';
import { responseLogps, textLogps } from './logps.ts';
import { type PolicyTally, type PpoMetrics, ppoMetrics } from './ppoMetrics.ts';
import {
  asResponses,
  type RewardFunction,
  type RlPrompt,
  type RolloutOptions,
  rollOut,
  type TokenReference,
} from './rollouts.ts';
import { responseValues } from './scores.ts';
import { Tally } from './Tally.ts';
import { type Updating, update } from './Update.ts';

/** The network that expects rewards, and how it learns. */
export interface Critic extends Updating {
  readonly model: RewardModel;
  /** Iterations at the start in which it alone learns. */
  readonly warmup: number;
  readonly cliprangeValue: number;
}

/** The next-token-prediction term: texts that the policy is not to forget. */
export interface SftTerm {
  readonly coef: number; // λ
  /** A micro-batch of texts for the n-th micro-batch of an iteration; the same for the same numbers. */
  batch(step: number, n: number): readonly EncodedText[];
}

/** A training by reinforcement. */
export interface PpoRun extends Updating {
  readonly policy: CausalLm;
  readonly reward: RewardFunction;
  readonly reference: TokenReference;
  /** Left out for estimators that compare the responses to one prompt. */
  readonly critic?: Critic;
  readonly sft?: SftTerm;
  readonly assessment: Assessment;
  /** β, the weight of the KL penalty; with a target it is moved after each iteration, and a checkpoint must keep it. */
  readonly penalty: { beta: number };
  readonly klTarget?: KlTarget;
  readonly rollouts: RolloutOptions;
  readonly cliprange: number;
  /** Passes over an iteration's responses, and updates in each. */
  readonly epochs: number;
  readonly miniBatches: number;
  /** Each an iteration: micro-batches, prompts that go through the models together with their responses. */
  readonly windows: Iterable<readonly (readonly RlPrompt[])[]>;
}

/** What one iteration reports. */
export interface PpoStep extends PpoMetrics {
  readonly step: number;
  readonly learningRate: number;
  readonly tokens: number; // of prompts (once) and responses, sampled and learned from
  readonly experience: readonly ExperienceGroup[];
}

/**
 * Reinforcement learning from a reward model: Schulman et al. 2017 (arXiv:1707.06347) as Hou et al. 2024 (ChatGLM-RLHF,
 * arXiv:2404.00934) use it.
 *
 *   R(x,y) = RM(x,y) − RM(x,y_ref)                       the reference reward
 *   ρ_t    = −β·(log πθ − log π₀) at t,  + R at the last token
 *   A, G   = GAE(ρ, V)                                   or from the other responses to x: RLOO, GRPO
 *   L      = L_clip(A) + λ·NTP(SFT data)                 the critic learns G with an optimizer of its own
 *
 * Yields after each iteration; leave the loop to stop it. Everything random follows from the seeds and the iteration's
 * number, so that a run goes on from a checkpoint as if it had not stopped.
 */
export async function* ppo(run: PpoRun): AsyncGenerator<PpoStep> {
  let step = run.stepsDone ?? 0;
  const judges = { ...run, critic: run.critic?.model };
  for (const window of run.windows) {
    step++;
    const [prompts, atOnce] = [window.flat(), window[0]!.length];
    const seed = seedOf(run.rollouts.seed, step);
    const sampled = await rollOut(run.policy, prompts, { ...run.rollouts, seed });
    const { beta } = run.penalty;
    const groups = await experience(judges, sampled, { ...run.assessment, beta }, atOnce);

    const tally: PolicyTally = new Tally();
    let done = 0; // micro-batches of this iteration
    for (let epoch = 0; epoch < run.epochs; epoch++) {
      const order = shuffled(groups, seededRandom(seedOf(seed, epoch)));
      const size = Math.ceil(order.length / run.miniBatches);
      for (const miniBatch of microBatches(order, size)) {
        const parts = [...microBatches(miniBatch, atOnce)];
        await learn(run, parts, { step, done, tally });
        done += parts.length;
      }
    }

    const metrics = ppoMetrics(groups, { beta, tally });
    const episodes = groups.length * run.rollouts.samples;
    if (run.klTarget) run.penalty.beta = adaptiveKl(beta, metrics.kl, episodes, run.klTarget);
    const tokens = tokensOf(groups);
    yield { step, ...metrics, learningRate: run.learningRate(step), tokens, experience: groups };
  }
}

/** One update of the policy and of the critic, from a mini-batch in parts that fit into memory. */
async function learn(
  run: PpoRun,
  parts: readonly (readonly ExperienceGroup[])[],
  { step, done, tally }: { step: number; done: number; tally: PolicyTally },
): Promise<void> {
  const { critic, sft } = run;
  const policyLearns = step > (critic?.warmup ?? 0);
  const tokens = sum(parts.flat().flatMap(({ responses }) => responses.map(({ ids }) => ids.length)));
  const losses = { policy: 0, critic: 0 };
  for (const [n, groups] of parts.entries()) {
    if (policyLearns) losses.policy += tidy(() => learnFromRewards(run, groups, tokens, tally));
    if (policyLearns && sft) {
      const texts = sft.batch(step, done + n);
      losses.policy += tidy(() => learnFromTexts(run.policy, texts, sft.coef / parts.length, tally));
    }
    if (critic) losses.critic += tidy(() => learnValues(critic, groups, tokens, tally));
    await breathe();
  }
  if (policyLearns) tally.add('gradNorm', update(run, step, losses.policy), 1);
  if (critic) update(critic, step, losses.critic);
}

/** Gathers the policy's gradient of the clipped objective. @param tokens of the whole mini-batch, which the mean is over */
function learnFromRewards(
  { policy, cliprange }: PpoRun,
  groups: readonly ExperienceGroup[],
  tokens: number,
  tally: PolicyTally,
): number {
  const scored = responseLogps(policy, asResponses(groups));
  const before = { oldLogps: ofTokens(groups, 'logps', policy), advantages: ofTokens(groups, 'advantages', policy) };
  const { loss, clipFraction, approxKl, ratio } = ppoPolicyLoss(
    { logps: scored.value, ...before },
    { cliprange, tokens },
  );
  loss.backward();
  scored.backward();
  const means = { policyLoss: loss, clipFraction, approxKl, ratio };
  for (const name of ['policyLoss', 'clipFraction', 'approxKl', 'ratio'] as const) {
    tally.add(name, means[name].item() * tokens, scored.value.size);
  }
  return loss.item();
}

/** Gathers the policy's gradient of the next-token-prediction term: the mean over the texts' own tokens, times `weight`. */
function learnFromTexts(policy: CausalLm, texts: readonly EncodedText[], weight: number, tally: PolicyTally): number {
  const scored = textLogps(policy, texts);
  const loss = scored.value.mean().neg().mul(weight);
  loss.backward();
  scored.backward();
  tally.add('sftLoss', -scored.value.sum().item(), scored.value.size);
  return loss.item();
}

/** Gathers the critic's gradient. @param tokens of the whole mini-batch, which the mean is over */
function learnValues(
  { model, cliprangeValue }: Critic,
  groups: readonly ExperienceGroup[],
  tokens: number,
  tally: PolicyTally,
): number {
  const values = responseValues(model, asResponses(groups));
  const before = { oldValues: ofTokens(groups, 'values', model), returns: ofTokens(groups, 'returns', model) };
  const { loss, clipFraction } = ppoValueLoss({ values, ...before }, { cliprangeValue, tokens });
  loss.backward();
  tally.add('valueLoss', loss.item() * tokens, values.size);
  tally.add('valueClipFraction', clipFraction.item() * tokens, values.size);
  return loss.item();
}

/** A number of each token, responses laid end to end: [tokens]. */
function ofTokens(
  groups: readonly ExperienceGroup[],
  field: 'logps' | 'advantages' | 'values' | 'returns',
  { head: { device } }: CausalLm,
): Tensor {
  return tensor(
    groups.flatMap(({ responses }) => responses.flatMap((response) => response[field])),
    { device },
  );
}

/** A stream of random numbers of its own for each number of each seed. */
const seedOf = (seed: number, n: number): number =>
  (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca77)) >>> 0;

const tokensOf = (groups: readonly ExperienceGroup[]): number =>
  sum(groups.map(({ prompt, responses }) => prompt.ids.length + sum(responses.map(({ ids }) => ids.length))));

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
