import type { LengthCurve } from '@attune/preferences';
import { formatNumber } from '../terminal/format.ts';
import { height, scales, width, xAxis, yAxis } from './axes.ts';
import { type Html, html } from './html.ts';
import { extent, nice } from './scale.ts';
import { text } from './text.ts';

const words = text.lengthControlled.curves;

/** Beside every page's: what the regression says of a bin. */
export const lengthPlotStyle = '.rings circle { fill: none; stroke: var(--c); stroke-width: 1.5; }';

/** The win rate against the difference in length: bins with their 95 % intervals, and the regression's curve. */
export function lengthPlot(title: string, { bins, points }: LengthCurve): Html {
  const shown = [...bins.map(({ longerBy }) => longerBy), 0];
  const [low, high] = extent(shown);
  const xDomain = nice([low - 0.05 * (high - low), high + 0.05 * (high - low)], 5);
  const inside = points.filter(({ longerBy }) => longerBy >= xDomain[0] && longerBy <= xDomain[1]);
  const tops = [...bins.map(({ interval }) => interval[1]), ...inside.map(({ predicted }) => predicted)];
  const yDomain = nice([0, Math.max(...tops)], 4);
  const { x, y } = scales(xDomain, yDomain);
  const at = (value: number) => value.toFixed(1);
  const path = inside
    .map(({ longerBy, predicted }, i) => `${i ? 'L' : 'M'}${at(x(longerBy))} ${at(y(predicted))}`)
    .join('');
  const most = Math.max(...bins.map(({ n }) => n));
  const said = bins.map(({ longerBy, winRate, n }) => words.point(formatNumber(longerBy), formatNumber(winRate, 3), n));
  return html`<figure class="chart">
<figcaption><b>${title}</b> <span class="unit">${words.unit}</span></figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}. ${said.join('; ')}">
${yAxis(yDomain, y, (value) => formatNumber(value))}
${xAxis(xDomain, x, words.longerBy)}
<line class="reference" x1="${at(x(0))}" x2="${at(x(0))}" y1="${at(y(yDomain[0]))}" y2="${at(y(yDomain[1]))}"/>
<path class="line c1" d="${path}"/>
<g class="c0">${bins.map(
    ({ longerBy, winRate, interval, n }, i) =>
      html`<line class="range" x1="${at(x(longerBy))}" x2="${at(x(longerBy))}" y1="${at(y(interval[0]))}" y2="${at(y(interval[1]))}"/><circle cx="${at(x(longerBy))}" cy="${at(y(winRate))}" r="${at(2 + 2 * Math.sqrt(n / most))}"><title>${said[i]}</title></circle>`,
  )}</g>
<g class="c1 rings">${bins.map(({ longerBy, predicted }) => html`<circle cx="${at(x(longerBy))}" cy="${at(y(predicted))}" r="4"/>`)}</g>
</svg>
</figure>`;
}
