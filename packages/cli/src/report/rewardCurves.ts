import type { Panel } from './panel.ts';
import { text } from './text.ts';

const { curves: names } = text;

/** What the training of a reward model logs. */
export const rewardPanels: readonly Panel[] = [
  {
    title: names.accuracy,
    keys: [
      ['accuracy', names.training],
      ['eval_accuracy', names.heldOut],
    ],
    share: true,
    reference: { y: 0.5, label: names.chance },
  },
  {
    title: names.scoreMargin,
    unit: names.nats,
    keys: [
      ['margin', names.training],
      ['eval_margin', names.heldOut],
    ],
    reference: { y: 0, label: '' },
  },
  ...(['', 'eval_'] as const).map(
    (prefix): Panel => ({
      title: prefix === '' ? names.scores : names.heldOutScores,
      unit: names.nats,
      keys: [
        [`${prefix}mean_reward`, names.mean],
        [`${prefix}min_reward`, names.least],
        [`${prefix}max_reward`, names.greatest],
      ],
    }),
  ),
];
