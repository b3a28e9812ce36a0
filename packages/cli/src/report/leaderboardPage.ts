import { basename } from 'node:path';
import type { Anchor, FittedStandings, Interval, Leaderboard, LeaderboardRow } from '@attune/preferences';
import { formatCount, formatNumber, formatShare, noDecimals } from '../terminal/format.ts';
import { betterMap, betterMapStyle } from './betterMap.ts';
import { section } from './blocks.ts';
import type { Ranged } from './estimate.ts';
import { type Html, type HtmlValue, html } from './html.ts';
import { intervalPlot } from './intervalPlot.ts';
import { page } from './page.ts';
import { extent, nice } from './scale.ts';
import { text } from './text.ts';

const { leaderboard: words } = text;

/** What the page says of where its numbers are from. */
export interface LeaderboardPageOptions {
  readonly anchor: Anchor | undefined;
  readonly files: readonly string[];
}

/** A leaderboard as a page: ratings with their intervals, who is better than whom, and what style is worth. */
export function leaderboardPage(board: Leaderboard, { anchor, files }: LeaderboardPageOptions): string {
  const { plain, controlled, components } = board;
  const from = anchor ? words.anchored(anchor.model, noDecimals(anchor.rating)) : words.centered;
  return page(
    words.title,
    html`<header><p class="eyebrow">${words.eyebrow}</p><h1>${words.title}</h1>
<p class="lede">${words.lede(plain.models.length, formatCount(board.battles), formatCount(board.prompts))}</p></header>
${doubts(board)}
${section(words.ratings.title, html`${words.ratings.lead} ${from}`, ratings(board), standingsTable(board))}
${section(words.better.title, words.better.lead, betterMap(words.better.map, words.better.unit, plain), controlled && html`<div class="below">${betterMap(words.better.controlledMap, words.better.unit, controlled)}</div>`)}
${controlled && controlled.controls.length > 0 && section(words.style.title, words.style.lead, stylePlot(controlled))}
${section(words.how.title, undefined, html`<ul class="caveats">${[method(plain), ...words.how.list, words.how.files(files.map((file) => basename(file)))].map((one) => html`<li>${one}</li>`)}</ul>`)}`,
    { style: betterMapStyle + ownStyle },
  );

  function doubts({ caution, prompts }: Leaderboard): HtmlValue {
    const said = [
      ...(components.length > 1 ? [words.doubts.parts(components.map((own) => own.join(', ')))] : []),
      ...(caution === 'undecided' ? [words.doubts.undecided] : []),
      ...(caution === 'few prompts' ? [words.doubts.fewPrompts(prompts)] : []),
    ];
    return said.map((one) => html`<div class="callout"><b>${words.doubts.title}</b><span>${one}</span></div>`);
  }
}

/** Here c2 is no minus: the second colour of systems. */
const ownStyle = '.below { margin-top: 20px; } .held .c2 { --c: var(--c3); }';

const ranged = ({ rating: value, interval: [low, high] }: LeaderboardRow): Ranged => ({ value, low, high });

const domainOf = (all: readonly Ranged[]) => nice(extent(all.flatMap(({ low, high }) => [low, high])), 5);

function ratings({ plain, controlled }: Leaderboard): Html {
  const held = new Map(controlled?.models.map((row) => [row.model, row]));
  const rows = plain.models.map((row) => ({
    label: row.model,
    estimates: [row, held.get(row.model)].flatMap((one) => (one ? [ranged(one)] : [])),
    color: 1,
  }));
  const names = controlled ? [words.ratings.plain, words.ratings.controlled] : [];
  const domain = domainOf(rows.flatMap(({ estimates }) => estimates));
  return html`<div class="card panel held">${names.length > 0 && html`<div class="keys">${names.map((name, i) => html`<span class="key c${i + 1}">${name}</span>`)}</div>`}${intervalPlot({ rows, domain, format: noDecimals })}</div>`;
}

function standingsTable({ plain, controlled, components }: Leaderboard): Html {
  const held = new Map(controlled?.models.map((row) => [row.model, row]));
  const { columns } = words;
  const head = [
    columns.system,
    ...(components.length > 1 ? [columns.part] : []),
    ...[columns.ranks, columns.rating, columns.bootstrap],
    ...(controlled ? [columns.controlled, columns.controlledRanks] : []),
    ...[columns.battles, columns.wins, columns.ties, columns.losses],
  ];
  const rows = plain.models.map((row) => {
    const other = held.get(row.model);
    const cells = [
      ...(components.length > 1 ? [row.component + 1] : []),
      ranks(row.ranks),
      html`${noDecimals(row.rating)} <small>${range(row.interval)}</small>`,
      range(row.bootstrap),
      ...(other ? [html`${noDecimals(other.rating)} <small>${range(other.interval)}</small>`, ranks(other.ranks)] : []),
      html`${formatCount(row.battles)}${row.hasFewBattles && html` <small>${words.few}</small>`}`,
      ...[row.wins, row.ties, row.losses].map(formatCount),
    ];
    return html`<tr><th scope="row">${row.model}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
  });
  return html`<div class="card panel below"><div class="scroll"><table class="numbers"><thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>
<p class="note">${words.note}</p></div>`;
}

const range = ([low, high]: Interval): string => words.range(noDecimals(low), noDecimals(high));

const ranks = ([best, worst]: Interval): string => (best === worst ? String(best) : `${best} – ${worst}`);

function stylePlot({ controls }: FittedStandings): Html {
  const rows = controls.map(({ name, points: value, interval: [low, high] }) => ({
    label: words.style.names[name] ?? name,
    estimates: [{ value, low, high }],
    color: 1,
  }));
  const domain = domainOf([...rows.flatMap(({ estimates }) => estimates), { value: 0, low: 0, high: 0 }]);
  const reference = { at: 0, label: words.style.nothing };
  return html`<div class="card panel">${intervalPlot({ rows, domain, reference, format: (value) => formatNumber(value, 3) })}</div>`;
}

const method = ({ nu }: FittedStandings): string =>
  nu === undefined ? words.how.bradleyTerry : words.how.davidson(formatShare(nu / (2 + nu)));
