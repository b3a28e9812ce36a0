import type { Estimate } from '../estimate.ts';
import { type Html, html } from '../html.ts';
import { linear, nice, ticks } from '../scale.ts';

/** A judge before and after alignment. */
export interface StrengthPair {
  readonly base: { readonly name: string; readonly strength: Estimate };
  readonly aligned: { readonly name: string; readonly strength: Estimate };
  /** Of their weights; undefined where they are not known. */
  readonly similarity: number | undefined;
}

export interface StrengthPlotOptions {
  readonly title: string;
  readonly unit: string;
  /** What the two dots are called, and the numbers on the right. */
  readonly names: readonly [string, string];
  readonly similarityName: string;
  readonly pairs: readonly StrengthPair[];
}

const [width, row] = [980, 26];
const margin = { top: 14, right: 96, bottom: 34, left: 330 };

/** Strength of preference before and after alignment: two dots for each aligned judge, with their intervals. */
export function strengthPlot({ title, unit, names, similarityName, pairs }: StrengthPlotOptions): Html {
  const height = margin.top + row * pairs.length + margin.bottom;
  const ends = pairs.flatMap(({ base, aligned }) => [base.strength.high, aligned.strength.high]);
  const domain = nice([0, Math.max(...ends)], 6);
  const x = linear(domain, [margin.left, width - margin.right]);
  const bottom = height - margin.bottom;
  const hasSimilarity = pairs.some(({ similarity }) => similarity !== undefined);
  const marks = ticks(domain, 6).map(
    (tick) =>
      html`<line class="grid" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${margin.top}" y2="${bottom}"/><text class="tick" x="${at(x(tick))}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`,
  );
  const rows = pairs.map(({ base, aligned, similarity }, i) => {
    const y = margin.top + row * (i + 0.5);
    const text = (words: string, left: number, anchor: string, kind = 'label') =>
      html`<text class="${kind}" x="${left}" y="${y}" dy="0.34em" text-anchor="${anchor}">${words}</text>`;
    const isNew = base.name !== pairs[i - 1]?.base.name;
    return html`${isNew && i > 0 && html`<line class="grid" x1="0" x2="${width}" y1="${y - row / 2}" y2="${y - row / 2}"/>`}${isNew && text(base.name, 0, 'start', 'base')}${text(aligned.name, margin.left - 14, 'end')}<line class="step" x1="${at(x(base.strength.value))}" x2="${at(x(aligned.strength.value))}" y1="${y}" y2="${y}"/>${[
      { color: 0, ...base },
      { color: 1, ...aligned },
    ].map(
      ({ color, name, strength }) =>
        html`<g class="c${color}"><title>${name}: ${range(strength)}</title><line class="most" x1="${at(x(strength.low))}" x2="${at(x(strength.high))}" y1="${y}" y2="${y}"/><circle cx="${at(x(strength.value))}" cy="${y}" r="4.5"/></g>`,
    )}${similarity !== undefined && text(similarity.toFixed(2).replace('-', '−'), width, 'end')}`;
  });
  return html`<figure class="chart">
<figcaption><b>${title}</b> <span class="unit">${unit}</span><span class="keys">${names.map((name, i) => html`<span class="key c${i}">${name}</span>`)}</span></figcaption>
<div class="scroll"><svg class="broad strengths" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">${marks}${rows}${hasSimilarity && html`<text class="axis" x="${width}" y="${bottom + 18}" text-anchor="end">${similarityName}</text>`}</svg></div>
</figure>`;
}

const at = (value: number): string => value.toFixed(1);
const range = ({ value, low, high }: Estimate): string =>
  `${value.toFixed(2)} (${low.toFixed(2)} – ${high.toFixed(2)})`;
