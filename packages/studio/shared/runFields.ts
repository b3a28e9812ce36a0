/**
 * The settings of `attune train` that the form of a new run has fields for, under their names and within their bounds there
 * (a test compares the two). Everything else is written by hand, as YAML, and checked by the command line.
 */
import { z } from 'zod';

const count = () => z.int().positive();
const positive = () => z.number().positive();

/** What every training asks for. Steps or passes over the data: one of the two. */
const common = {
  learning_rate: positive(),
  per_device_train_batch_size: count(),
  num_train_epochs: positive(),
  use_lora: z.boolean(),
  logging_steps: count(),
};
const supervised = {
  ...common,
  max_steps: count(),
  max_length: count(),
  eval_share: z.number().min(0).lt(1),
};

export const SftFields = z.strictObject(supervised).partial();
export const RewardFields = z.strictObject(supervised).partial();
export const DpoFields = z.strictObject({ ...supervised, beta: positive() }).partial();

export const PpoFields = z
  .strictObject({
    ...common,
    max_steps: count(),
    advantage_estimator: z.enum(['gae', 'rloo', 'grpo', 'dr_grpo']),
    num_generations: count(),
    gradient_accumulation_steps: count(),
    response_length: count(),
    kl_coef: z.number().min(0),
    reference_reward: z.boolean(),
    missing_eos_penalty: z.number().min(0),
    filter_share: z.number().min(0).lt(1),
    num_ppo_epochs: count(),
    critic_learning_rate: positive(),
    critic_warmup_steps: z.int().min(0),
  })
  .partial();

export const SpaFields = z
  .strictObject({
    ...common,
    gradient_accumulation_steps: count(),
    prompts_per_round: z.array(count()).min(1).max(20),
    response_length: count(),
    beta: positive(),
    seed_epochs: positive(),
    max_length: count(),
    eval_share: z.number().min(0).lt(1),
  })
  .partial();

/** By training; all of them optional: what is left out has the command line's own default. */
export const fieldsOf = { sft: SftFields, reward: RewardFields, dpo: DpoFields, ppo: PpoFields, spa: SpaFields };
