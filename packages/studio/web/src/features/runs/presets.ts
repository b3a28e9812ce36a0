import type { TrainStage } from '../../../../shared/runs.ts';

/** The settings that the form has fields for. */
export interface Settings {
  readonly learning_rate: number;
  /** Passes over the data, or steps: one of the two. */
  readonly num_train_epochs?: number;
  readonly max_steps?: number;
  readonly per_device_train_batch_size: number;
  readonly max_length: number;
  readonly eval_share: number;
  readonly beta?: number;
  readonly use_lora: boolean;
}

export const presetNames = ['trial', 'adapters', 'whole'] as const;
export type PresetName = (typeof presetNames)[number];

/** Learning rates of adapters are about ten times those of the whole model: the updates start from zero. */
const rates: Record<TrainStage, { adapters: number; whole: number }> = {
  sft: { adapters: 2e-4, whole: 2e-5 },
  reward: { adapters: 1e-4, whole: 1e-5 },
  dpo: { adapters: 1e-5, whole: 1e-6 },
};

/** A trial of a few steps, to see that everything fits; adapters; or the whole model. */
export function presetOf(stage: TrainStage, name: PresetName): Settings {
  const isWhole = name === 'whole';
  return {
    learning_rate: rates[stage][isWhole ? 'whole' : 'adapters'],
    ...(name === 'trial' ? { max_steps: 20 } : { num_train_epochs: stage === 'sft' ? 3 : 1 }),
    per_device_train_batch_size: 8,
    max_length: 1024,
    eval_share: name === 'trial' ? 0 : 0.1,
    ...(stage === 'dpo' && { beta: 0.1 }),
    use_lora: !isWhole,
  };
}

/** The fields and what was written by hand, as YAML; of a setting in both, what was written counts. */
export function yamlOf(settings: Settings, written: string): string {
  const byHand = new Set([...written.matchAll(/^(\w+)\s*:/gm)].map(([, name]) => name));
  const watched = { logging_steps: settings.max_steps === undefined ? 5 : 1 };
  const lines = Object.entries({ ...settings, ...watched })
    .filter(([name, value]) => value !== undefined && !byHand.has(name))
    .map(([name, value]) => `${name}: ${value}`);
  return `${[...lines, written.trim()].join('\n').trim()}\n`;
}

/** A name that no run has: dpo-1, dpo-2, … */
export function freeName(stage: TrainStage, taken: readonly string[]): string {
  for (let i = 1; ; i++) if (!taken.includes(`${stage}-${i}`)) return `${stage}-${i}`;
}
