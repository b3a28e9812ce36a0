import { oneDecimal } from '../../terminal/format.ts';
import { type Html, html } from '../html.ts';
import { linear, type Scale, ticks } from '../scale.ts';
import type { PlottedJudge } from './propertyPlot.ts';
import { textWidth } from './textWidth.ts';
import { type WeightScale, weightDomain } from './weightScale.ts';

export interface JudgeScatterOptions {
  readonly title: string;
  readonly unit: string;
  readonly properties: readonly string[];
  /** Along x and along y. */
  readonly judges: readonly [PlottedJudge, PlottedJudge];
  readonly scale: WeightScale;
}

const [width, height] = [470, 430];
const margin = { top: 10, right: 44, bottom: 36, left: 44 };
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
 * The names of the properties that the judges differ most on, if by `least`, on the side away from the diagonal: as many
 * as lie over no dot, no other name and not the frame.
 */
function labels(points: readonly Point[], least: number, x: Scale, y: Scale): Html[] {
  const apart = (point: Point) => Math.abs(point.x - point.y);
  const taken = points.map((point) => boxAround(x(point.x), y(point.y), 4));
  const named: Html[] = [];
  const far = points.filter((point) => apart(point) >= least).sort((a, b) => apart(b) - apart(a));
  for (const point of far.slice(0, mostNames)) {
    const side = point.x < point.y ? -1 : 1;
    const place = { x: x(point.x) + 8 * side, y: y(point.y) };
    const end = place.x + side * fontSize * textWidth(point.name);
    const box = { left: Math.min(place.x, end), right: Math.max(place.x, end), top: place.y - 6, bottom: place.y + 6 };
    if (box.left < margin.left || box.right > width || taken.some((other) => overlaps(box, other))) continue;
    taken.push(box);
    named.push(
      html`<text class="name" x="${at(place.x)}" y="${at(place.y)}" dy="0.32em" text-anchor="${side < 0 ? 'end' : 'start'}">${point.name}</text>`,
    );
  }
  return named;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const boxAround = (x: number, y: number, reach: number): Box => ({
  ...{ left: x - reach, right: x + reach },
  ...{ top: y - reach, bottom: y + reach },
});

const overlaps = (one: Box, other: Box): boolean =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
