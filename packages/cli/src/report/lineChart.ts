import { formatNumber } from '../terminal/format.ts';
import { height, referenceLine, scales, width, xAxis, yAxis } from './axes.ts';
import { type Html, html } from './html.ts';
import { extent, nice, type Scale } from './scale.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Half the height of a band around y: a standard deviation. */
  readonly spread?: number;
}

export interface Series {
  readonly name: string;
  /** By rising x. Points that are not finite are left out. */
  readonly points: readonly Point[];
  /** Without chance from point to point: drawn as it is, never smoothed. */
  readonly exact?: boolean;
}

export interface LineChartOptions {
  readonly title: string;
  /** What y counts: "nats per pair". */
  readonly unit?: string;
  readonly xLabel: string;
  readonly series: readonly Series[];
  /** Weight of the past in the exponential mean that is drawn over the points, 0 to below 1; 0 draws the points only. */
  readonly smoothing?: number;
  /** A level to compare with: chance, the start. */
  readonly reference?: { readonly y: number; readonly label: string };
  readonly format?: (value: number) => string;
  /** For the marks of the y axis, where they need fewer digits. */
  readonly tickFormat?: (value: number) => string;
}

const mostPoints = 400; // more than there are pixels

/**
 * Curves over a common x as a figure with axes, in SVG without scripts.
 *
 * Smoothing is the exponential mean of TensorBoard, corrected for its start: m_t = w·m_{t−1} + (1−w)·y_t, over 1 − w^t.
 */
export function lineChart(options: LineChartOptions): Html {
  const { title, unit, xLabel, reference, smoothing = 0, format = formatNumber, tickFormat = format } = options;
  const series = options.series.map((one) => ({ ...one, points: thinned(one.points.filter(isFinitePoint)) }));
  const all = series.flatMap(({ points }) => points);
  const seen = all.flatMap(({ y, spread = 0 }) => [y - spread, y + spread]);
  const yDomain = nice(extent([...seen, ...(reference ? [reference.y] : [])]), 4);
  const xDomain = extent(all.map(({ x }) => x));
  const { x, y } = scales(xDomain, yDomain);
  return html`<figure class="chart">
<figcaption><b>${title}</b>${unit && html` <span class="unit">${unit}</span>`}${legend(series, format)}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${summary(title, series, format)}">
${yAxis(yDomain, y, tickFormat)}
${xAxis(xDomain, x, xLabel)}
${reference && referenceLine(reference, y)}
${series.map(({ points, exact }, i) => curve(points, { x, y, smoothing: exact ? 0 : smoothing, color: i, format }))}
</svg>
</figure>`;
}

const isFinitePoint = ({ x, y, spread = 0 }: Point): boolean => [x, y, spread].every(Number.isFinite);

/** At most `mostPoints`: each the mean of as many neighbours. */
export function thinned(points: readonly Point[]): readonly Point[] {
  const size = Math.ceil(points.length / mostPoints);
  if (size <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const part = points.slice(i * size, (i + 1) * size);
    const mean = (of: (point: Point) => number) => part.reduce((sum, point) => sum + of(point), 0) / part.length;
    const y = mean((point) => point.y);
    return { x: mean((point) => point.x), y, ...(hasBand(part) && { spread: mean(({ spread }) => spread!) }) };
  });
}

const hasBand = (points: readonly Point[]): boolean =>
  points.length > 0 && points.every(({ spread }) => spread !== undefined);

/** The exponential mean of the points' y, and of their spread; see `lineChart`. */
export function smooth(points: readonly Point[], weight: number): Point[] {
  let [mean, meanSpread] = [0, 0];
  return points.map(({ x, y, spread }, i) => {
    mean = weight * mean + (1 - weight) * y;
    meanSpread = weight * meanSpread + (1 - weight) * (spread ?? 0);
    const whole = 1 - weight ** (i + 1);
    return { x, y: mean / whole, ...(spread !== undefined && { spread: meanSpread / whole }) };
  });
}

/** How a curve is drawn. */
export interface Drawing {
  readonly x: Scale;
  readonly y: Scale;
  readonly smoothing: number;
  readonly color: number;
  readonly format: (value: number) => string;
}

/** One curve of a chart. */
export function curve(points: readonly Point[], { x, y, smoothing, color, format }: Drawing): Html {
  const at = (value: number) => value.toFixed(1);
  const path = (line: readonly Point[]) => line.map((p, i) => `${i ? 'L' : 'M'}${at(x(p.x))} ${at(y(p.y))}`).join('');
  const isSmoothed = smoothing > 0 && points.length > 8;
  const line = isSmoothed ? smooth(points, smoothing) : points;
  const dots = isSmoothed || line.length > 40 ? line.slice(-1) : line;
  return html`<g class="c${color}">
${hasBand(line) && html`<path class="area" d="${path(edge(line, 1))}${path(edge(line, -1).reverse()).replace('M', 'L')}Z"/>`}
${isSmoothed && html`<path class="raw" d="${path(points)}"/>`}
<path class="line" d="${path(line)}"/>
${dots.map((p) => html`<circle cx="${at(x(p.x))}" cy="${at(y(p.y))}" r="2.6"><title>${formatNumber(p.x)}: ${format(p.y)}</title></circle>`)}</g>`;
}

/** The upper (1) or the lower (−1) edge of a band. */
const edge = (points: readonly Point[], sign: 1 | -1): Point[] =>
  points.map(({ x, y, spread = 0 }) => ({ x, y: y + sign * spread }));

function legend(series: readonly Series[], format: (value: number) => string): Html {
  return html`<span class="keys">${series.map(({ name, points }, i) => {
    const last = points.at(-1);
    return html`<span class="key c${i}">${series.length > 1 && name} ${last && html`<b>${format(last.y)}</b>`}</span>`;
  })}</span>`;
}

/** The chart for those who cannot see it. */
const summary = (title: string, series: readonly Series[], format: (value: number) => string): string =>
  `${title}. ${series
    .filter(({ points }) => points.length > 0)
    .map(({ name, points: p }) => `${name}: ${format(p[0]!.y)} to ${format(p.at(-1)!.y)}`)
    .join('; ')}`;
