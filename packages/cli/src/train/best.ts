import type { StepLine } from '../run/lines.ts';

/** Settings that make the best evaluation's model the result. */
export interface BestSettings {
  readonly load_best_model_at_end?: boolean;
  readonly metric_for_best_model?: 'eval_accuracy' | 'eval_loss';
}

/**
 * The best evaluation after the start among the lines of `metrics.jsonl`; of several alike the first. Undefined where the
 * settings ask for none, or there was none. That it is read from the file makes it the same for a run that was resumed.
 */
export function bestEvaluation(
  lines: readonly StepLine[],
  { load_best_model_at_end, metric_for_best_model: metric }: BestSettings,
): StepLine | undefined {
  if (!load_best_model_at_end || metric === undefined) return undefined;
  const worth = (line: StepLine) => (metric === 'eval_loss' ? -1 : 1) * (line[metric] as number);
  const evaluations = lines.filter((line) => line.step > 0 && typeof line[metric] === 'number');
  return evaluations.reduce<StepLine | undefined>((a, b) => (a && worth(a) >= worth(b) ? a : b), undefined);
}
