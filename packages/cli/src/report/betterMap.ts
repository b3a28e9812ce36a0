import type { FittedStandings } from '@attune/preferences';
import { widest } from './dissect/textWidth.ts';
import { type Html, html } from './html.ts';

const width = 980;

/** Rules of {@link betterMap}. */
export const betterMapStyle = /* css */ `
.better rect { fill: var(--accent); } .better .worse rect { fill: var(--bad); }
.better text { font-size: 11px; fill: var(--ink); } .better text.on { fill: var(--card); }
.better text.label, .better text.head { font-size: 12px; fill: var(--soft); }
`;

/** The probability that the system of a row is better than that of a column, in percent on colours, the best first. */
export function betterMap(title: string, unit: string, { models, better }: FittedStandings): Html {
  const names = models.map(({ model }) => model);
  const left = widest(names, 12) + 16;
  const head = 0.82 * widest(names, 12) + 16; // slanted by 55°
  const last = 0.58 * 12 * (names.at(-1)?.length ?? 0) * 0.56;
  const cell = Math.min(52, (width - left - last) / models.length);
  const height = head + cell * models.length + 6;
  const columns = names.map(
    (name, j) =>
      html`<text class="head" transform="translate(${at(left + cell * (j + 0.5) + 3)} ${at(head - 6)}) rotate(-55)">${name}</text>`,
  );
  const rows = names.map((name, i) => {
    const y = head + cell * i;
    const cells = better[i]!.map((p, j) => p !== null && square(p, `${name}, ${names[j]}`, left + cell * j, y, cell));
    return html`<text class="label" x="${at(left - 8)}" y="${at(y + cell / 2)}" dy="0.34em" text-anchor="end">${name}</text>${cells}`;
  });
  return html`<figure class="chart"><figcaption><b>${title}</b> <span class="unit">${unit}</span></figcaption>
<div class="scroll"><svg class="broad better" viewBox="0 0 ${width} ${height.toFixed(0)}" role="img" aria-label="${title}">${columns}${rows}</svg></div></figure>`;
}

const at = (value: number): string => value.toFixed(1);

function square(p: number, pair: string, x: number, y: number, cell: number): Html {
  const shade = 0.04 + 1.76 * Math.abs(p - 0.5);
  const number = html`<text${shade > 0.6 && html` class="on"`} x="${at(x + cell / 2)}" y="${at(y + cell / 2)}" dy="0.34em" text-anchor="middle">${percent(p)}</text>`;
  return html`<g${p < 0.5 && html` class="worse"`}><title>${pair}: ${(100 * p).toFixed(2)} %</title><rect x="${at(x + 0.5)}" y="${at(y + 0.5)}" width="${at(cell - 1)}" height="${at(cell - 1)}" rx="2" fill-opacity="${shade.toFixed(3)}"/>${cell >= 20 && number}</g>`;
}

/** In whole percent; what is not certain is not called so. */
const percent = (p: number): string => (p > 0.995 ? '>99' : p < 0.005 ? '<1' : (100 * p).toFixed(0));
