import { formatNumber } from '../terminal/format.ts';
import { type Html, html } from './html.ts';
import { type Domain, linear, type Scale, ticks } from './scale.ts';

/** The frame that charts of half the page's width are drawn in, in units of their own. */
export const width = 470;
export const height = 230;
const margin = { top: 12, right: 14, bottom: 32, left: 50 };

/** From numbers to places in the frame. */
export const scales = (xDomain: Domain, yDomain: Domain): { readonly x: Scale; readonly y: Scale } => ({
  x: linear(xDomain, [margin.left, width - margin.right]),
  y: linear(yDomain, [height - margin.bottom, margin.top]),
});

/** Marks of the y axis with lines across. */
export function yAxis(domain: Domain, y: Scale, format: (value: number) => string): Html[] {
  return ticks(domain, 4).map((tick) => {
    const at = y(tick).toFixed(1);
    return html`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}"/><text class="tick" x="${margin.left - 8}" y="${at}" dy="0.32em" text-anchor="end">${format(tick)}</text>`;
  });
}

/** Marks of the x axis, whole numbers where nothing else is said, and what it counts. */
export function xAxis(domain: Domain, x: Scale, label: string, format = wholeNumber): Html {
  const bottom = height - margin.bottom;
  const mark = (tick: number, words: string) =>
    html`<text class="tick" x="${x(tick).toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${words}</text>`;
  return html`${ticks(domain, 5).map((tick) => format(tick) && mark(tick, format(tick)!))}<text class="axis" x="${x(domain[1])}" y="${height - 1}" text-anchor="end">${label}</text>`;
}

const wholeNumber = (tick: number): string | undefined => (Number.isInteger(tick) ? formatNumber(tick) : undefined);

/** A level to compare with. */
export function referenceLine({ y: level, label }: { y: number; label: string }, y: Scale): Html {
  const at = y(level).toFixed(1);
  return html`<line class="reference" x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}"/><text class="axis" x="${width - margin.right}" y="${at}" dy="-0.45em" text-anchor="end">${label}</text>`;
}
