import { formatNumber } from '../terminal/format.ts';
import { type Html, html } from './html.ts';
import { curve, type Point, thinned } from './lineChart.ts';
import { extent, linear, nice, type Scale, ticks } from './scale.ts';

/** One of several trainings that follow each other, each with steps of its own from 1. */
export interface Stage {
  readonly name: string;
  readonly points: readonly Point[];
  /** Single cases behind the curve. */
  readonly dots?: readonly Dot[];
}

export interface Dot extends Point {
  readonly flagged: boolean;
}

export interface StageChartOptions {
  readonly title: string;
  readonly unit?: string;
  readonly xLabel: string;
  readonly stages: readonly Stage[];
  /** Names of what is drawn, where that is more than one thing: the curve, dots, flagged dots. */
  readonly keys?: readonly string[];
  readonly reference?: { readonly y: number; readonly label: string };
  /** As in `lineChart`. */
  readonly smoothing?: number;
  readonly tickFormat?: (value: number) => string;
}

const [width, height] = [980, 250];
const margin = { top: 30, right: 14, bottom: 32, left: 50 };
const gap = 14;
const mostDots = 1500;

/**
 * Trainings beside each other over one y axis, each in a column of its own: a short one has as much room as a long one.
 * Dots are thinned alike everywhere, so that their shares stay what they are.
 */
export function stageChart(options: StageChartOptions): Html {
  const { title, unit, xLabel, stages, keys = [], reference, smoothing = 0, tickFormat = formatNumber } = options;
  const shown = stages.map((stage) => ({ ...stage, points: thinned(stage.points) }));
  const every = Math.ceil(stages.reduce((sum, { dots = [] }) => sum + dots.length, 0) / mostDots);
  const seen = shown.flatMap(({ points, dots = [] }) => [...points, ...dots].map(({ y }) => y));
  const domain = nice(extent([...seen, ...(reference ? [reference.y] : [])]), 4);
  const y = linear(domain, [height - margin.bottom, margin.top]);
  const room = (width - margin.left - margin.right + gap) / Math.max(1, stages.length);
  return html`<figure class="chart">
<figcaption><b>${title}</b>${unit && html` <span class="unit">${unit}</span>`}<span class="keys">${keys.map((key, i) => html`<span class="key c${i}">${key}</span>`)}</span></figcaption>
<div class="scroll"><svg class="broad" viewBox="0 0 ${width} ${height}" role="img" aria-label="${summary(title, shown)}">
${ticks(domain, 4).map((tick) => html`<text class="tick" x="${margin.left - 8}" y="${y(tick).toFixed(1)}" dy="0.32em" text-anchor="end">${tickFormat(tick)}</text>`)}
${shown.map((stage, i) => {
  const left = margin.left + i * room;
  const frame = { left, right: left + room - gap, y, domain };
  return column(stage, frame, { reference, smoothing, every, xLabel });
})}
</svg></div>
</figure>`;
}

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly y: Scale;
  readonly domain: readonly [number, number];
}

interface ColumnOptions extends Pick<StageChartOptions, 'reference' | 'smoothing' | 'xLabel'> {
  /** Of so many dots one is drawn. */
  readonly every: number;
}

function column({ name, points, dots = [] }: Stage, { left, right, y, domain }: Frame, options: ColumnOptions): Html {
  const { reference, smoothing = 0, every, xLabel } = options;
  const steps = extent([...points, ...dots].map(({ x }) => x));
  const x = linear(steps, [left + 4, right - 4]);
  const across = (kind: string, at: number) =>
    html`<line class="${kind}" x1="${left.toFixed(1)}" x2="${right.toFixed(1)}" y1="${at.toFixed(1)}" y2="${at.toFixed(1)}"/>`;
  const bottom = height - margin.bottom + 18;
  const drawn = dots.filter((_, i) => i % every === 0);
  const last = Math.round(steps[1]);
  return html`<text class="stage" x="${left.toFixed(1)}" y="14">${name}</text>
${ticks(domain, 4).map((tick) => across('grid', y(tick)))}${reference && across('reference', y(reference.y))}
<path class="dots c1" d="${places(
    drawn.filter(({ flagged }) => !flagged),
    x,
    y,
  )}"/><path class="dots flagged c2" d="${places(
    drawn.filter(({ flagged }) => flagged),
    x,
    y,
  )}"/>
${points.length > 0 && curve(points, { x, y, smoothing, color: 0, format: formatNumber })}
${points.length > 0 && html`<text class="tick" x="${right.toFixed(1)}" y="${bottom}" text-anchor="end">${xLabel} ${formatNumber(last)}</text>`}
`;
}

/** Points as a path of round ends without lengths, a tenth of the size of as many circles. */
const places = (dots: readonly Point[], x: Scale, y: Scale): string =>
  dots.map((dot) => `M${x(dot.x).toFixed(1)} ${y(dot.y).toFixed(1)}h0`).join('');

/** The chart for those who cannot see it. */
const summary = (title: string, stages: readonly Stage[]): string =>
  `${title}. ${stages
    .filter(({ points }) => points.length > 0)
    .map(({ name, points: p }) => `${name}: ${formatNumber(p[0]!.y)} to ${formatNumber(p.at(-1)!.y)}`)
    .join('; ')}`;
