import { degree } from '@attune/preferences';
import { type Html, html } from '../html.ts';
import { linear, type Scale, ticks } from '../scale.ts';
import { degreeDomain, type PlottedJudge } from './propertyPlot.ts';

export interface JudgeScatterOptions {
  readonly title: string;
  readonly unit: string;
  readonly properties: readonly string[];
  /** Along x and along y. */
  readonly judges: readonly [PlottedJudge, PlottedJudge];
}

const [width, height] = [470, 400];
const margin = { top: 10, right: 16, bottom: 36, left: 44 };
const named = 8;

/** P of every property by two judges; those farthest from the diagonal have their names. Bars are 90 % intervals. */
export function judgeScatter({ title, unit, properties, judges: [one, other] }: JudgeScatterOptions): Html {
  const domain = degreeDomain([one.fit, other.fit]);
  const x = linear(domain, [margin.left, width - margin.right]);
  const y = linear(domain, [height - margin.bottom, margin.top]);
  const axis = ticks(domain, 5).map(
    (tick) =>
      html`<text class="tick" x="${at(x(tick))}" y="${height - margin.bottom + 18}" text-anchor="middle">${tick}</text><text class="tick" x="${margin.left - 8}" y="${at(y(tick))}" dy="0.32em" text-anchor="end">${tick}</text>`,
  );
  const line = (x1: number, y1: number, x2: number, y2: number, kind = 'grid') =>
    html`<line class="${kind}" x1="${at(x(x1))}" y1="${at(y(y1))}" x2="${at(x(x2))}" y2="${at(y(y2))}"/>`;
  const [low, high] = domain;
  return html`<figure class="chart">
<figcaption><b>${title}</b> <span class="unit">${unit}</span></figcaption>
<svg class="scatter" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${line(low, 50, high, 50)}${line(50, low, 50, high)}${line(low, low, high, high, 'reference')}${axis}
<text class="axis" x="${width - margin.right}" y="${height - 2}" text-anchor="end">${one.name}</text><text class="axis" x="${margin.left + 2}" y="${margin.top + 2}" dy="0.3em">${other.name}</text>
<g class="c${other.color}">${properties.map((property, p) => point([one, other], property, p, x, y))}</g>
${labels([one, other], properties, x, y)}
</svg>
</figure>`;
}

const at = (value: number): string => value.toFixed(1);

function point(
  [one, other]: readonly [PlottedJudge, PlottedJudge],
  property: string,
  p: number,
  x: Scale,
  y: Scale,
): Html {
  const [px, py] = [degree(one.fit.mean[p]!), degree(other.fit.mean[p]!)];
  const [across, up] = [one.fit.quantiles, other.fit.quantiles];
  const bar = (x1: number, x2: number, y1: number, y2: number) =>
    html`<line class="most" x1="${at(x(x1))}" x2="${at(x(x2))}" y1="${at(y(y1))}" y2="${at(y(y2))}"/>`;
  return html`<g><title>${property}: ${one.name} ${px.toFixed(1)}, ${other.name} ${py.toFixed(1)}</title>${across && bar(degree(across.q05[p]!), degree(across.q95[p]!), py, py)}${up && bar(px, px, degree(up.q05[p]!), degree(up.q95[p]!))}<circle cx="${at(x(px))}" cy="${at(y(py))}" r="3.6"/></g>`;
}

/** The names of the properties that the judges differ most on, moved apart where they would lie over each other. */
function labels(
  [one, other]: readonly [PlottedJudge, PlottedJudge],
  properties: readonly string[],
  x: Scale,
  y: Scale,
): Html[] {
  const apart = (p: number) => Math.abs(degree(one.fit.mean[p]!) - degree(other.fit.mean[p]!));
  const chosen = properties
    .map((_, p) => p)
    .sort((a, b) => apart(b) - apart(a))
    .slice(0, named);
  const sides = Map.groupBy(chosen, (p) => one.fit.mean[p]! < other.fit.mean[p]!);
  return [...sides].flatMap(([isAbove, own]) => {
    const placed = own
      .map((p) => ({ p, left: x(degree(one.fit.mean[p]!)), y: y(degree(other.fit.mean[p]!)) }))
      .sort((a, b) => a.y - b.y);
    for (let i = 1; i < placed.length; i++) placed[i]!.y = Math.max(placed[i]!.y, placed[i - 1]!.y + 13);
    return placed.map(({ p, left, y: height }) => {
      const toLeft = isAbove ? left > margin.left + 90 : left > width - 130;
      return html`<text class="name" x="${at(left + (toLeft ? -8 : 8))}" y="${at(height)}" dy="0.32em" text-anchor="${toLeft ? 'end' : 'start'}">${properties[p]}</text>`;
    });
  });
}
