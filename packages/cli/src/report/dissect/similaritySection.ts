import type { MeanSimilarity } from '@attune/preferences';
import { section } from '../blocks.ts';
import type { Estimate } from '../estimate.ts';
import { type Html, html } from '../html.ts';
import { intervalPlot } from '../intervalPlot.ts';
import type { SimilarityData } from './data.ts';
import { similarityMap } from './similarityMap.ts';
import { type DissectWords, named } from './words.ts';

const hundredths = (value: number): string => value.toFixed(2).replace('-', '−');

/** The map of all judges, kinds of judges, and what the posteriors leave open. */
export function similaritySection(data: SimilarityData, judges: readonly string[], words: DissectWords): Html {
  const { similarity } = words;
  const map = similarityMap({
    title: similarity.chart,
    unit: similarity.cells,
    judges: judges.map((judge) => named(words, judge)),
    matrix: data.matrix,
    clusters: data.clusters,
    groupings: data.groupings.map(({ grouping }) => ({
      title: similarity.by(named(words, grouping.name)),
      kinds: [...grouping.groups.values()].map((own) => own.map((judge) => judges.indexOf(judge))),
      names: [...grouping.groups.keys()].map((kind) => named(words, kind)),
    })),
  });
  return section(
    similarity.title,
    similarity.lead(data.over.length),
    map,
    data.groupings.length > 0 && kinds(data, words),
    data.posterior && posterior(data.posterior, words),
  );
}

const estimate = ({ value, interval = [value, value] }: MeanSimilarity, n: number): Estimate => ({
  ...{ value, n },
  ...{ low: interval[0], high: interval[1] },
});

function kinds({ groupings }: SimilarityData, words: DissectWords): Html {
  const { similarity } = words;
  const plots = groupings.map(({ kinds: { name, groups, intra, inter, gap } }) => {
    const inside = groups.flatMap((group, i) =>
      intra[i]
        ? [
            {
              label: similarity.within(named(words, group.name), group.judges.length),
              estimates: [estimate(intra[i], group.judges.length)],
              color: 1,
            },
          ]
        : [],
    );
    const all = groups.reduce((sum, { judges }) => sum + judges.length, 0);
    const across = inter ? [{ label: similarity.across, estimates: [estimate(inter, all)], color: 2 }] : [];
    return { name, rows: [...inside, ...across], gap };
  });
  const ends = plots.flatMap(({ rows }) => rows.flatMap(({ estimates }) => estimates.map(({ low }) => low)));
  const least = Math.floor(10 * Math.min(0.9, ...ends)) / 10;
  return html`<div class="card panel kinds below"><h3>${similarity.kindsTitle}</h3>${plots.map(
    ({ name, rows, gap }) =>
      html`<div><h3 class="panel-title">${similarity.by(named(words, name))}</h3>${intervalPlot({ rows, domain: [least, 1], format: hundredths })}${gap && html`<p class="note">${similarity.gap(hundredths(gap.value), gap.interval ? similarity.to(...(gap.interval.map(hundredths) as [string, string])) : '')}</p>`}</div>`,
  )}<p class="note">${similarity.kindsNote}</p></div>`;
}

function posterior(pairs: NonNullable<SimilarityData['posterior']>, words: DissectWords): Html {
  const { similarity } = words;
  const rows = pairs.map(({ judges: [one, other], median, interval: [low, high] }) => ({
    label: similarity.pair(named(words, one), named(words, other)),
    estimates: [{ value: median, low, high }],
    color: 1,
  }));
  const least = Math.floor(10 * Math.min(0, ...rows.flatMap(({ estimates }) => estimates.map(({ low }) => low)))) / 10;
  return html`<details class="below"${pairs.length <= 12 && html` open`}><summary>${similarity.posteriorTitle}</summary><div class="card panel below">${intervalPlot({ rows, domain: [least, 1], format: hundredths })}<p class="note">${similarity.posteriorNote}</p></div></details>`;
}
