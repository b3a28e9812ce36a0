import { basename } from 'node:path';
import { biasTerms, type Interval, type JudgeReport, type JudgesReport, type Share } from '@attune/preferences';
import { formatCount, formatNumber, formatShare, twoDecimals } from '../terminal/format.ts';
import { section } from './blocks.ts';
import type { Ranged } from './estimate.ts';
import { type Html, type HtmlValue, html } from './html.ts';
import { type IntervalRow, intervalPlot } from './intervalPlot.ts';
import { page } from './page.ts';
import { extent, nice } from './scale.ts';
import { text } from './text.ts';

const { judges: words } = text;

/** A report about judges as a page: how far they agree with people, and what sways them. */
export function judgesPage(report: JudgesReport, files: readonly string[]): string {
  const { judges, items } = report;
  const verdicts = judges.reduce((sum, { comparisons }) => sum + comparisons, 0);
  return page(
    words.title,
    html`<header><p class="eyebrow">${words.eyebrow}</p><h1>${words.title}</h1>
<p class="lede">${words.lede(judges.length, formatCount(verdicts), formatCount(items))}</p></header>
${agreement(report)}
${order(judges)}
${length(report)}
${sways(judges)}
${own(judges)}
${section(words.numbers, judges.some(({ skips }) => skips > 0) && words.undecided, numbers(judges))}
${section(words.how.title, undefined, html`<ul class="caveats">${[...words.how.list, words.how.files(files.map((file) => basename(file)))].map((one) => html`<li>${one}</li>`)}</ul>`)}`,
  );
}

function agreement({ judges, people }: JudgesReport): HtmlValue {
  const rows = shareRows(judges, ({ people: own }) => own?.majority);
  const reference = besidePeople(people?.majority, words.agreement.alone, words.agreement.people);
  return rows.length > 0 && section(words.agreement.title, words.agreement.lead, card(sharePlot(rows, reference)));
}

/** Where people stand, else an even chance. */
const besidePeople = (people: Share | undefined, even: string, named: (share: string) => string) =>
  people ? { at: people.share, label: named(formatShare(people.share)) } : { at: 0.5, label: even };

function order(judges: readonly JudgeReport[]): HtmlValue {
  const both = shareRows(judges, ({ position }) => position.consistency);
  const first = shareRows(judges, ({ position }) => position.firstShown);
  const even = { at: 0.5, label: words.order.even };
  const parts = [
    both.length > 0 && titled(words.order.consistency, sharePlot(both)),
    first.length > 0 && titled(words.order.first, sharePlot(first, even)),
  ];
  return first.length > 0 && section(words.order.title, words.order.lead, parts);
}

function length({ judges, people }: JudgesReport): HtmlValue {
  const rows = shareRows(judges, ({ prefersLonger }) => prefersLonger);
  const reference = besidePeople(people?.prefersLonger, words.length.even, words.length.people);
  return rows.length > 0 && section(words.length.title, words.length.lead, card(sharePlot(rows, reference)));
}

function sways(judges: readonly JudgeReport[]): HtmlValue {
  const plots = biasTerms.flatMap((term) => {
    const rows = rowsOf(judges, ({ biases }) => biases?.coefficients[term]);
    return rows.length === 0 ? [] : [titled(words.sways.terms[term], plotAroundZero(rows, words.sways.nothing))];
  });
  return plots.length > 0 && section(words.sways.title, words.sways.lead, plots);
}

function own(judges: readonly JudgeReport[]): HtmlValue {
  const plots = (['overPeople', 'overOthers'] as const).flatMap((over) => {
    const rows = rowsOf(judges, ({ own: work }) => inPoints(work?.[over]));
    const title = over === 'overPeople' ? words.own.people : words.own.others;
    return rows.length === 0 ? [] : [titled(title, plotAroundZero(rows, words.own.nothing))];
  });
  return plots.length > 0 && section(words.own.title, words.own.lead, plots);
}

function numbers(judges: readonly JudgeReport[]): Html {
  const rows = judges.map(({ judge, items, comparisons, ties, skips, people }) => {
    const kappa =
      people?.kappa && `${twoDecimals(people.kappa.value)} (${people.kappa.interval.map(twoDecimals).join(' – ')})`;
    const cells = [...[items, comparisons, ties, skips].map(formatCount), kappa ?? '–'];
    return html`<tr><th scope="row">${judge}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
  });
  return card(
    html`<div class="scroll"><table class="numbers"><thead><tr>${words.columns.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`,
  );
}

type Measured = { readonly value: number; readonly interval: Interval } | undefined;

const rangedOf = ({ value, interval: [low, high] }: NonNullable<Measured>): Ranged => ({ value, low, high });

const inPoints = (estimate: Measured): Measured =>
  estimate && { value: 100 * estimate.value, interval: [100 * estimate.interval[0], 100 * estimate.interval[1]] };

/** A row for each judge of which there is something to show. */
const rowsOf = (judges: readonly JudgeReport[], of: (judge: JudgeReport) => Measured): IntervalRow[] =>
  judges.flatMap((judge) => {
    const measured = of(judge);
    return measured ? [{ label: judge.judge, estimates: [rangedOf(measured)], color: 1 }] : [];
  });

const shareRows = (judges: readonly JudgeReport[], of: (judge: JudgeReport) => Share | undefined): IntervalRow[] =>
  rowsOf(judges, (judge) => {
    const share = of(judge);
    return share && { value: share.share, interval: share.interval };
  });

const sharePlot = (rows: readonly IntervalRow[], reference?: { at: number; label: string }): Html =>
  intervalPlot({ rows, domain: [0, 1], format: formatShare, ...(reference && { reference }) });

function plotAroundZero(rows: readonly IntervalRow[], label: string): Html {
  const ends = rows.flatMap(({ estimates }) => estimates.flatMap(({ low, high }) => [low, high]));
  const domain = nice(extent([...ends, 0]), 5);
  return intervalPlot({ rows, domain, reference: { at: 0, label }, format: (value) => formatNumber(value, 3) });
}

const card = (content: Html): Html => html`<div class="card panel">${content}</div>`;

const titled = (title: string, content: Html): Html => html`<h3 class="training">${title}</h3>${card(content)}`;
