import {
  type DivergenceType,
  divergences,
  type LossType,
  notation,
  type PreferenceLoss,
  preferenceLosses,
} from '@attune/align/losses';
import { z } from 'zod';
import { hardware, inputs, lengths, lora, optimization, rhythm, seeds } from './fields.ts';
import { type Conflict, commonConflicts, type Stage } from './stage.ts';

const losses: Readonly<Record<LossType, PreferenceLoss>> = preferenceLosses;
const lossNames = Object.keys(preferenceLosses) as [LossType, ...LossType[]];
const divergenceNames = Object.keys(divergences) as [DivergenceType, ...DivergenceType[]];
const Loss = z.enum(lossNames);

/** The settings of `attune train dpo`, under TRL's names. */
export const DpoSettings = z.strictObject({
  ...inputs,
  loss_type: z
    .union([Loss, z.array(Loss).min(1)])
    .transform((loss): LossType[] => (Array.isArray(loss) ? loss : [loss]))
    .prefault('sigmoid')
    .describe('A loss, or a list of losses that are added up'),
  loss_weights: z.array(z.number()).optional().describe('Weight of each loss of the list; left out, 1 each'),
  beta: z.number().positive().default(0.1).describe('β: higher keeps the policy closer to the reference'),
  label_smoothing: z
    .number()
    .min(0)
    .lt(0.5)
    .default(0)
    .describe('ε: assumed share of pairs labeled the wrong way round'),
  f_divergence_type: z
    .enum(divergenceNames)
    .default('reverse_kl')
    .describe('Divergence from the reference that is held down: Wang et al. 2023 (arXiv:2309.16240)'),
  f_alpha_divergence_coef: z.number().default(0.5).describe('α of alpha_divergence; at 1 it is reverse_kl'),
  discopop_tau: z.number().positive().default(0.05).describe('τ of discopop'),
  simpo_gamma: z.number().min(0).default(0.5).describe('γ of simpo: margin that the chosen response is to lead by'),
  cpo_alpha: z.number().min(0).default(1).describe('α of cpo: weight of its cross-entropy term'),
  desirable_weight: z.number().positive().default(1).describe('Weight of chosen responses in kto'),
  undesirable_weight: z.number().positive().default(1).describe('Weight of rejected responses in kto'),
  precompute_ref_log_probs: z
    .boolean()
    .default(true)
    .describe('Run the reference once over the data and keep its answers, instead of at every step'),
  ...optimization(1e-6),
  ...lengths,
  ...rhythm,
  ...lora,
  ...hardware,
  ...seeds,
});
export type DpoSettings = z.infer<typeof DpoSettings>;

/** `attune train dpo`: preference pairs, by any loss of the family. */
export const dpoStage: Stage<typeof DpoSettings> = {
  name: 'dpo',
  title: 'direct preference optimization and its relatives',
  schema: DpoSettings,
  explain: (settings) => [...notation, '', ...(settings?.loss_type ?? lossNames).flatMap(explainLoss)],
  conflicts: (settings, changed) => [...commonConflicts(settings, changed), ...lossConflicts(settings, changed)],
};

const explainLoss = (name: LossType): string[] => [name, `  ${losses[name].formula}`, `  ${losses[name].paper}`];

/** The settings that a loss reads, itself or through its reference. */
const settingsRead = (name: LossType): string[] => [
  ...losses[name].reads,
  ...(losses[name].needsReference ? ['precompute_ref_log_probs'] : []),
];

function lossConflicts(settings: DpoSettings, changed: ReadonlySet<string>): Conflict[] {
  const { loss_type: chosen, loss_weights: weights } = settings;
  const read = new Set(chosen.flatMap(settingsRead));
  const conflicts: Conflict[] = [...changed]
    .filter((setting) => !read.has(setting) && lossNames.some((name) => settingsRead(name).includes(setting)))
    .map((setting) => ({ setting, problem: unreadProblem(setting, chosen) }));
  if (read.has('f_alpha_divergence_coef') && changed.has('f_alpha_divergence_coef')) {
    if (settings.f_divergence_type !== 'alpha_divergence') {
      const problem = 'has no effect without f_divergence_type: alpha_divergence';
      conflicts.push({ setting: 'f_alpha_divergence_coef', problem });
    }
  }
  if (weights && weights.length !== chosen.length) {
    const problem = `has ${weights.length} numbers for the ${chosen.length} of loss_type; expected one for each loss`;
    conflicts.push({ setting: 'loss_weights', problem });
  }
  if (chosen.includes('exo_pair') && settings.label_smoothing === 0) {
    const problem = 'must be above 0 for loss_type exo_pair, whose formula divides by it; its authors take 0.001';
    conflicts.push({ setting: 'label_smoothing', problem });
  }
  return conflicts;
}

function unreadProblem(setting: string, chosen: readonly LossType[]): string {
  const readers = lossNames.filter((name) => settingsRead(name).includes(setting));
  return `has no effect with loss_type ${chosen.join(' + ')}; it is read by ${readers.join(', ')}`;
}
