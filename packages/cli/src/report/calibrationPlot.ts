import type { Calibration } from '@attune/preferences';
import { formatNumber, formatShare } from '../terminal/format.ts';
import { height, scales, width, xAxis, yAxis } from './axes.ts';
import { type Html, html } from './html.ts';
import type { Domain } from './scale.ts';
import { text } from './text.ts';

const { calibration: words } = text;
const predictedDomain: Domain = [0.5, 1];
const observedDomain: Domain = [0, 1];

/**
 * How sure a reward model is against how often it is right: a point for each bin that holds pairs, the larger the more
 * it holds, with its 95 % interval. On the diagonal a model is as sure as it may be.
 */
export function calibrationPlot({ bins, expectedError }: Calibration): Html {
  const { x, y } = scales(predictedDomain, observedDomain);
  const filled = bins.filter(({ n }) => n > 0);
  const most = Math.max(...filled.map(({ n }) => n));
  const percent = (share: number) => `${formatNumber(share * 100)} %`;
  const at = (value: number) => value.toFixed(1);
  return html`<figure class="chart">
<figcaption><b>${words.title}</b> <span class="unit">${words.unit}</span><span class="keys"><span class="unit">${words.error} <b>${formatShare(expectedError)}</b></span></span></figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${words.title}. ${filled.map(({ predicted, observed, n }) => `${formatShare(predicted!)}: ${formatShare(observed!)}, n = ${n}`).join('; ')}">
${yAxis(observedDomain, y, percent)}
${xAxis(predictedDomain, x, words.predicted, percent)}
<line class="reference" x1="${at(x(0.5))}" y1="${at(y(0.5))}" x2="${at(x(1))}" y2="${at(y(1))}"/>
<g class="c0">${filled.map(
    ({ predicted, observed, interval, n }) =>
      html`<line class="range" x1="${at(x(predicted!))}" x2="${at(x(predicted!))}" y1="${at(y(interval![0]))}" y2="${at(y(interval![1]))}"/><circle cx="${at(x(predicted!))}" cy="${at(y(observed!))}" r="${at(2.5 + 4 * Math.sqrt(n / most))}"><title>${formatShare(predicted!)}: ${formatShare(observed!)}, n = ${n}</title></circle>`,
  )}</g>
</svg>
</figure>`;
}
