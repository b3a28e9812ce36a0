import type { SideBySideRow } from '@attune/preferences';
import { formatCount, formatNumber } from '../terminal/format.ts';
import { signed } from './blocks.ts';
import type { Estimate } from './estimate.ts';
import { median } from './histogram.ts';
import { type Html, html } from './html.ts';
import { text } from './text.ts';

/** A model that was trained, beside the one it was trained from. */
export interface ComparedSystem {
  readonly name: string;
  readonly sideBySide: SideBySideRow;
  /** KL(trained ‖ start), nats per response. */
  readonly kl: Estimate;
  /** Tokens of each response. */
  readonly lengths: readonly number[];
}

const { start: startName, table: words } = text.demo;

/**
 * Each system against the start: win, tie, lose and their net as in Table 4 of Hou et al. 2024 (arXiv:2404.00934), lengths
 * as in its Table 6, and how far it has moved.
 */
export const systemsTable = (
  start: { readonly lengths: readonly number[] },
  systems: readonly ComparedSystem[],
): Html =>
  html`<div class="card panel"><div class="scroll"><table class="numbers"><thead><tr><th scope="col">${words.against}</th>${[
    words.win,
    words.tie,
    words.lose,
    words.net,
    words.kl,
    words.length,
  ].map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody><tr><th scope="row"><span class="key c0">${startName}</span></th><td></td><td></td><td></td><td></td><td>0</td><td>${formatCount(median(start.lengths))}</td></tr>
${systems.map(systemRow)}</tbody></table></div>
<p class="note">${words.note(systems[0]!.sideBySide.n)}</p></div>`;

function systemRow({ name, sideBySide: row, kl, lengths }: ComparedSystem, i: number): Html {
  const number = (value: number) => formatNumber(value, 3);
  const range = (low: number, high: number) => html`<small>${text.demo.range(number(low), number(high))}</small>`;
  const cells = [
    number(row.win),
    number(row.tie),
    number(row.lose),
    html`${signed(row.net)} ${range(...row.interval)}`,
    html`${number(kl.value)} ${range(kl.low, kl.high)}`,
    formatCount(median(lengths)),
  ];
  const bar = [row.win, row.tie, row.lose].map((share) => html`<i style="width:${share.toFixed(2)}%"></i>`);
  return html`<tr><th scope="row"><span class="key c${i + 1}">${name}</span><span class="shares c${i + 1}">${bar}</span></th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`;
}
