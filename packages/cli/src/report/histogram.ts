import { quantile } from '@attune/preferences';
import { formatNumber } from '../terminal/format.ts';
import { type Html, html } from './html.ts';
import { extent, linear, niceStep, type Scale, ticks } from './scale.ts';

export interface HistogramOptions {
  readonly title: string;
  /** What is counted along x: "tokens". */
  readonly unit: string;
  /** At most two lie over each other without hiding. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
  /** The word for the middle value. */
  readonly medianLabel: string;
}

const width = 980;
const height = 230;
const margin = { top: 12, right: 14, bottom: 32, left: 14 };

/** Distributions over the same bins, each as shares of its own number, with their medians. */
export function histogram({ title, unit, series, medianLabel }: HistogramOptions): Html {
  const edges = binEdges(series.flatMap(({ values }) => values));
  const shares = series.map(({ values }) => binShares(values, edges));
  const x = linear([edges[0]!, edges.at(-1)!], [margin.left, width - margin.right]);
  const y = linear([0, Math.max(...shares.flat()) * 1.05 || 1], [height - margin.bottom, margin.top]);
  const medians = series.map(({ values }) => median(values));
  return html`<figure class="chart">
<figcaption><b>${title}</b> <span class="unit">${unit}</span><span class="keys">${series.map(
    ({ name }, i) => html`<span class="key c${i}">${name} <b>${formatNumber(medians[i]!)}</b></span>`,
  )}<span class="unit">(${medianLabel})</span></span></figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}: ${series.map(({ name }, i) => `${name} ${medianLabel} ${formatNumber(medians[i]!)}`).join(', ')}">
${ticks([edges[0]!, edges.at(-1)!], 6).map((tick) => html`<text class="tick" x="${x(tick).toFixed(1)}" y="${height - margin.bottom + 18}" text-anchor="middle">${formatNumber(tick)}</text>`)}
<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y(0)}" y2="${y(0)}"/>
${shares.map((bins, i) => html`<g class="c${i}"><path class="area" d="${outline(bins, edges, x, y)}Z"/><path class="line" d="${outline(bins, edges, x, y)}"/>${Number.isFinite(medians[i]) && html`<line class="median" x1="${x(medians[i]!).toFixed(1)}" x2="${x(medians[i]!).toFixed(1)}" y1="${margin.top}" y2="${y(0)}"/>`}</g>`)}
</svg>
</figure>`;
}

/** About 24 bins of a round width. */
function binEdges(values: readonly number[]): number[] {
  const [low, high] = extent(values);
  const step = niceStep([low, high], 24);
  const first = Math.floor(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count + 1 }, (_, i) => (first + i) * step);
}

/** Share of the values in each bin: its lower edge belongs to it, its upper edge to the next. */
export function binShares(values: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  const [low, step] = [edges[0]!, edges[1]! - edges[0]!];
  const binOf = (value: number) => Math.max(0, Math.min(counts.length - 1, Math.floor((value - low) / step)));
  for (const value of values) counts[binOf(value)]! += 1;
  return counts.map((count) => count / Math.max(1, values.length));
}

/** The skyline of the bins, from the ground to the ground. */
function outline(shares: readonly number[], edges: readonly number[], x: Scale, y: Scale): string {
  const at = (value: number) => value.toFixed(1);
  const steps = shares.map((share, i) => `V${at(y(share))}H${at(x(edges[i + 1]!))}`);
  return `M${at(x(edges[0]!))} ${at(y(0))}${steps.join('')}V${at(y(0))}`;
}

/** The middle value; NaN of nothing. */
export const median = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : quantile(Float64Array.from(values).sort(), 0.5);
