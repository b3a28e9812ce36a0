import { basename } from 'node:path';
import type { MeanScore } from '@attune/preferences';
import { formatCount, twoDecimals } from '../terminal/format.ts';
import { factTable, section } from './blocks.ts';
import { type Html, type HtmlValue, html } from './html.ts';
import { intervalPlot } from './intervalPlot.ts';
import { page } from './page.ts';
import { text } from './text.ts';

const { benchmark: words } = text;

/** What a system scored: means by name, those that belong together in one plot. */
export interface BenchmarkSystem {
  readonly system: string;
  readonly total: MeanScore | undefined;
  readonly groups: readonly {
    readonly title: string;
    readonly rows: readonly (readonly [label: string, score: MeanScore | undefined])[];
  }[];
  /** Replies without a score: what they are about, and what was said. */
  readonly unread: readonly { readonly about: string; readonly said: string }[];
  /** Questions that nothing was said about. */
  readonly missing: readonly string[];
}

/** A benchmark of single responses, scored from 1 to 10, as a page. */
export function benchmarkPage(
  benchmark: string,
  systems: readonly BenchmarkSystem[],
  files: readonly string[],
): string {
  const totals = systems.map(({ system, total }) => [system, total] as const);
  return page(
    benchmark,
    html`<header><p class="eyebrow">${words.eyebrow}</p><h1>${benchmark}</h1>
<p class="lede">${words.lede(systems.length)}</p></header>
${systems.length > 1 && section(words.systems, words.intervals, card(scorePlot(totals)))}
${systems.map(systemSection)}
${section(words.how.title, undefined, html`<ul class="caveats">${[...words.how.list, words.how.files(files.map((file) => basename(file)))].map((one) => html`<li>${one}</li>`)}</ul>`)}`,
  );
}

function systemSection({ system, groups, unread, missing }: BenchmarkSystem): Html {
  const plots = groups
    .filter(({ rows }) => rows.some(([, score]) => score))
    .map(({ title, rows }) => html`<h3 class="training">${title}</h3>${card(scorePlot(rows))}`);
  return section(system || words.unnamed, words.intervals, plots, unreadList(unread), missingList(missing));
}

/** Rows without a score are named beside the plot, not drawn at zero. */
function scorePlot(rows: readonly (readonly [label: string, score: MeanScore | undefined])[]): Html {
  const drawn = rows.flatMap(([label, score]) => {
    if (!score) return [];
    const [low, high] = score.interval ?? [score.mean, score.mean];
    return [{ label, estimates: [{ value: score.mean, low, high, n: score.n }], color: 1 }];
  });
  const none = rows.filter(([, score]) => !score).map(([label]) => label);
  return html`${intervalPlot({ rows: drawn, domain: [1, 10], format: twoDecimals })}
${none.length > 0 && html`<p class="note">${words.none(none)}</p>`}`;
}

const longest = 300;

/** With the end of what was said, where a verdict belongs. */
const unreadList = (unread: BenchmarkSystem['unread']): HtmlValue =>
  unread.length > 0 && [
    html`<h3 class="training">${words.unread(formatCount(unread.length))}</h3>`,
    factTable(unread.map(({ about, said }) => ({ name: about, value: endOf(said.trim()) || words.nothing }))),
  ];

function endOf(said: string): string {
  const characters = [...said];
  return characters.length > longest ? `…${characters.slice(-longest).join('')}` : said;
}

const missingList = (missing: readonly string[]): HtmlValue =>
  missing.length > 0 && html`<p class="note">${words.missing(formatCount(missing.length), missing)}</p>`;

const card = (content: Html): Html => html`<div class="card panel">${content}</div>`;
