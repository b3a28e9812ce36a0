import type { Ranged } from './estimate.ts';
import { type Html, html } from './html.ts';
import { type Domain, linear, ticks } from './scale.ts';

type Interval = Ranged & { readonly n?: number };

export interface IntervalRow {
  readonly label: string;
  /** One estimate, or several to compare (before and after), in the order of their colours; `n` where it is a mean. */
  readonly estimates: readonly Interval[];
  /** The first estimate's place among the colours: 0 where nothing is said. */
  readonly color?: number;
}

export interface IntervalPlotOptions {
  readonly rows: readonly IntervalRow[];
  /** Names of a row's estimates, where there are several. */
  readonly names?: readonly string[];
  readonly domain: Domain;
  readonly reference?: { readonly at: number; readonly label: string };
  readonly format: (value: number) => string;
}

/** Estimates as points on a common axis, each with its interval (95 %, where nothing else is said) as a bar and its value beside it. */
export function intervalPlot({ rows, names = [], domain, reference, format }: IntervalPlotOptions): Html {
  const place = linear(domain, [0, 100]);
  const percent = (value: number) => `${Math.min(100, Math.max(0, place(value))).toFixed(2)}%`;
  const mark = reference && html`<i class="mark" style="left:${percent(reference.at)}"></i>`;
  const lane = (e: Interval, color: number) =>
    html`<span class="lane c${color}"><i class="range" style="left:${percent(e.low)};right:calc(100% - ${percent(e.high)})"></i><i class="dot" style="left:${percent(e.value)}"></i></span>`;
  const reading = (e: Interval, color: number) =>
    html`<b class="c${color}" title="${format(e.low)} – ${format(e.high)}${e.n !== undefined && `, n = ${e.n}`}">${format(e.value)}</b>`;
  return html`<div class="intervals">
${names.length > 0 && html`<div class="keys">${names.map((name, i) => html`<span class="key c${i}">${name}</span>`)}</div>`}
${rows.map(
  ({ label, estimates, color = 0 }) =>
    html`<div class="interval-row"><span class="label">${label}</span><span class="track">${mark}${estimates.map((e, i) => lane(e, color + i))}</span><span class="reading">${estimates.map((e, i) => reading(e, color + i))}</span></div>`,
)}
<div class="interval-row axis-row"><span class="label"></span><span class="track">${ticks(domain, 5).map(
    (tick) => html`<i class="tick-label" style="left:${percent(tick)}">${format(tick)}</i>`,
  )}</span><span class="reading"></span></div>
${reference && html`<p class="note"><i class="mark-key"></i>${reference.label}</p>`}
</div>`;
}
