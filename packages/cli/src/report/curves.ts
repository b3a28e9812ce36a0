import type { StepLine } from '../run/lines.ts';
import type { Html } from './html.ts';
import { banded, type Panel, panelOf, pointsOf, seriesOf } from './panel.ts';
import { ppoPanels } from './ppoCurves.ts';
import { rewardPanels } from './rewardCurves.ts';
import { text } from './text.ts';

const { curves: names } = text;

/** What preference training, supervised training and pretraining log. */
const commonPanels: readonly Panel[] = [
  {
    title: names.loss,
    unit: names.nats,
    keys: [
      ['loss', names.training],
      ['eval_loss', names.heldOut],
    ],
  },
  {
    title: names.accuracy,
    keys: [
      ['rewards/accuracies', names.training],
      ['eval_rewards/accuracies', names.heldOut],
    ],
    share: true,
    reference: { y: 0.5, label: names.chance },
  },
  {
    title: names.margin,
    unit: names.natsTimesBeta,
    keys: [
      ['rewards/margins', names.training],
      ['eval_rewards/margins', names.heldOut],
    ],
  },
  {
    title: names.rewards,
    unit: names.natsTimesBeta,
    keys: [
      ['rewards/chosen', names.chosen],
      ['rewards/rejected', names.rejected],
    ],
    reference: { y: 0, label: names.start },
  },
  {
    title: names.kl,
    unit: names.natsPerResponse,
    keys: [
      ['kl', names.training],
      ['eval_kl', names.heldOut],
    ],
  },
  {
    title: names.logps,
    unit: names.nats,
    keys: [
      ['logps/chosen', names.chosen],
      ['logps/rejected', names.rejected],
    ],
  },
  {
    title: names.tokenAccuracy,
    keys: [
      ['mean_token_accuracy', names.training],
      ['eval_mean_token_accuracy', names.heldOut],
    ],
    share: true,
  },
  { title: names.entropy, unit: names.natsPerToken, keys: [['entropy', names.training]] },
  { title: names.gradNorm, keys: [['grad_norm', names.training]] },
  { title: names.learningRate, keys: [['learning_rate', names.training]], exact: true },
];

/** Every chart that is known. What only one kind of training logs comes first. */
export const panels: readonly Panel[] = [...ppoPanels, ...rewardPanels, ...commonPanels];

/** Keys that say where a step stands or of how many a number is the mean, not how it went. */
const positions = new Set([
  'step',
  'time',
  'epoch',
  'num_tokens',
  'episode',
  'eval_pairs',
  'eval_prompts',
  'val/num_eos_tokens', // as a share: completions/clipped_ratio
]);

/**
 * The curves of a run, one chart for each group of metrics that it has. Metrics that no group knows get a chart of
 * their own, so that nothing logged is hidden.
 */
export function trainingCurves(metrics: readonly StepLine[]): Html[] {
  const known = new Set(
    panels.flatMap(({ keys, deviation }) => [...keys.map(([key]) => key), ...(deviation ? [deviation] : [])]),
  );
  const found = [...new Set(metrics.flatMap((line) => Object.keys(line)))];
  const others = found.filter((key) => !known.has(key) && !positions.has(key));
  const all = [...panels, ...others.map((key): Panel => ({ title: key, keys: [[key, names.training]] }))];
  return all.flatMap((panel) => panelChart(panel, metrics));
}

function panelChart(panel: Panel, metrics: readonly StepLine[]): Html[] {
  const series = panel.keys
    .map(([key, name], i) =>
      seriesOf(panel, key, { name, points: pointsOf(metrics, key, i === 0 ? panel.deviation : undefined) }),
    )
    .filter(({ points }) => points.length > 0);
  return series.length === 0 ? [] : [panelOf(panel.deviation ? banded(panel, names.overResponses) : panel, series)];
}
