import type { FittedWeights } from '@attune/preferences';
import { oneDecimal } from '../../terminal/format.ts';
import { type Html, html } from '../html.ts';
import { linear, type Scale, ticks } from '../scale.ts';
import { widest } from './textWidth.ts';
import { type WeightScale, weightDomain } from './weightScale.ts';

/** A judge's weights in the group of the plot. */
export interface PlottedJudge {
  readonly name: string;
  readonly fit: FittedWeights;
  /** Its place among the colours. */
  readonly color: number;
}

export interface PropertyPlotOptions {
  readonly title: string;
  readonly unit?: string | undefined;
  readonly properties: readonly string[];
  readonly judges: readonly PlottedJudge[];
  readonly scale: WeightScale;
}

const width = 980;
const lane = 9; // of a judge
const margin = { top: 26, right: 22, bottom: 40 };

/**
 * The weight of every property, a dot for each judge, on a common axis with a dashed line at no matter: sorted by the
 * first judge. Where posteriors are known, a thick bar holds half of each and a thin one 90 %.
 */
export function propertyPlot({ title, unit, properties, judges, scale }: PropertyPlotOptions): Html {
  const first = judges[0]!.fit.mean;
  const order = properties.map((_, p) => p).sort((a, b) => first[b]! - first[a]!);
  const row = Math.max(23, lane * judges.length + 8);
  const height = margin.top + row * order.length + margin.bottom;
  const left = widest(properties, 13) + 22;
  const domain = weightDomain(
    judges.map(({ fit }) => fit),
    scale,
  );
  const x = linear(domain, [left, width - margin.right]);
  const [above, below] = [margin.top - 4, height - margin.bottom + 4];
  const marks = ticks(domain, 8).map(
    (tick) =>
      html`<line class="${tick === scale.neutral ? 'reference' : 'grid'}" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${above}" y2="${below}"/><text class="tick" x="${at(x(tick))}" y="${below + 16}" text-anchor="middle">${String(tick).replace('-', '−')}</text>`,
  );
  const stripes = order.map((_, place) =>
    place % 2 === 0
      ? html`<rect class="stripe" x="0" y="${at(margin.top + row * place)}" width="${width}" height="${row}"/>`
      : '',
  );
  const rows = order.map((p, place) => {
    const middle = margin.top + row * (place + 0.5);
    const dots = judges.map((judge, j) =>
      dot(judge, p, properties[p]!, scale, x, middle + lane * (j - (judges.length - 1) / 2)),
    );
    return html`<text class="label" x="${at(left - 14)}" y="${at(middle)}" dy="0.34em" text-anchor="end">${properties[p]}</text>${dots}`;
  });
  return html`<figure class="chart">
<figcaption><b>${title}</b> ${unit && html`<span class="unit">${unit}</span>`}<span class="keys">${judges.map(({ name, color }) => html`<span class="key c${color}">${name}</span>`)}</span></figcaption>
<div class="scroll"><svg class="broad properties" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">${stripes}${marks}${rows}
<text class="axis" x="${at(x(scale.neutral))}" y="${margin.top - 12}" text-anchor="middle">${scale.middle}</text><text class="axis" x="${width - margin.right}" y="${height - 4}" text-anchor="end">${scale.axis}</text>
</svg></div>
</figure>`;
}

const at = (value: number): string => value.toFixed(1);

function dot(
  { name, fit: { mean, quantiles }, color }: PlottedJudge,
  p: number,
  property: string,
  { of }: WeightScale,
  x: Scale,
  y: number,
): Html {
  const bar = (kind: string, low: number, high: number) =>
    html`<line class="${kind}" x1="${at(x(of(low)))}" x2="${at(x(of(high)))}" y1="${at(y)}" y2="${at(y)}"/>`;
  const ends = quantiles && ` (${oneDecimal(of(quantiles.q05[p]!))} – ${oneDecimal(of(quantiles.q95[p]!))})`;
  return html`<g class="c${color}"><title>${name}, ${property}: ${oneDecimal(of(mean[p]!))}${ends}</title>${quantiles && [bar('most', quantiles.q05[p]!, quantiles.q95[p]!), bar('half', quantiles.q25[p]!, quantiles.q75[p]!)]}<circle cx="${at(x(of(mean[p]!)))}" cy="${at(y)}" r="4"/></g>`;
}
