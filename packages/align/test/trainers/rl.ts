import { AdamW, Random, type Tensor, tidy } from '@attune/torch';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { asRewardModel, type RewardModel } from '../../src/models/rewardModel.ts';
import type { Assessment } from '../../src/trainers/experience.ts';
import type { PpoRun } from '../../src/trainers/ppo.ts';
import {
  type RewardFunction,
  type RlPrompt,
  type RolloutOptions,
  rewardFrom,
  type TokenReference,
  tokenReference,
} from '../../src/trainers/rollouts.ts';
import type { Updating } from '../../src/trainers/Update.ts';
import { learning, tinyModel } from '../models/plain.ts';
import { eightPairs } from './runs.ts';

// What the tests of reinforcement learning share: four small models, eight prompts, and settings that do no more than said.

export const eightPrompts: readonly RlPrompt[] = eightPairs.map(({ prompt }, i) => ({
  id: `prompt-${i}`,
  ids: prompt,
  referenceScore: 0,
}));

export const assessment: Assessment = {
  estimator: 'gae',
  klEstimator: 'k1',
  missingEosPenalty: 0,
  gamma: 1,
  lambda: 0.95,
  whitenRewards: false,
  whitenAdvantages: false,
};

export const rollouts: RolloutOptions = { samples: 1, maxNewTokens: 5, endIds: [], rows: 16, seed: 3 };

/** A trunk of its own with a score head. */
export const tinyReward = (seed = 5): RewardModel => asRewardModel(tinyModel('llama', seed), new Random(seed));

/** Each response's share of one token: a reward that counts in whole parts of its length. */
export const shareOf =
  (wanted: number): RewardFunction =>
  (groups) =>
    groups.flatMap(({ responses }) => responses.map((ids) => ids.filter((id) => id === wanted).length / ids.length));

/** The gradients an update is about to use, each written down, and no weight moved. The optimizer is the caller's. */
export function watching(model: CausalLm, seen: number[][]): Updating {
  const optimizer = new AdamW([...learning(model).trainable().values()], { weightDecay: 0 });
  const learningRate = () => {
    const isUpdate = model.parameters().some((parameter) => parameter.grad !== undefined);
    if (isUpdate) seen.push(tidy(() => model.parameters().flatMap((parameter) => gradientOf(parameter))));
    return 0;
  };
  return { optimizer, learningRate, maxGradNorm: Number.POSITIVE_INFINITY };
}

const gradientOf = (parameter: Tensor): number[] => parameter.grad?.toArray() ?? Array<number>(parameter.size).fill(0);

/** Policy, reference, reward model and critic, as they are before training. Owns them. */
export class Roles implements Disposable {
  readonly policy = tinyModel();
  readonly critic = tinyReward(6);
  readonly reward: RewardFunction;
  readonly reference: TokenReference;
  readonly #frozen = [tinyModel(), tinyReward()] as const;

  constructor() {
    const [reference, reward] = this.#frozen;
    this.reference = tokenReference(reference);
    this.reward = rewardFrom(reward);
  }

  [Symbol.dispose](): void {
    for (const model of [this.policy, this.critic, ...this.#frozen]) model[Symbol.dispose]();
  }
}

/** A run of one epoch and one mini-batch an iteration, with whatever is said otherwise. */
export const runOf = (
  { policy, reward, reference }: Pick<PpoRun, 'policy' | 'reward' | 'reference'>,
  updating: Updating,
  changes: Partial<PpoRun> = {},
): PpoRun => ({
  ...{ policy, reward, reference, assessment, rollouts, ...updating },
  ...{ penalty: { beta: 0.05 }, cliprange: 0.2, epochs: 1, miniBatches: 1, windows: [[eightPrompts]] },
  ...changes,
});

/** A critic that learns as `updating` says. */
export const criticOf = (model: RewardModel, updating: Updating) => ({
  ...updating,
  model,
  warmup: 0,
  cliprangeValue: 0.2,
});
