import { mean, standardDeviation } from '@attune/preferences';
import type { StepLine } from '../run/lines.ts';
import { panels } from './curves.ts';
import type { Html } from './html.ts';
import type { Point } from './lineChart.ts';
import { banded, type Panel, panelOf, pointsOf, seriesOf } from './panel.ts';
import { text } from './text.ts';

/** A run under the name of what it tries. Runs of one name try the same with other seeds. */
export interface ComparedRun {
  readonly name: string;
  /** The run's `metrics.jsonl`. */
  readonly metrics: readonly StepLine[];
}

/**
 * Runs over each other, a chart for each key: reward and KL with and without the reference reward are Figure 4 of Hou et
 * al. 2024 (arXiv:2404.00934). Runs of one name are one curve: their mean at the steps that all of them logged, in a band
 * of ± 1 standard deviation between them. Colours follow the order in which names first appear.
 *
 * @param keys as in `metrics.jsonl`: objective/kl; a key that no run logged has no chart
 */
export function comparedCurves(runs: readonly ComparedRun[], keys: readonly string[]): Html[] {
  const groups = [...Map.groupBy(runs, ({ name }) => name)];
  return keys.flatMap((key) => {
    const panel = panelFor(key);
    const series = groups.map(([name, members]) => seriesOf(panel, key, { name, points: together(members, key) }));
    if (series.every(({ points }) => points.length === 0)) return [];
    const isBanded = series.some(({ points }) => points.some(({ spread }) => spread !== undefined));
    return [panelOf(isBanded ? banded(panel, text.curves.overRuns) : panel, series)];
  });
}

/** A metric over the steps that all of the runs logged. */
function together(runs: readonly ComparedRun[], key: string): Point[] {
  const [first, ...others] = runs.map(({ metrics }) => new Map(pointsOf(metrics, key).map(({ x, y }) => [x, y])));
  return [...first!].flatMap(([x, y]) => {
    const values = [y, ...others.map((run) => run.get(x))];
    if (!values.every((value) => value !== undefined)) return [];
    return [{ x, y: mean(values), ...(values.length > 1 && { spread: standardDeviation(values) }) }];
  });
}

/** The chart that shows the key in the report of a single run; what is measured held out says so. */
function panelFor(key: string): Panel {
  const panel = panels.find(({ keys }) => keys.some(([known]) => known === key));
  if (!panel) return { title: key, keys: [] };
  const isOneOfTwo = panel.keys.some(([known]) => `eval_${known}` === key);
  return { ...panel, title: isOneOfTwo ? `${panel.title}, ${text.curves.heldOut}` : panel.title };
}
