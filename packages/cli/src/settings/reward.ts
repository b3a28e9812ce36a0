import { z } from 'zod';
import { best, hardware, inputs, lengths, lora, optimization, rhythm, seeds } from './fields.ts';
import { bestConflicts, commonConflicts, type Stage } from './stage.ts';

/** The settings of `attune train reward`, under TRL's names. */
export const RewardSettings = z.strictObject({
  ...inputs,
  eta: z
    .number()
    .min(0)
    .default(0.01)
    .describe('η: weight of r_w² + r_l², a Gaussian prior on the scores; 0 leaves them free'),
  center_rewards_coefficient: z.number().min(0).default(0).describe('Weight of (r_w + r_l)², which centres the scores'),
  label_smoothing: z
    .number()
    .min(0)
    .lt(0.5)
    .default(0)
    .describe('ε: assumed share of pairs labeled the wrong way round'),
  ties: z
    .enum(['drop', 'both'])
    .default('drop')
    .describe('Comparisons that judges called a tie: left out, or half a pair each way round'),
  equal_responses: z
    .enum(['refuse', 'drop'])
    .default('refuse')
    .describe('Pairs whose two responses are the same: an error, or left out and counted'),
  length_balance: z
    .boolean()
    .default(false)
    .describe(
      'Balance the data to train on, so that in every bucket of length difference the longer response wins half',
    ),
  ...optimization(1e-5),
  num_train_epochs: z.number().positive().default(1).describe('Passes over the data'),
  ...lengths,
  ...rhythm,
  ...best,
  ...lora,
  ...hardware,
  ...seeds,
});
export type RewardSettings = z.infer<typeof RewardSettings>;

/** `attune train reward`: a scalar head that ranks responses as the data does. */
export const rewardStage: Stage<typeof RewardSettings> = {
  name: 'reward',
  title: 'a reward model from preference pairs',
  schema: RewardSettings,
  explain: () => [
    '−(1−ε)·log σ(r_w − r_l − m) − ε·log σ(r_l − r_w + m) + η·(r_w² + r_l²) + c·(r_w + r_l)²',
    'r = score · (state of the response’s last token);  m is the pair’s margin, where the data has one',
    '',
    'Bradley and Terry 1952; as a loss: Ouyang et al. 2022 (arXiv:2203.02155), eq. 1',
    'η: Hou et al. 2024 (arXiv:2404.00934); its value is not public, 0.01 is ours',
    'm: Touvron et al. 2023 (arXiv:2307.09288), eq. 2;  c: Eisenstein et al. 2023 (arXiv:2312.09244)',
  ],
  conflicts: (settings, changed) => [...commonConflicts(settings, changed), ...bestConflicts(settings, changed)],
};
