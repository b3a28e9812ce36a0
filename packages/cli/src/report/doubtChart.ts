import type { StepLine } from '../run/lines.ts';
import { pointsOf } from './panel.ts';
import { type Stage, stageChart } from './stageChart.ts';
import { text } from './text.ts';

const { spa: words, curves } = text;

/** A training that may take labels for wrong, and the `samples.jsonl` in which it says which. */
export interface DoubtingRun {
  readonly name: string;
  readonly doubts: readonly StepLine[];
}

/** Whether a run's lines are of training that doubts labels: they have a margin under the extrapolated model. */
export const areDoubted = (samples: readonly StepLine[]): boolean =>
  samples.some(({ extrapolated }) => typeof extrapolated === 'number');

/** Each pair when training saw it, and the threshold that it had to reach: noise detection as in section 4.2 of the paper. */
export const doubtChart = (runs: readonly DoubtingRun[]) =>
  stageChart({
    title: words.doubts,
    unit: curves.natsTimesBeta,
    xLabel: curves.step,
    stages: runs.map(stageOf),
    keys: [words.threshold, words.ridges.kept, words.ridges.flagged],
  });

function stageOf({ name, doubts }: DoubtingRun): Stage {
  const seen = doubts.filter(({ extrapolated }) => typeof extrapolated === 'number');
  const dots = pointsOf(seen, 'extrapolated').map((point, i) => ({ ...point, flagged: seen[i]!.flagged === true }));
  const byStep = new Map(pointsOf(doubts, 'threshold').map(({ x, y }) => [x, y])); // of a step's pairs, the last one's
  return { name, points: [...byStep].map(([x, y]) => ({ x, y })), dots };
}
