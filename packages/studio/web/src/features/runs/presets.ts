import type { z } from 'zod';
import type { DpoFields, PpoFields, SftFields, SpaFields } from '../../../../shared/runFields.ts';
import type { TrainStage } from '../../../../shared/runs.ts';

/** The settings that the form has fields for, whatever the training; each has some of them. */
export type Settings = z.infer<typeof SftFields> &
  z.infer<typeof DpoFields> &
  z.infer<typeof PpoFields> &
  z.infer<typeof SpaFields>;

export const presetNames = ['trial', 'adapters', 'whole', 'small'] as const;
export type PresetName = (typeof presetNames)[number];

/**
 * Learning rates of adapters are about ten times those of the whole model: the updates start from zero. A model of a few
 * million parameters takes a hundred times as much and more; those rates are the recipes'.
 */
const rates: Record<TrainStage, Record<Exclude<PresetName, 'trial'>, number>> = {
  sft: { adapters: 2e-4, whole: 2e-5, small: 2e-4 },
  reward: { adapters: 1e-4, whole: 1e-5, small: 3e-4 },
  dpo: { adapters: 1e-5, whole: 1e-6, small: 2e-4 },
  ppo: { adapters: 1e-5, whole: 1e-6, small: 2e-4 },
  spa: { adapters: 1e-5, whole: 5e-7, small: 2e-4 },
};

/**
 * A trial of a few steps, to see that everything fits; adapters; the whole model; or all of a very small one.
 *
 * @param openPrompts that self-annotation has to respond to
 */
export function presetOf(stage: TrainStage, name: PresetName, openPrompts: number): Settings {
  const isTrial = name === 'trial';
  const common = {
    learning_rate: rates[stage][isTrial ? 'adapters' : name],
    use_lora: isTrial || name === 'adapters',
  };
  if (stage === 'ppo') return { ...common, ...reinforcement(isTrial) };
  if (stage === 'spa') return { ...common, ...selfAnnotation(isTrial, openPrompts) };
  return {
    ...common,
    ...(isTrial ? { max_steps: 20 } : { num_train_epochs: stage === 'sft' ? 3 : 1 }),
    per_device_train_batch_size: 8,
    max_length: 1024,
    eval_share: isTrial ? 0 : 0.1,
    ...(stage === 'dpo' && { beta: 0.1 }),
    logging_steps: isTrial ? 1 : 5,
  };
}

/** recipes/rlhf/ppo.yaml: in a few hundred responses a critic learns little; others to the same prompt tell at once. */
const reinforcement = (isTrial: boolean): Settings => ({
  max_steps: isTrial ? 3 : 20,
  per_device_train_batch_size: 16,
  gradient_accumulation_steps: isTrial ? 1 : 4,
  ...withEstimator('rloo'),
  response_length: isTrial ? 32 : 200,
  kl_coef: 0.05,
  missing_eos_penalty: 3,
  num_ppo_epochs: 2,
  filter_share: 0,
  logging_steps: 1,
});

/** What goes with a way to estimate advantages: a critic with its learning rate, or responses to compare. */
export const withEstimator = (estimator: NonNullable<Settings['advantage_estimator']>): Settings =>
  estimator === 'gae'
    ? {
        ...{ advantage_estimator: estimator, num_generations: 1, reference_reward: true },
        ...{ critic_learning_rate: 1e-4, critic_warmup_steps: 2 },
      }
    : {
        ...{ advantage_estimator: estimator, num_generations: 4, reference_reward: false },
        ...{ critic_learning_rate: undefined, critic_warmup_steps: undefined },
      };

/** recipes/spa/spa.yaml: two rounds. */
function selfAnnotation(isTrial: boolean, openPrompts: number): Settings {
  const [rounds, most] = isTrial ? [1, 8] : [2, 160];
  const each = Math.max(1, Math.min(most, Math.floor(openPrompts / rounds)));
  return {
    prompts_per_round: Array<number>(rounds).fill(each),
    per_device_train_batch_size: isTrial ? 4 : 16,
    gradient_accumulation_steps: 1,
    response_length: isTrial ? 32 : 200,
    seed_epochs: isTrial ? 1 : 3,
    beta: 0.1,
    max_length: 1024,
    eval_share: 0.2,
    logging_steps: 1,
  };
}

/** The fields but those that were written by hand too: of such a setting, what was written counts. */
export function fieldsBeside(settings: Settings, written: string): Settings {
  const byHand = new Set([...written.matchAll(/^(\w+)\s*:/gm)].map(([, name]) => name));
  const kept = Object.entries(settings).filter(([name, value]) => value !== undefined && !byHand.has(name));
  return Object.fromEntries(kept);
}

/** A name that no run has: dpo-1, dpo-2, … */
export function freeName(stage: TrainStage, taken: readonly string[]): string {
  for (let i = 1; ; i++) if (!taken.includes(`${stage}-${i}`)) return `${stage}-${i}`;
}
