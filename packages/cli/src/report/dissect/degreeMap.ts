import { degree, type FittedWeights } from '@attune/preferences';
import { type Html, html } from '../html.ts';
import { textWidth, widest } from './textWidth.ts';
import type { DissectWords } from './words.ts';

export interface DegreeMapOptions {
  readonly title: string;
  /** Of the rows. */
  readonly properties: readonly string[];
  /** The columns. */
  readonly groups: readonly { readonly name: string; readonly fit: FittedWeights | undefined }[];
  /** The distance from 50 that has the strongest colour. */
  readonly reach: number;
  readonly words: DissectWords;
}

const width = 980;
const row = 23;

/** P of every property in every group, as numbers on colours: to one side what is liked, to the other what is not. */
export function degreeMap({ title, properties, groups, reach, words }: DegreeMapOptions): Html {
  const labelWidth = widest(properties, 13) + 20;
  const heads = widest(
    groups.map(({ name }) => name),
    12,
  );
  const top = Math.SQRT1_2 * heads + 18; // they are slanted by 45°
  const last = Math.SQRT1_2 * 12 * textWidth(groups.at(-1)!.name);
  const cell = Math.min(64, (width - labelWidth - last) / (groups.length - 0.5));
  const height = top + row * properties.length + 4;
  const x = (column: number) => labelWidth + cell * column;
  const head = groups.map(
    ({ name }, g) =>
      html`<text class="head" transform="translate(${(x(g) + cell / 2 + 3).toFixed(1)} ${(top - 8).toFixed(1)}) rotate(-45)">${name}</text>`,
  );
  const rows = properties.map((name, p) => {
    const y = Math.round(top) + row * p;
    const cells = groups.map(
      ({ name: group, fit }, g) => fit && degreeCell(fit, p, { x: x(g), y, cell, reach, title: `${name}, ${group}` }),
    );
    return html`<text class="label" x="${labelWidth - 12}" y="${y + row / 2}" dy="0.34em" text-anchor="end">${name}</text>${cells}`;
  });
  return html`<figure class="chart">
<figcaption><b>${title}</b> <span class="keys"><span class="key disliked">${words.map.disliked}</span><span class="key liked">${words.map.liked}</span></span></figcaption>
<div class="scroll"><svg class="broad map" viewBox="0 0 ${width} ${height.toFixed(0)}" role="img" aria-label="${title}">${head}${rows}</svg></div>
</figure>`;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly cell: number;
  readonly reach: number;
  readonly title: string;
}

function degreeCell({ mean, quantiles }: FittedWeights, property: number, { x, y, cell, reach, title }: Place): Html {
  const p = degree(mean[property]!);
  const strength = Math.min(1, Math.abs(p - 50) / reach);
  const ends = quantiles && ([degree(quantiles.q05[property]!), degree(quantiles.q95[property]!)] as const);
  const isUnsure = ends !== undefined && ends[0] < 50 && ends[1] > 50;
  const said = `${title}: ${p.toFixed(1)}${ends ? ` (${ends[0].toFixed(1)} – ${ends[1].toFixed(1)})` : ''}`;
  return html`<g class="${p < 50 ? 'disliked' : 'liked'}${isUnsure && ' unsure'}"><title>${said}</title><rect x="${(x + 1).toFixed(1)}" y="${y + 1}" width="${(cell - 2).toFixed(1)}" height="${row - 2}" rx="4" fill-opacity="${(0.05 + 0.85 * strength).toFixed(3)}"/><text${strength > 0.6 && html` class="on"`} x="${(x + cell / 2).toFixed(1)}" y="${y + row / 2}" dy="0.34em" text-anchor="middle">${Math.round(p)}</text></g>`;
}
