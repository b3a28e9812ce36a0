import { formatDuration } from '../terminal/format.ts';
import { type Html, html } from './html.ts';

export interface StackedRow {
  readonly label: string;
  /** Seconds of each part, in the order of the parts' names. */
  readonly seconds: readonly number[];
  readonly note?: string;
}

/** How long things took and what the time went into: a bar for each on a common scale, its parts after each other. */
export function stackedBars(parts: readonly string[], rows: readonly StackedRow[]): Html {
  const total = ({ seconds }: StackedRow) => seconds.reduce((sum, part) => sum + part, 0);
  const longest = Math.max(...rows.map(total)) || 1;
  return html`<div class="card panel"><div class="keys">${parts.map((part, i) => html`<span class="key c${i + 1}">${part}</span>`)}</div>
<div class="stacked">${rows.map(
    (one) =>
      html`<span class="label">${one.label}</span><span class="bar">${one.seconds.map((seconds, i) => seconds > 0 && html`<i class="c${i + 1}" style="width:${((100 * seconds) / longest).toFixed(2)}%" title="${parts[i]!}: ${formatDuration(seconds)}"></i>`)}</span><span class="reading"><b>${formatDuration(total(one))}</b>${one.note && html`<small>${one.note}</small>`}</span>`,
  )}</div></div>`;
}
