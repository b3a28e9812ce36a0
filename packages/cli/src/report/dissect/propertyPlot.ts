import { degree, type FittedWeights } from '@attune/preferences';
import { type Html, html } from '../html.ts';
import { type Domain, linear, nice, type Scale, ticks } from '../scale.ts';

/** A judge's weights in the group of the plot. */
export interface PlottedJudge {
  readonly name: string;
  readonly fit: FittedWeights;
  /** Its place among the colours. */
  readonly color: number;
}

export interface PropertyPlotOptions {
  readonly title: string;
  readonly unit?: string;
  readonly properties: readonly string[];
  readonly judges: readonly PlottedJudge[];
  /** What the axis counts, and what its middle means. */
  readonly axis: string;
  readonly neutral: string;
}

const width = 980;
const margin = { top: 26, right: 22, bottom: 40, left: 232 };

/** The range of P of some judges, their 90 % intervals included, and 50. */
export function degreeDomain(fits: readonly FittedWeights[]): Domain {
  const values = fits.flatMap(({ mean, quantiles }) => [
    ...mean,
    ...(quantiles ? [...quantiles.q05, ...quantiles.q95] : []),
  ]);
  const all = [50, ...values.map(degree)];
  return nice([Math.min(...all) - 1, Math.max(...all) + 1], 8);
}

/**
 * P of every property, a dot for each judge, on a common axis with a dashed line at 50: sorted by the first judge.
 * Where posteriors are known, a thick bar holds half of each and a thin one 90 %.
 */
export function propertyPlot({ title, unit, properties, judges, axis, neutral }: PropertyPlotOptions): Html {
  const first = judges[0]!.fit.mean;
  const order = properties.map((_, p) => p).sort((a, b) => first[b]! - first[a]!);
  const row = Math.max(23, 9 * judges.length + 8);
  const height = margin.top + row * order.length + margin.bottom;
  const domain = degreeDomain(judges.map(({ fit }) => fit));
  const x = linear(domain, [margin.left, width - margin.right]);
  const [above, below] = [margin.top - 4, height - margin.bottom + 4];
  const marks = ticks(domain, 8).map(
    (tick) =>
      html`<line class="${tick === 50 ? 'reference' : 'grid'}" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${above}" y2="${below}"/><text class="tick" x="${at(x(tick))}" y="${below + 16}" text-anchor="middle">${tick}</text>`,
  );
  const rows = order.map((p, place) => {
    const middle = margin.top + row * (place + 0.5);
    const dots = judges.map((judge, j) =>
      lane(judge, p, x, middle + 9 * (j - (judges.length - 1) / 2), properties[p]!),
    );
    return html`${place % 2 === 0 && html`<rect class="stripe" x="0" y="${at(middle - row / 2)}" width="${width}" height="${row}"/>`}<text class="label" x="${margin.left - 14}" y="${at(middle)}" dy="0.34em" text-anchor="end">${properties[p]}</text>${dots}`;
  });
  return html`<figure class="chart">
<figcaption><b>${title}</b> ${unit && html`<span class="unit">${unit}</span>`}<span class="keys">${judges.map(({ name, color }) => html`<span class="key c${color}">${name}</span>`)}</span></figcaption>
<div class="scroll"><svg class="broad properties" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${rows.map((one) => one)}${marks}
<text class="axis" x="${at(x(50))}" y="${margin.top - 12}" text-anchor="middle">${neutral}</text><text class="axis" x="${width - margin.right}" y="${height - 4}" text-anchor="end">${axis}</text>
</svg></div>
</figure>`;
}

const at = (value: number): string => value.toFixed(1);

function lane(
  { name, fit: { mean, quantiles }, color }: PlottedJudge,
  p: number,
  x: Scale,
  y: number,
  property: string,
): Html {
  const p50 = degree(mean[p]!);
  const bar = (kind: string, low: number, high: number) =>
    html`<line class="${kind}" x1="${at(x(degree(low)))}" x2="${at(x(degree(high)))}" y1="${at(y)}" y2="${at(y)}"/>`;
  const ends = quantiles && `${degree(quantiles.q05[p]!).toFixed(1)} – ${degree(quantiles.q95[p]!).toFixed(1)}`;
  return html`<g class="c${color}"><title>${name}, ${property}: ${p50.toFixed(1)}${ends && ` (${ends})`}</title>${quantiles && [bar('most', quantiles.q05[p]!, quantiles.q95[p]!), bar('half', quantiles.q25[p]!, quantiles.q75[p]!)]}<circle cx="${at(x(p50))}" cy="${at(y)}" r="4"/></g>`;
}
