import { type Html, html } from '../html.ts';
import type { ExplainedSample, JudgeView } from './explainedSamples.ts';
import { tabs } from './tabs.ts';
import { type DissectWords, named, type SampleKind } from './words.ts';

const kinds: readonly SampleKind[] = ['asked', 'surest', 'undecided', 'apart', 'wrong'];

/** Samples by why they are shown, each with its texts and what decides it. */
export function sampleBrowser(
  samples: readonly ExplainedSample[],
  groupName: (group: string) => string,
  words: DissectWords,
): Html {
  const parts = kinds.flatMap((kind) => {
    const own = samples.filter((sample) => sample.kind === kind);
    return own.length === 0
      ? []
      : [
          {
            label: words.browser.kinds[kind],
            content: html`${own.map((sample) => card(sample, groupName(sample.group), words))}`,
          },
        ];
  });
  return tabs('samples', parts);
}

function card(sample: ExplainedSample, group: string, words: DissectWords): Html {
  const { name, raw, judges, properties } = sample;
  const { browser } = words;
  return html`<article class="card sample"><header class="sample-head"><h3>${browser.sample(name)}</h3><span class="unit">${group}</span></header>
${raw && [html`<div class="prompt text" dir="auto"><span>${browser.prompt}</span>${raw.prompt}</div>`, html`<div class="sides">${side('A', raw.response_a, raw.model_a, sample, words)}${side('B', raw.response_b, raw.model_b, sample, words)}</div>`]}
<div class="decided">${properties.length === 0 ? html`<p class="note">${browser.nothing}</p>` : waterfall(sample, words)}${judges.length > 0 && properties.length === 0 && verdicts(judges, words)}</div></article>
`;
}

/** Whether the first judge's weights foretell that this response wins. */
const isForetold = (letter: 'A' | 'B', { judges }: ExplainedSample): boolean =>
  judges[0]!.prediction !== 0.5 && judges[0]!.prediction > 0.5 === (letter === 'A');

function side(
  letter: 'A' | 'B',
  text: string,
  model: string | undefined,
  sample: ExplainedSample,
  words: DissectWords,
): Html {
  const { browser } = words;
  const said = sample.judges.filter(({ label }) => label === letter).map(({ name }) => named(words, name));
  return html`<div class="side"><header><h3>${browser.response(letter)}</h3>${model && html`<span class="unit">${model}</span>`}${isForetold(letter, sample) && html`<span class="preferred">${browser.winner}</span>`}</header>
<div class="text" dir="auto">${text.trim()}</div>${said.length > 0 && html`<ul class="why">${said.map((name) => html`<li>${browser.chosenBy(name)}</li>`)}</ul>`}</div>`;
}

const percent = (share: number): string => (100 * share).toFixed(1);

function verdict({ prediction, interval, label }: JudgeView, words: DissectWords): Html {
  const { browser } = words;
  const letter = prediction > 0.5 ? 'A' : 'B';
  const said =
    prediction === 0.5
      ? browser.neither
      : browser.foretold(letter, `${percent(Math.max(prediction, 1 - prediction))} %`);
  return html`<b>${said}</b>${interval && html` <small>${browser.interval(`${percent(interval[0])} %`, `${percent(interval[1])} %`)}</small>`}${label !== undefined && label !== letter && prediction !== 0.5 && html` <span class="cut-off">${browser.said(label)}</span>`}`;
}

const verdicts = (judges: readonly JudgeView[], words: DissectWords): Html =>
  html`<ul class="why">${judges.map((judge) => html`<li>${named(words, judge.name)}: ${verdict(judge, words)}</li>`)}</ul>`;

/** Where a prediction stands before the first share and after each. */
function wayOf(shares: readonly number[]): number[] {
  const way = [0.5];
  for (const share of shares) way.push(way.at(-1)! + share);
  return way;
}

/** Each judge's way from one half to its prediction, property by property. */
function waterfall({ properties, judges }: ExplainedSample, words: DissectWords): Html {
  const ways = judges.map(({ shares }) => wayOf(shares));
  const reach = Math.max(0.05, ...ways.flat().map((p) => Math.abs(p - 0.5))) * 1.04;
  const place = (p: number) => 50 + (50 * (p - 0.5)) / reach;
  const step = (judge: number, i: number) => {
    const [from, to] = [place(ways[judge]![i]!), place(ways[judge]![i + 1]!)];
    const share = judges[judge]!.shares[i]!;
    const points = `${share > 0 ? '+' : ''}${percent(share).replace('-', '−')}`;
    return html`<td class="${share < 0 ? 'minus' : 'plus'}"><span class="fall"><i style="left:${Math.min(from, to).toFixed(2)}%;width:${Math.abs(to - from).toFixed(2)}%"></i></span><span class="reading">${points}</span></td>`;
  };
  return html`<div class="scroll"><table class="waterfall"><thead><tr><th></th><th>${words.browser.more}</th>${judges.map(({ name }) => html`<th style="width:${(72 / judges.length).toFixed(1)}%">${named(words, name)}</th>`)}</tr></thead>
<tbody>${properties.map(({ name, feature }, i) => html`<tr><th scope="row">${named(words, name)}</th><td>${feature > 0 ? 'A' : 'B'}</td>${judges.map((_, j) => step(j, i))}</tr>`)}</tbody>
<tfoot><tr><td></td><td></td>${judges.map((judge) => html`<td>${verdict(judge, words)}</td>`)}</tr></tfoot></table></div>`;
}
