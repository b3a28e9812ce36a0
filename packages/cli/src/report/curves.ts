import type { StepLine } from '../run/lines.ts';
import { formatNumber, formatShare } from '../terminal/format.ts';
import type { Html } from './html.ts';
import { lineChart } from './lineChart.ts';
import { text } from './text.ts';

/** A chart of the numbers of a run that belong together. */
interface Panel {
  readonly title: string;
  readonly unit?: string;
  /** TRL's keys and what they are called here. */
  readonly keys: readonly (readonly [key: string, name: string])[];
  readonly share?: boolean;
  /** Without chance in it: drawn as it is. */
  readonly exact?: boolean;
  readonly reference?: { readonly y: number; readonly label: string };
}

const { curves: names } = text;

const panels: readonly Panel[] = [
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

/** Keys that say where a step stands, not how it went. */
const positions = new Set(['step', 'time', 'epoch', 'num_tokens']);

/**
 * The curves of a run, one chart for each group of metrics that it has. Metrics that no group knows get a chart of
 * their own, so that nothing logged is hidden.
 */
export function trainingCurves(metrics: readonly StepLine[]): Html[] {
  const known = new Set(panels.flatMap(({ keys }) => keys.map(([key]) => key)));
  const logged = [...new Set(metrics.flatMap((line) => Object.keys(line)))];
  const others = logged.filter((key) => !known.has(key) && !positions.has(key));
  const all = [...panels, ...others.map((key): Panel => ({ title: key, keys: [[key, names.training]] }))];
  return all.flatMap((panel) => panelChart(panel, metrics));
}

function panelChart({ title, unit, keys, share, exact, reference }: Panel, metrics: readonly StepLine[]): Html[] {
  const series = keys
    .map(([key, name]) => ({ name, points: pointsOf(metrics, key) }))
    .filter(({ points }) => points.length > 0);
  if (series.length === 0) return [];
  const format = share ? formatShare : formatNumber;
  const smoothing = exact ? 0 : 0.8;
  const tickFormat = share ? formatPercentTick : format;
  return [lineChart({ title, unit, xLabel: names.step, series, smoothing, reference, format, tickFormat })];
}

const formatPercentTick = (share: number): string => `${formatNumber(share * 100)} %`;

const pointsOf = (metrics: readonly StepLine[], key: string) =>
  metrics.flatMap((line) => (typeof line[key] === 'number' ? [{ x: line.step, y: line[key] }] : []));
