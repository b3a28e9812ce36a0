import type { StepLine } from '../run/lines.ts';
import { formatCount, formatDuration, formatNumber, formatShare } from '../terminal/format.ts';
import {
  factTable,
  type SamplePair,
  type Stat,
  type Step,
  samplePair,
  section,
  statCards,
  stepList,
  type Weight,
  weightBars,
} from './blocks.ts';
import { trainingCurves } from './curves.ts';
import type { Estimate } from './estimate.ts';
import { histogram, median } from './histogram.ts';
import { type Html, html } from './html.ts';
import { intervalPlot } from './intervalPlot.ts';
import { page } from './page.ts';
import { text } from './text.ts';

/** Everything that `attune demo` found out. Shares are 0 to 1. */
export interface DemoReportData {
  readonly title: string;
  /** Facts about the model and the run, for the table at the end: name, size, source, licence, machine. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** What was done, in plain words and in order. */
  readonly steps: readonly Step[];
  /** Of held-out prompts won against the start, ties counting half. */
  readonly winRate: Estimate & { readonly wins: number; readonly ties: number; readonly losses: number };
  /** Pairs of held-out prompts that the trained model's rewards rank as the annotator did. */
  readonly heldOutAccuracy: Estimate;
  /** KL(aligned ‖ start), nats per response. */
  readonly kl: Estimate;
  readonly annotator: {
    readonly weights: readonly Weight[];
    /** Share of its choices that go against its own scores. */
    readonly noise: number;
  };
  /** How often a response to a held-out prompt has a property. */
  readonly properties: readonly { readonly name: string; readonly before: Estimate; readonly after: Estimate }[];
  /** Lengths of the responses to held-out prompts, in tokens. */
  readonly lengths: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** The most telling first; the first few are shown open. */
  readonly samples: readonly SamplePair[];
  /** The run's `metrics.jsonl`. */
  readonly metrics: readonly StepLine[];
  /** Beyond what is true of every demo (the annotator is simulated, and judged what it taught). */
  readonly caveats: readonly string[];
  /** Shell commands that repeat the run. */
  readonly commands: readonly string[];
}

const openSamples = 3;
const { demo: words } = text;

/** The report of `attune demo`: a page that shows what changed and why, for people. */
export function demoReport(data: DemoReportData): string {
  const { winRate, samples } = data;
  return page(
    data.title,
    html`<header><p class="eyebrow">${words.eyebrow}</p><h1>${data.title}</h1>
<p class="lede">${words.lede(formatShare(winRate.value), winRate.n, verdict(winRate))}</p></header>
${hero(winRate)}
${statCards(stats(data))}
${section(words.samplesTitle, words.samplesLead, samples.slice(0, openSamples).map(samplePair), moreSamples(samples.slice(openSamples)))}
${section(words.annotatorTitle, words.annotatorLead, callout(), weightBars(data.annotator.weights), html`<p class="note">${words.noise(formatShare(data.annotator.noise))}</p>`)}
${section(words.changedTitle, words.changedLead, changes(data))}
${section(words.curvesTitle, words.curvesLead, html`<div class="grid2 first-c1">${trainingCurves(data.metrics)}</div>`)}
${section(words.stepsTitle, undefined, stepList(data.steps))}
${section(words.caveatsTitle, undefined, html`<ul class="caveats">${[words.simulatedCaveat, words.sameAnnotatorCaveat, ...data.caveats].map((caveat) => html`<li>${caveat}</li>`)}</ul>`)}
${section(words.reproduceTitle, words.reproduceLead, html`<pre>${data.commands.join('\n')}</pre>`)}
${section(words.modelTitle, undefined, factTable(data.facts))}`,
  );
}

/** What the interval says about an even chance. */
function verdict({ low, high }: Estimate): 'better' | 'worse' | 'unclear' {
  if (low > 0.5) return 'better';
  return high < 0.5 ? 'worse' : 'unclear';
}

/** The one number that matters, with its interval, against an even chance. */
function hero(winRate: DemoReportData['winRate']): Html {
  const [number, percent] = formatShare(winRate.value).split(' ');
  const asPercent = (share: number) => `${formatNumber(share * 100)} %`;
  const interval = text.interval(formatShare(winRate.low), formatShare(winRate.high), winRate.n);
  return html`<div class="card hero"><div><div class="figure">${number}<small>${percent}</small></div><p class="caption">${words.winRate}</p></div>
<div class="first-c1">${intervalPlot({ rows: [{ label: words.winRate, estimates: [winRate] }], domain: [0, 1], reference: { at: 0.5, label: words.even }, format: asPercent })}
<p class="note">${interval} · ${words.tally(winRate.wins, winRate.ties, winRate.losses)}</p></div></div>`;
}

function stats({ heldOutAccuracy, lengths, kl, steps }: DemoReportData): Stat[] {
  const range = (e: Estimate, format: (value: number) => string) => text.interval(format(e.low), format(e.high), e.n);
  const round = (value: number) => formatNumber(value, 3);
  return [
    {
      name: words.heldOutAccuracy,
      value: formatShare(heldOutAccuracy.value),
      detail: range(heldOutAccuracy, formatShare),
    },
    {
      name: words.length,
      value: formatCount(median(lengths.after)),
      detail: words.lengthDetail(formatCount(median(lengths.before))),
    },
    { name: words.kl, value: round(kl.value), detail: `${words.klDetail}; ${range(kl, round)}` },
    { name: words.time, value: formatDuration(steps.reduce((sum, { seconds }) => sum + seconds, 0)) },
  ];
}

const callout = (): Html => html`<div class="callout"><b>${words.notHuman}</b><span>${words.notHumanText}</span></div>`;

const moreSamples = (samples: readonly SamplePair[]): Html | false =>
  samples.length > 0 &&
  html`<details><summary>${words.moreSamples(samples.length)}</summary>${samples.map(samplePair)}</details>`;

const changes = ({ properties, lengths }: DemoReportData): Html =>
  html`<div class="grid2"><div class="card panel wide">${intervalPlot({
    rows: properties.map(({ name, before, after }) => ({ label: name, estimates: [before, after] })),
    names: [text.before, text.after],
    domain: [0, 1],
    format: (share) => `${formatNumber(share * 100, 3)} %`,
  })}</div>
<div class="wide">${histogram({
    title: words.lengths,
    unit: words.tokens,
    series: [
      { name: text.before, values: lengths.before },
      { name: text.after, values: lengths.after },
    ],
    medianLabel: text.median,
  })}</div></div>`;
