import { basename } from 'node:path';
import type { Interval, LengthCurve } from '@attune/preferences';
import { oneDecimal } from '../terminal/format.ts';
import { section } from './blocks.ts';
import { type Html, html } from './html.ts';
import { intervalPlot } from './intervalPlot.ts';
import { lengthPlot, lengthPlotStyle } from './lengthPlot.ts';
import { page } from './page.ts';
import { text } from './text.ts';

const words = text.lengthControlled;

/** What the page shows of a system. Rates in percent. */
export interface LengthPageSystem {
  readonly data: string;
  readonly system: string;
  readonly against: readonly string[];
  readonly winRate: number;
  readonly bootstrap: Interval;
  readonly lcWinRate: number;
  readonly lcInterval: Interval | undefined;
  readonly extremeChange: boolean;
  /** Where lengths are known. */
  readonly curve: LengthCurve | undefined;
}

/** Win rates raw and length-controlled as a page, with what the regression rests on. */
export function lengthPage(systems: readonly LengthPageSystem[]): string {
  const against = [...new Set(systems.flatMap((one) => one.against))].join(', ');
  const extreme = systems.filter(({ extremeChange }) => extremeChange).map(({ system }) => system);
  const files = systems.map(({ data }) => basename(data));
  const plots = systems.flatMap(({ system, curve }) => (curve ? [lengthPlot(system, curve)] : []));
  return page(
    words.title,
    html`<header><p class="eyebrow">${words.eyebrow}</p><h1>${words.title}</h1>
<p class="lede">${words.lede(systems.length, against)}</p></header>
${extreme.length > 0 && html`<div class="callout"><b>${words.doubt.title}</b><span>${words.doubt.said(extreme)}</span></div>`}
${section(words.rates.title, words.rates.lead, rates(systems))}
${plots.length > 0 && section(words.curves.title, words.curves.lead, html`<div class="grid2">${plots}</div>`)}
${section(words.how.title, undefined, html`<ul class="caveats">${[...words.how.list, words.how.files(files)].map((one) => html`<li>${one}</li>`)}</ul>`)}`,
    { style: lengthPlotStyle },
  );
}

function rates(systems: readonly LengthPageSystem[]): Html {
  const rows = systems.map(({ system, winRate, bootstrap, lcWinRate, lcInterval = [lcWinRate, lcWinRate] }) => ({
    label: system,
    estimates: [
      { value: winRate, low: bootstrap[0], high: bootstrap[1] },
      { value: lcWinRate, low: lcInterval[0], high: lcInterval[1] },
    ],
  }));
  return html`<div class="card panel">${intervalPlot({
    rows,
    names: [words.rates.raw, words.rates.controlled],
    domain: [0, 100],
    reference: { at: 50, label: words.rates.even },
    format: oneDecimal,
  })}</div>`;
}
