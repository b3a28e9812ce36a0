import { join } from 'node:path';
import type { z } from 'zod';
import type { DpoSettings } from '../settings/dpo.ts';
import type { PpoSettings } from '../settings/ppo.ts';
import type { RewardSettings } from '../settings/reward.ts';
import type { SpaSettings } from '../settings/spa.ts';
import type { DemoOptions } from './journey.ts';

/** Stories are told a little more carefully than the model thinks, in training and on held-out prompts alike. */
export const temperature = 0.8;

/** Responses that are sampled at a time: with a small model more of them cost little more than fewer. */
export const rowsAtATime = 128;

/** Models above this are trained through adapters, with a rate for those. */
const smallModel = 30e6;

/** What a training may be given. */
interface TrainingSettings {
  readonly dpo: z.input<typeof DpoSettings>;
  readonly reward: z.input<typeof RewardSettings>;
  readonly ppo: z.input<typeof PpoSettings>;
  readonly spa: z.input<typeof SpaSettings>;
}

/** How many of the annotator's choices self-annotation starts from: 40 of 300. */
export const fewLabels = (pairs: number): number => Math.max(1, Math.round((pairs * 40) / 300));

/**
 * Settings of the demo's trainings that are not the defaults.
 *
 * @param pairs how many the annotator chose from
 */
export function trainingSettings(
  { model, out, seed, maxNewTokens = 200 }: DemoOptions,
  { parameters, pairs: chosen }: { parameters: number; pairs: number },
): TrainingSettings {
  const small = parameters < smallModel;
  const common = { model, seed, data_seed: seed, logging_steps: 1, ...(!small && { use_lora: true }) };
  const labelled = {
    data: join(out, 'pairs.jsonl'),
    moved_boundary: 'split' as const,
    warmup_steps: 0.1,
    per_device_train_batch_size: small ? 16 : 4,
    gradient_accumulation_steps: small ? 1 : 2,
    ...(!small && { lora_dropout: 0 }),
  };
  const pairs = { ...labelled, eval_data: join(out, 'held-out-pairs.jsonl') };
  return {
    dpo: {
      ...common,
      ...pairs,
      output_dir: join(out, 'dpo'),
      learning_rate: small ? 2e-4 : 5e-4,
      num_train_epochs: 2,
    },
    reward: {
      ...common,
      ...pairs,
      output_dir: join(out, 'reward'),
      learning_rate: small ? 3e-4 : 5e-4,
      num_train_epochs: 2,
    },
    ppo: {
      ...common,
      output_dir: join(out, 'ppo'),
      reward_model: join(out, 'reward'),
      data: join(out, 'prompts.jsonl'),
      // There is no time for a critic to learn what to expect: the other responses to a prompt tell at once.
      advantage_estimator: 'rloo',
      num_generations: 4,
      reference_reward: false,
      learning_rate: small ? 2e-4 : 5e-4,
      lr_scheduler_type: 'constant',
      warmup_steps: 2,
      kl_coef: 0.05,
      missing_eos_penalty: 3, // the reward model has seen texts that end
      filter_share: 0,
      response_length: maxNewTokens,
      num_ppo_epochs: 2,
      num_mini_batches: 2,
      per_device_train_batch_size: small ? 16 : 4,
      gradient_accumulation_steps: small ? 4 : 2,
      max_steps: small ? 6 : 4,
    },
    spa: {
      ...common,
      ...labelled,
      output_dir: join(out, 'spa'),
      learning_rate: small ? 2e-4 : 5e-4,
      seed_share: fewLabels(chosen) / chosen,
      prompts_per_round: [Math.max(1, chosen - fewLabels(chosen))],
      temperature,
      response_length: maxNewTokens,
      local_rollout_forward_batch_size: rowsAtATime,
    },
  };
}
