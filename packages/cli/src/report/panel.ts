import type { StepLine } from '../run/lines.ts';
import { formatNumber, formatShare } from '../terminal/format.ts';
import type { Html } from './html.ts';
import { lineChart, type Point, type Series } from './lineChart.ts';
import { text } from './text.ts';

/** A chart of the numbers of a run that belong together. */
export interface Panel {
  readonly title: string;
  readonly unit?: string;
  /** TRL's keys and what they are called here. */
  readonly keys: readonly (readonly [key: string, name: string])[];
  /** Key of the standard deviation over responses, drawn as a band around the first curve. */
  readonly deviation?: string;
  readonly share?: boolean;
  /** Without chance in it: drawn as it is. */
  readonly exact?: boolean;
  /** What lies below is drawn here: a few wild numbers at the start would hide the rest. */
  readonly floor?: number;
  readonly reference?: { readonly y: number; readonly label: string };
}

/** The chart of a panel. */
export function panelOf({ title, unit, share, floor, reference }: Panel, series: readonly Series[]): Html {
  const format = share ? formatShare : formatNumber;
  const drawn = floor === undefined ? series : series.map((one) => ({ ...one, points: one.points.map(raised(floor)) }));
  return lineChart({
    title,
    unit,
    xLabel: text.curves.step,
    series: drawn,
    smoothing: 0.8,
    reference,
    format,
    tickFormat: share ? formatPercentTick : format,
  });
}

const raised =
  (floor: number) =>
  (point: Point): Point => ({ ...point, y: Math.max(floor, point.y) });

const formatPercentTick = (share: number): string => `${formatNumber(share * 100)} %`;

/** A panel whose unit says what the band around its curves is. */
export const banded = (panel: Panel, over: string): Panel => ({
  ...panel,
  unit: text.curves.band(panel.unit, over),
});

/** A metric as a curve. What is measured on the same held-out data each time is not smoothed: it would lag behind. */
export const seriesOf = ({ exact }: Panel, key: string, curve: Omit<Series, 'exact'>): Series => ({
  ...curve,
  exact: exact || key.startsWith('eval_'),
});

/** A metric over the steps at which it was logged, with its standard deviation where that is logged too. */
export const pointsOf = (metrics: readonly StepLine[], key: string, deviation?: string): Point[] =>
  metrics.flatMap((line) => {
    const [y, spread] = [line[key], deviation && line[deviation]];
    if (typeof y !== 'number') return [];
    return [{ x: line.step, y, ...(typeof spread === 'number' && { spread }) }];
  });
