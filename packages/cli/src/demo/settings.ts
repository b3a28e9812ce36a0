import { join } from 'node:path';
import type { z } from 'zod';
import type { DpoSettings } from '../settings/dpo.ts';
import type { PpoSettings } from '../settings/ppo.ts';
import type { RewardSettings } from '../settings/reward.ts';
import type { DemoOptions } from './journey.ts';

/** Models above this are trained through adapters, with a rate for those. */
const smallModel = 30e6;

/** Settings of the demo's trainings that are not the defaults. */
export function trainingSettings(
  { model, out, seed, maxNewTokens = 200 }: DemoOptions,
  parameters: number,
): { dpo: z.input<typeof DpoSettings>; reward: z.input<typeof RewardSettings>; ppo: z.input<typeof PpoSettings> } {
  const small = parameters < smallModel;
  const common = { model, seed, data_seed: seed, logging_steps: 1, ...(!small && { use_lora: true }) };
  const pairs = {
    data: join(out, 'pairs.jsonl'),
    eval_data: join(out, 'held-out-pairs.jsonl'),
    moved_boundary: 'split' as const,
    warmup_steps: 0.1,
    per_device_train_batch_size: small ? 16 : 4,
    gradient_accumulation_steps: small ? 1 : 2,
    ...(!small && { lora_dropout: 0 }),
  };
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
      max_steps: small ? 8 : 4,
    },
  };
}
