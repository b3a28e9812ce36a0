import { degree, meanDegree, type WeightTable } from '@attune/preferences';
import { section } from '../blocks.ts';
import { type Html, html } from '../html.ts';
import { page } from '../page.ts';
import { type DissectReportData, groupName } from './data.ts';
import { degreeMap } from './degreeMap.ts';
import { dissectStyle } from './dissectStyle.ts';
import { foretoldSection } from './foretoldSection.ts';
import { judgeDifferences } from './judgeDifferences.ts';
import { judgeScatter } from './judgeScatter.ts';
import { type PlottedJudge, propertyPlot } from './propertyPlot.ts';
import { sampleBrowser } from './sampleBrowser.ts';
import { similaritySection } from './similaritySection.ts';
import { strengthSection } from './strengthSection.ts';
import { tabs } from './tabs.ts';
import { type WeightScale, weightScale } from './weightScale.ts';
import { type DissectWords, named } from './words.ts';

/** The report of a dissection as a page: Li et al. 2024 (arXiv:2402.11296), with what is uncertain about it. */
export function dissectReport(data: DissectReportData, words: DissectWords): string {
  const { weights, similarity, strengths, samples } = data;
  const title = words.title(weights.judges.map((judge) => named(words, judge)));
  return page(
    title,
    html`<header><p class="eyebrow">${words.eyebrow}</p><h1>${title}</h1><p class="lede">${words.lede(weights.names.length, weights.groups.length)}</p></header>
${portraits(data, words)}
${mapSection(data, words)}
${groupsSection(data, words)}
${similarity && similaritySection(similarity, weights.judges, words)}
${strengths.length > 0 && strengthSection(strengths, similarity && { judges: weights.judges, matrix: similarity.matrix }, words)}
${foretoldSection(data, words)}
${samples.length > 0 && section(words.browser.title, words.browser.lead, browser(data, words))}
${section(words.caveats.title, undefined, html`<ul class="caveats">${words.caveats.list.map((one) => html`<li>${one}</li>`)}</ul>`)}
`,
    { ...words, style: dissectStyle },
  );
}

const portraits = (data: DissectReportData, words: DissectWords): Html => {
  const bare = data.weights.judges.filter((judge) => !hasIntervals(data.weights, judge));
  const warning =
    bare.length === data.weights.judges.length
      ? words.noIntervals.all
      : words.noIntervals.some(bare.map((judge) => named(words, judge)));
  return section(
    words.portraits.title,
    words.joined(words.portraits.lead(data.over.length), words.degree),
    bare.length > 0 && html`<div class="callout"><b>${words.noIntervals.title}</b><span>${warning}</span></div>`,
    html`<div class="portraits">${data.shown.map((judge, i) => portrait(data, judge, i + 1, words))}</div>`,
  );
};

const hasIntervals = (weights: WeightTable, judge: string): boolean =>
  weights.groups.every((group) => weights.at(judge, group)?.quantiles !== undefined || !weights.at(judge, group));

function portrait({ weights, over }: DissectReportData, judge: string, color: number, words: DissectWords): Html {
  const ranked = weights.names
    .map((name) => ({ name, p: meanDegree(weights, judge, name, over) }))
    .sort((a, b) => b.p - a.p);
  const list = (title: string, own: readonly { name: string; p: number }[]) =>
    html`<h4>${title}</h4><ol>${own.map(({ name, p }) => html`<li class="${p < 50 ? 'disliked' : 'liked'}"><span>${named(words, name)}</span><b>${p.toFixed(1)}</b></li>`)}</ol>`;
  return html`<div class="card portrait c${color}"><h3>${named(words, judge)}</h3>${list(words.portraits.most, ranked.slice(0, 3))}${list(words.portraits.least, ranked.slice(-3))}</div>`;
}

/** P of everything everywhere, a map for each judge; nothing where there is one group only. */
function mapSection({ weights, scenarios, shown }: DissectReportData, words: DissectWords): Html | false {
  if (weights.groups.length < 2) return false;
  const { map } = words;
  const fits = shown.flatMap((judge) => weights.groups.flatMap((group) => weights.at(judge, group) ?? []));
  const reach = Math.max(...fits.flatMap(({ mean }) => mean.map((w) => Math.abs(degree(w) - 50))), 1);
  const parts = shown.map((judge) => ({
    label: named(words, judge),
    content: degreeMap({
      title: named(words, judge),
      properties: weights.names.map((name) => named(words, name)),
      groups: weights.groups.map((group) => ({
        name: groupName(scenarios, words, group),
        fit: weights.at(judge, group),
      })),
      reach,
      words,
    }),
  }));
  const sure = shown.some((judge) => hasIntervals(weights, judge)) ? [map.sure] : [];
  return section(map.title, words.joined(map.lead, ...sure), tabs('map', parts));
}

/** Each group: its properties, and the first judge against each of the others. */
function groupsSection({ weights, scenarios, shown }: DissectReportData, words: DissectWords): Html {
  const { byGroup } = words;
  const properties = weights.names.map((name) => named(words, name));
  const parts = weights.groups.flatMap((group) => {
    const judges = shown.flatMap((judge, i): PlottedJudge[] => {
      const fit = weights.at(judge, group);
      return fit ? [{ name: named(words, judge), fit, color: i + 1 }] : [];
    });
    const [first, ...others] = judges;
    if (!first) return [];
    const label = groupName(scenarios, words, group);
    const { samples } = first.fit;
    const unit = samples === undefined ? undefined : byGroup.samples(String(samples));
    const scale = weightScale(
      judges.map(({ fit }) => fit),
      words,
    );
    const content = html`${propertyPlot({ title: label, unit, properties, judges, scale })}
${others.map((other) => against([first, other], properties, scale, words))}`;
    return [{ label, content }];
  });
  const bars = shown.some((judge) => hasIntervals(weights, judge)) ? [byGroup.intervals] : [];
  return section(byGroup.title, words.joined(byGroup.lead, ...bars), tabs('group', parts));
}

/** Two judges in a group: all properties at a glance, and where they differ most. */
function against(
  judges: readonly [PlottedJudge, PlottedJudge],
  properties: readonly string[],
  scale: WeightScale,
  { byGroup }: DissectWords,
): Html {
  const [one, other] = judges;
  const title = byGroup.against(one.name, other.name);
  const common = { properties, judges, scale };
  return html`<div class="grid2 below">${judgeScatter({ title, unit: byGroup.scatterUnit, ...common })}${judgeDifferences({ title: byGroup.more(other.name, one.name), equal: byGroup.equal, bars: byGroup.differenceBars, ...common })}</div>`;
}

function browser({ samples, scenarios }: DissectReportData, words: DissectWords): Html {
  const isUncertain = samples.some(({ judges }) => judges.some(({ interval }) => interval));
  const note = words.joined(words.browser.note, ...(isUncertain ? [words.browser.uncertainty] : []));
  return html`${sampleBrowser(samples, (group) => groupName(scenarios, words, group), words)}<p class="note">${note}</p>`;
}
