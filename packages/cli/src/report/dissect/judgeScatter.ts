import { type Html, html } from '../html.ts';
import { linear, type Scale, ticks } from '../scale.ts';
import type { PlottedJudge } from './propertyPlot.ts';
import { textWidth } from './textWidth.ts';
import { oneDecimal, type WeightScale, weightDomain } from './weightScale.ts';

export interface JudgeScatterOptions {
  readonly title: string;
  readonly unit: string;
  readonly properties: readonly string[];
  /** Along x and along y. */
  readonly judges: readonly [PlottedJudge, PlottedJudge];
  readonly scale: WeightScale;
}

const [width, height] = [470, 400];
const margin = { top: 10, right: 16, bottom: 36, left: 44 };
const mostNames = 8;
const fontSize = 11.5;

/** Every property by two judges; those far from the diagonal have their names. Bars are 90 % intervals. */
export function judgeScatter({ title, unit, properties, judges, scale }: JudgeScatterOptions): Html {
  const [one, other] = judges;
  const domain = weightDomain([one.fit, other.fit], scale);
  const x = linear(domain, [margin.left, width - margin.right]);
  const y = linear(domain, [height - margin.bottom, margin.top]);
  const axis = ticks(domain, 5).map((tick) => {
    const words = String(tick).replace('-', '−');
    return html`<text class="tick" x="${at(x(tick))}" y="${height - margin.bottom + 18}" text-anchor="middle">${words}</text><text class="tick" x="${margin.left - 8}" y="${at(y(tick))}" dy="0.32em" text-anchor="end">${words}</text>`;
  });
  const line = (x1: number, y1: number, x2: number, y2: number, kind = 'grid') =>
    html`<line class="${kind}" x1="${at(x(x1))}" y1="${at(y(y1))}" x2="${at(x(x2))}" y2="${at(y(y2))}"/>`;
  const [low, high] = domain;
  const { neutral } = scale;
  const points = properties.map(
    (name, p): Point => ({ name, p, x: scale.of(one.fit.mean[p]!), y: scale.of(other.fit.mean[p]!) }),
  );
  return html`<figure class="chart">
<figcaption><b>${title}</b> <span class="unit">${unit}</span></figcaption>
<svg class="scatter" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${line(low, neutral, high, neutral)}${line(neutral, low, neutral, high)}${line(low, low, high, high, 'reference')}${axis}
<text class="axis" x="${width - margin.right}" y="${height - 2}" text-anchor="end">${one.name}</text><text class="axis" x="${margin.left + 2}" y="${margin.top + 2}" dy="0.3em">${other.name}</text>
<g class="c${other.color}">${points.map((point) => cross(point, judges, scale, x, y))}</g>
${labels(points, (high - low) / 25, x, y)}
</svg>
</figure>`;
}

interface Point {
  readonly name: string;
  readonly p: number;
  readonly x: number;
  readonly y: number;
}

const at = (value: number): string => value.toFixed(1);

function cross(
  point: Point,
  [one, other]: JudgeScatterOptions['judges'],
  { of }: WeightScale,
  x: Scale,
  y: Scale,
): Html {
  const { name, p } = point;
  const [across, up] = [one.fit.quantiles, other.fit.quantiles];
  const bar = (x1: number, x2: number, y1: number, y2: number) =>
    html`<line class="most" x1="${at(x(x1))}" x2="${at(x(x2))}" y1="${at(y(y1))}" y2="${at(y(y2))}"/>`;
  return html`<g><title>${name}: ${one.name} ${oneDecimal(point.x)}, ${other.name} ${oneDecimal(point.y)}</title>${across && bar(of(across.q05[p]!), of(across.q95[p]!), point.y, point.y)}${up && bar(point.x, point.x, of(up.q05[p]!), of(up.q95[p]!))}<circle cx="${at(x(point.x))}" cy="${at(y(point.y))}" r="3.6"/></g>`;
}

/**
 * The names of the properties that the judges differ most on, if by `least`: on the side away from the diagonal, and
 * moved apart where they would lie over each other.
 */
function labels(points: readonly Point[], least: number, x: Scale, y: Scale): Html[] {
  const apart = (point: Point) => Math.abs(point.x - point.y);
  const chosen = points
    .filter((point) => apart(point) >= least)
    .sort((a, b) => apart(b) - apart(a))
    .slice(0, mostNames);
  const sides = Map.groupBy(chosen, (point) => {
    const room = fontSize * textWidth(point.name) + 12;
    const [before, behind] = [x(point.x) - room > margin.left, x(point.x) + room < width];
    return point.x < point.y ? (before ? 'end' : 'start') : behind ? 'start' : 'end';
  });
  return [...sides].flatMap(([anchor, own]) => {
    const placed = own.map(({ name, ...point }) => ({ name, x: x(point.x), y: y(point.y) })).sort((a, b) => a.y - b.y);
    for (let i = 1; i < placed.length; i++) placed[i]!.y = Math.max(placed[i]!.y, placed[i - 1]!.y + 13);
    return placed.map(
      (point) =>
        html`<text class="name" x="${at(point.x + (anchor === 'end' ? -8 : 8))}" y="${at(point.y)}" dy="0.32em" text-anchor="${anchor}">${point.name}</text>`,
    );
  });
}
