import type { StepLine } from '../run/lines.ts';
import { formatDuration, formatNumber, formatShare } from '../terminal/format.ts';
import { factTable, type Sample, type Step, sampleCard, section, stepList, type Weight, weightBars } from './blocks.ts';
import { trainingCurves } from './curves.ts';
import type { Estimate } from './estimate.ts';
import { histogram } from './histogram.ts';
import { type Html, html } from './html.ts';
import { intervalPlot } from './intervalPlot.ts';
import { page } from './page.ts';
import { type RewardModelReport, rewardSection } from './rewardSection.ts';
import { type SelfLabels, selfLabelsSection } from './selfLabels.ts';
import { type ComparedSystem, systemsTable } from './systemsTable.ts';
import { text, type Verdict } from './text.ts';

/** What a model's responses to the held-out prompts are like. */
export interface Responses {
  /** Tokens of each. */
  readonly lengths: readonly number[];
  /** How often they have each of the report's properties, in their order. */
  readonly properties: readonly Estimate[];
}

/** A model that was trained. */
export interface DemoSystem extends Responses, ComparedSystem {
  /** Of held-out prompts won against the start, ties counting half. */
  readonly winRate: Estimate;
  /** Held-out pairs that its own log-probabilities rank as the annotator did, where it learned from pairs. */
  readonly pairsRanked?: Estimate;
  /** The run's `metrics.jsonl`. */
  readonly metrics: readonly StepLine[];
}

/** Everything that `attune demo` found out. Shares are 0 to 1. */
export interface DemoReportData {
  readonly title: string;
  /** Facts about the model and the run, for the table at the end: name, size, source, licence, machine. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** What was done, in plain words and in order. */
  readonly steps: readonly Step[];
  /** The model that training started from. */
  readonly start: Responses;
  readonly systems: readonly DemoSystem[];
  readonly rewardModel: RewardModelReport & { readonly metrics: readonly StepLine[] };
  readonly selfLabels: SelfLabels;
  readonly annotator: {
    readonly weights: readonly Weight[];
    /** Share of its choices that go against its own scores. */
    readonly noise: number;
  };
  /** Names of the properties that responses may have. */
  readonly properties: readonly string[];
  /** The most telling first; the first few are shown open. */
  readonly samples: readonly Sample[];
  /** Beyond what is true of every demo (the annotator is simulated, and judged what it taught). */
  readonly caveats: readonly string[];
  /** Shell commands that repeat the run. */
  readonly commands: readonly string[];
}

const openSamples = 3;
const openCurves = 4;
const { demo: words } = text;

/** The report of `attune demo`: a page that shows what changed and why, for people. */
export function demoReport(data: DemoReportData): string {
  const { start, systems, samples, rewardModel } = data;
  return page(
    data.title,
    html`<header><p class="eyebrow">${words.eyebrow}</p><h1>${data.title}</h1>
<p class="lede">${lede(systems)}</p></header>
${hero(systems)}
<div class="systems below">${systemsTable(start, systems)}</div>
${section(words.samplesTitle, words.samplesLead, samples.slice(0, openSamples).map(sampleCard), moreSamples(samples.slice(openSamples)))}
${section(words.annotatorTitle, words.annotatorLead, callout(), weightBars(data.annotator.weights), html`<p class="note">${words.noise(formatShare(data.annotator.noise))}</p>`)}
${section(words.changedTitle, words.changedLead, changes(data))}
${rewardSection(rewardModel, systems.find(({ pairsRanked }) => pairsRanked)?.pairsRanked)}
${selfLabelsSection(data.selfLabels)}
${section(words.curvesTitle, words.curvesLead, trainings(data).map(curvesOf))}
${section(words.stepsTitle, words.stepsLead(formatDuration(data.steps.reduce((sum, { seconds }) => sum + seconds, 0))), stepList(data.steps))}
${section(words.caveatsTitle, undefined, html`<ul class="caveats">${[words.simulatedCaveat, words.sameAnnotatorCaveat, ...data.caveats].map((caveat) => html`<li>${caveat}</li>`)}</ul>`)}
${section(words.reproduceTitle, words.reproduceLead, html`<pre>${data.commands.join('\n')}</pre>`)}
${section(words.modelTitle, undefined, factTable(data.facts))}`,
  );
}

const lede = (systems: readonly DemoSystem[]): string =>
  words.lede(
    systems[0]!.winRate.n,
    systems.map(({ name, winRate }) => ({ name, winRate: formatShare(winRate.value), verdict: verdict(winRate) })),
  );

/** What the interval says about an even chance. */
function verdict({ low, high }: Estimate): Verdict {
  if (low > 0.5) return 'better';
  return high < 0.5 ? 'worse' : 'unclear';
}

/** The numbers that matter most, each with its interval, against an even chance. */
const hero = (systems: readonly DemoSystem[]): Html =>
  html`<div class="card hero systems"><p class="caption">${words.winRate}</p>${intervalPlot({
    rows: systems.map(({ name, winRate }, i) => ({ label: name, estimates: [winRate], color: i + 1 })),
    domain: [0, 1],
    reference: { at: 0.5, label: words.even },
    format: (share) => `${formatNumber(share * 100, 3)}\u00a0%`,
  })}<p class="note">${words.intervals(
    systems.map(({ name, winRate: { low, high } }) => `${name} ${words.range(formatShare(low), formatShare(high))}`),
    systems[0]!.winRate.n,
  )}</p></div>`;

const callout = (): Html => html`<div class="callout"><b>${words.notHuman}</b><span>${words.notHumanText}</span></div>`;

const moreSamples = (samples: readonly Sample[]): Html | false =>
  samples.length > 0 &&
  html`<details><summary>${words.moreSamples(samples.length)}</summary>${samples.map(sampleCard)}</details>`;

function changes({ properties, start, systems }: DemoReportData): Html {
  const all = [{ name: words.start, ...start }, ...systems];
  return html`<div class="grid2 systems"><div class="card panel wide">${intervalPlot({
    rows: properties.map((label, i) => ({ label, estimates: all.map((system) => system.properties[i]!) })),
    names: all.map(({ name }) => name),
    domain: [0, 1],
    format: (share) => `${formatNumber(share * 100, 3)} %`,
  })}</div>
<div class="wide">${histogram({
    title: words.lengths,
    unit: words.tokens,
    series: all.map(({ name, lengths }) => ({ name, values: lengths })),
    medianLabel: text.median,
  })}</div></div>`;
}

interface Training {
  readonly name: string;
  readonly metrics: readonly StepLine[];
}

/** What was trained, in that order: PPO after the reward model that it learned from. */
function trainings({ systems, rewardModel }: DemoReportData): Training[] {
  const model = { name: words.rewardTitle, metrics: rewardModel.metrics };
  return [systems[0]!, model, ...systems.slice(1)];
}

function curvesOf({ name, metrics }: Training): Html {
  const charts = trainingCurves(metrics);
  const rest = charts.slice(openCurves);
  return html`<h3 class="training">${name}</h3><div class="grid2 first-c1">${charts.slice(0, openCurves)}</div>
${rest.length > 0 && html`<details><summary>${words.moreCurves(rest.length)}</summary><div class="grid2 first-c1">${rest}</div></details>`}`;
}
