import { seededRandom, shuffled } from '@attune/preferences';
import { tensor, tidy } from '@attune/torch';
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
 * arXiv:2404.00934, section 3.3) use it.
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

/**
 * One update of the policy and of the critic. Means are over the tokens of the whole mini-batch; that of the SFT term
 * over those of its micro-batch, of which there is one for each of the mini-batch.
 */
async function learn(
  run: PpoRun,
  parts: readonly (readonly ExperienceGroup[])[],
  { step, done, tally }: { step: number; done: number; tally: PolicyTally },
): Promise<void> {
  const { policy, critic, sft, cliprange } = run;
  const policyLearns = step > (critic?.warmup ?? 0);
  const tokens = sum(parts.flat().flatMap(({ responses }) => responses.map(({ ids }) => ids.length)));
  const device = policy.head.device;
  const losses = { policy: 0, critic: 0 };
  for (const [m, groups] of parts.entries()) {
    const batch = asResponses(groups);
    const of = (field: 'logps' | 'advantages' | 'values' | 'returns') =>
      tensor(
        groups.flatMap(({ responses }) => responses.flatMap((response) => response[field])),
        { device },
      );
    if (policyLearns) {
      losses.policy += tidy(() => {
        const scored = responseLogps(policy, batch);
        const old = { oldLogps: of('logps'), advantages: of('advantages') };
        const { loss, ...seen } = ppoPolicyLoss({ logps: scored.value, ...old }, { cliprange, tokens });
        loss.backward();
        scored.backward();
        tally.add('policyLoss', loss.item() * tokens, scored.value.size);
        for (const name of ['clipFraction', 'approxKl', 'ratio'] as const)
          tally.add(name, seen[name].item() * tokens, scored.value.size);
        return loss.item();
      });
      if (sft) {
        losses.policy += tidy(() => {
          const scored = textLogps(policy, sft.batch(step, done + m));
          const loss = scored.value.mean().neg();
          loss.mul(sft.coef / parts.length).backward();
          scored.backward();
          tally.add('sftLoss', loss.item() * scored.value.size, scored.value.size);
          return (loss.item() * sft.coef) / parts.length;
        });
      }
    }
    if (critic) {
      losses.critic += tidy(() => {
        const values = responseValues(critic.model, batch);
        const aim = { oldValues: of('values'), returns: of('returns') };
        const { loss, clipFraction } = ppoValueLoss({ values, ...aim }, { ...critic, tokens });
        loss.backward();
        tally.add('valueLoss', loss.item() * tokens, values.size);
        tally.add('valueClipFraction', clipFraction.item() * tokens, values.size);
        return loss.item();
      });
    }
    await breathe();
  }
  if (policyLearns) tally.add('gradNorm', update(run, step, losses.policy), 1);
  if (critic) update(critic, step, losses.critic);
}

/** A stream of random numbers of its own for each number of each seed. */
const seedOf = (seed: number, n: number): number =>
  (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca77)) >>> 0;

const tokensOf = (groups: readonly ExperienceGroup[]): number =>
  sum(groups.map(({ prompt, responses }) => prompt.ids.length + sum(responses.map(({ ids }) => ids.length))));

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
