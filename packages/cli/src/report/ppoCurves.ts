import type { Panel } from './panel.ts';
import { text } from './text.ts';

const { curves: names } = text;

/** A metric that is measured in training and on held-out prompts. */
const both = (key: string): Panel['keys'] => [
  [key, names.training],
  [`eval_${key}`, names.heldOut],
];

/** What reinforcement learning logs; the first four are what one looks at first. */
export const ppoPanels: readonly Panel[] = [
  {
    title: names.reward,
    unit: names.points,
    keys: [['objective/reference_reward', names.training]],
    deviation: 'objective/reward_std',
    reference: { y: 0, label: '' },
  },
  { title: names.kl, unit: names.natsPerResponse, keys: both('objective/kl'), reference: { y: 0, label: '' } },
  { title: names.length, unit: names.tokens, keys: both('completions/mean_length') },
  { title: names.cutOff, keys: both('completions/clipped_ratio'), share: true },
  {
    title: names.heldOutReward,
    unit: names.pointsOverReference,
    keys: [['eval_objective/reference_reward', names.heldOut]],
    reference: { y: 0, label: names.asReference },
  },
  {
    title: names.heldOutWins,
    unit: names.wonAgainstReference,
    keys: [['eval_win_rate', names.heldOut]],
    share: true,
    reference: { y: 0.5, label: names.asReference },
  },
  { title: names.score, unit: names.points, keys: both('objective/scores') },
  {
    title: names.klReward,
    unit: names.points,
    keys: [
      ['objective/rlhf_reward', names.penalized],
      ['objective/non_score_reward', names.penalty],
    ],
  },
  { title: names.valueLoss, keys: [['loss/value_avg', names.training]] },
  {
    title: names.explainedVariance,
    unit: names.shareOfVariance,
    keys: [['critic/vf_explained_var', names.training]],
    floor: -1,
    reference: { y: 0, label: '' },
  },
  { title: names.sftLoss, unit: names.natsPerToken, keys: [['loss/sft_avg', names.training]] },
  {
    title: names.clipped,
    keys: [
      ['policy/clipfrac_avg', names.policy],
      ['val/clipfrac_avg', names.critic],
    ],
    share: true,
  },
  { title: names.approxKl, unit: names.natsPerToken, keys: [['policy/approxkl_avg', names.training]] },
  { title: names.policyLoss, keys: [['loss/policy_avg', names.training]] },
  { title: names.advantages, unit: names.points, keys: [['advantages/std', names.training]] },
  { title: names.entropy, unit: names.natsPerResponse, keys: [['objective/entropy', names.training]] },
  { title: names.ratio, keys: [['val/ratio', names.training]], reference: { y: 1, label: '' } },
  { title: names.beta, keys: [['objective/beta', names.training]], exact: true },
  { title: names.learningRate, keys: [['lr', names.training]], exact: true },
];
