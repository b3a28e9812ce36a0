import type { RunLine, SpaRound } from '../../../../shared/runs.ts';
import type { Curve } from '../../ui/charts/curve.ts';

/** What belongs into one plot; the first key that a run has stands for it where several runs are compared. */
export const charts = [
  { name: 'loss', keys: ['loss', 'eval_loss'] },
  { name: 'rewards', keys: ['rewards/margins', 'rewards/chosen', 'rewards/rejected', 'eval_rewards/margins'] },
  {
    name: 'score',
    keys: ['objective/scores', 'objective/reference_reward', 'objective/rlhf_reward', 'eval_objective/scores'],
  },
  { name: 'accuracy', keys: accuracies() },
  { name: 'margin', keys: ['margin', 'eval_margin'] },
  { name: 'kl', keys: ['objective/kl'] },
  { name: 'length', keys: ['completions/mean_length'] },
  { name: 'entropy', keys: ['objective/entropy'] },
  { name: 'cutOff', keys: ['completions/clipped_ratio'] },
  { name: 'policyLoss', keys: ['loss/policy_avg'] },
  { name: 'valueLoss', keys: ['loss/value_avg'] },
  { name: 'explainedVariance', keys: ['critic/vf_explained_var'] },
  { name: 'clipped', keys: ['policy/clipfrac_avg', 'val/clipfrac_avg'] },
  { name: 'agreement', keys: ['spa/agreement'] },
  { name: 'flagged', keys: ['spa/flagged'] },
  { name: 'sureness', keys: ['spa/probability'] },
  { name: 'lengths', keys: ['spa/chosen_length', 'spa/rejected_length'] },
  { name: 'logps', keys: ['logps/chosen', 'logps/rejected'] },
  { name: 'gradNorm', keys: ['grad_norm'] },
  { name: 'learningRate', keys: ['learning_rate', 'lr'] },
] as const satisfies readonly { name: string; keys: readonly string[] }[];

function accuracies() {
  return [
    ...['rewards/accuracies', 'accuracy', 'mean_token_accuracy'],
    ...['eval_rewards/accuracies', 'eval_accuracy', 'eval_win_rate'],
  ];
}

export type ChartName = (typeof charts)[number]['name'];

/** A plot with its curves. */
export interface Plot {
  readonly name: ChartName;
  readonly curves: readonly Curve[];
}

/** The plots of a run, those that it has numbers for. */
export const plotsOf = (lines: readonly RunLine[]): Plot[] =>
  charts
    .map(({ name, keys }) => ({ name, curves: keys.flatMap((key) => curveOf(lines, key) ?? []) }))
    .filter(({ curves }) => curves.length > 0);

/** The same plots of several runs, a curve for each run. */
export const comparedPlots = (runs: readonly { name: string; lines: readonly RunLine[] }[]): Plot[] =>
  charts
    .map(({ name, keys }) => ({
      name,
      curves: runs.flatMap((run) => {
        const [curve] = keys.flatMap((key) => curveOf(run.lines, key) ?? []);
        return curve ? [{ ...curve, label: run.name }] : [];
      }),
    }))
    .filter(({ curves }) => curves.length > 0);

/** The loss of each training that self-annotation consists of, a curve for each that has begun. */
export const trainingCurves = (rounds: readonly SpaRound[], nameOf: (round: SpaRound) => string): Curve[] =>
  rounds.flatMap((round) => {
    const curve = curveOf(round.training, 'loss');
    return curve ? [{ ...curve, label: nameOf(round) }] : [];
  });

function curveOf(lines: readonly RunLine[], key: string): Curve | undefined {
  const points = lines.filter((line) => key in line);
  if (points.length === 0) return undefined;
  const number = (value: unknown) => (typeof value === 'number' ? value : null);
  return { label: key, x: points.map(({ step }) => step), y: points.map((line) => number(line[key])) };
}

/** A curve's exponential mean; the nearer `weight` is to 1, the smoother. Corrected for its start, as Adam's means are. */
export function smoothed({ y, ...curve }: Curve, weight: number): Curve {
  let [mean, mass] = [0, 0];
  const smooth = y.map((value) => {
    if (value === null) return null;
    mean = weight * mean + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return mean / mass;
  });
  return { ...curve, y: smooth };
}
