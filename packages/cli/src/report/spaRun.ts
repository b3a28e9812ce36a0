import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { mean, standardDeviation, toText } from '@attune/preferences';
import { formatCount, formatNumber, formatShare } from '../terminal/format.ts';
import { promptBox, type Stat, section, signed, statCards } from './blocks.ts';
import { confidenceRidges } from './confidenceRidges.ts';
import { doubtChart } from './doubtChart.ts';
import type { Estimate } from './estimate.ts';
import { type Html, html } from './html.ts';
import { intervalPlot } from './intervalPlot.ts';
import { page } from './page.ts';
import { pointsOf } from './panel.ts';
import { runSettings, settingsSection } from './settingsSection.ts';
import { type FullPair, type JudgedResponse, readSpaRun, type SpaRound, type SpaRun } from './spaData.ts';
import { stackedBars } from './stackedBars.ts';
import { type Stage, stageChart } from './stageChart.ts';
import { text } from './text.ts';

const { spa: words, curves } = text;

/** Whether a folder holds a run of rounds: they lie in it, or the training on the seed does. */
export const hasRounds = (folder: string): boolean =>
  ['seed', 'round-1'].some((part) => existsSync(join(folder, part)));

/**
 * The report of a run of spread preference annotation: Kim et al. 2025 (arXiv:2406.04412). How each round's labels came
 * about, how sure they were, which of them training doubted, and whether the responses drift.
 *
 * @throws RunError when the folder holds no run
 */
export function spaReport(folder: string): string {
  const settings = runSettings(folder);
  const run = readSpaRun(folder);
  const judged = run.rounds.filter(({ pairs }) => pairs.length > 0);
  const name = basename(resolve(folder));
  return page(
    name,
    html`<header><p class="eyebrow">${words.eyebrow}</p><h1>${name}</h1><p class="lede">${lede(run, judged)}</p></header>
${judged.length > 0 && [statCards(stats(judged)), ...sections(judged)]}
${stagesSection(run)}
${timeSection(run)}
${judged.length > 0 && samplesSection(judged.at(-1)!)}
${settingsSection(settings)}
`,
  );
}

function lede({ seed }: SpaRun, judged: readonly SpaRound[]): string {
  const pairs = judged.reduce((sum, round) => sum + round.pairs.length, 0);
  if (pairs > 0) return words.lede(formatCount(pairs), judged.length);
  return seed.length > 0 ? words.onlySeed : text.run.empty;
}

const share = (values: readonly boolean[]): number => mean(values.map(Number));
const confidence = ({ pairs }: SpaRound): number => mean(pairs.map(({ probability }) => probability));
const flaggedShare = ({ pairs }: Pick<SpaRound, 'pairs'>): number => share(pairs.map(({ flagged }) => flagged));
/** Of the pairs whose responses differ in length; NaN where none does: all may have been cut at the limit. */
function longerChosen({ pairs }: SpaRound): number {
  const apart = pairs.filter((pair) => pair.chosen !== pair.rejected);
  return apart.length > 0 ? share(apart.map((pair) => pair.chosen > pair.rejected)) : Number.NaN;
}

/** Where the last round stands, and where the first one stood. */
function stats(rounds: readonly SpaRound[]): Stat[] {
  const [first, last] = [rounds[0]!, rounds.at(-1)!];
  const moved = (name: string, of: (round: SpaRound) => number, format: (value: number) => string): Stat => ({
    name,
    value: format(of(last)),
    ...(rounds.length > 1 && { detail: words.firstRound(format(of(first))) }),
  });
  const judging = judgingShare(rounds);
  return [
    moved(words.confidence, confidence, formatShare),
    moved(words.flagged, flaggedShare, formatShare),
    moved(words.chosenLength, (round) => lengthOf(round, 'chosen').value, tokens),
    moved(words.cutOff, ({ cutOff }) => cutOff, formatShare),
    ...(judging === undefined
      ? []
      : [{ name: words.judgingTime, value: formatShare(judging), detail: words.ofAllRounds }]),
  ];
}

const sections = (rounds: readonly SpaRound[]): Html[] => [
  section(words.roundsTitle, words.roundsLead, roundsTable(rounds)),
  section(
    words.sureTitle,
    words.sureLead,
    confidenceRidges(
      rounds.map((round) => ({ name: words.round(round.number), judgments: round.pairs })),
      words.ridges,
    ),
  ),
  section(
    words.doubtTitle,
    words.doubtLead,
    doubtChart(rounds.map(({ number, doubts }) => ({ name: words.round(number), doubts }))),
  ),
  section(words.driftTitle, words.driftLead, lengthPlot(rounds)),
];

function roundsTable(rounds: readonly SpaRound[]): Html {
  const { table } = words;
  const columns = [
    ...[table.prompts, table.pairs, table.dropped, table.ties, table.cutOff, table.confidence],
    ...[table.flagged, table.longer],
  ];
  const cells = (round: SpaRound): string[] => [
    formatCount(round.judged),
    formatCount(round.pairs.length),
    formatCount(round.judged - round.pairs.length),
    formatCount(round.ties),
    ...[round.cutOff, confidence(round), flaggedShare(round), longerChosen(round)].map(formatShare),
  ];
  return html`<div class="card panel"><div class="scroll"><table class="numbers"><thead><tr><th></th>${columns.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rounds.map((round) => html`<tr><th scope="row">${words.round(round.number)}</th>${cells(round).map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>
<p class="note">${table.note}</p></div>`;
}

/** A mean of lengths in tokens with its normal 95 % interval. */
function lengthOf({ pairs }: SpaRound, side: 'chosen' | 'rejected'): Estimate {
  const lengths = pairs.map((pair) => pair[side]);
  const value = mean(lengths);
  const half = lengths.length > 1 ? (1.96 * standardDeviation(lengths)) / Math.sqrt(lengths.length) : 0;
  return { value, low: value - half, high: value + half, n: lengths.length };
}

const tokens = (length: number): string => formatNumber(length, 3);

function lengthPlot(rounds: readonly SpaRound[]): Html {
  const rows = rounds.map((round) => ({
    label: words.round(round.number),
    estimates: [lengthOf(round, 'chosen'), lengthOf(round, 'rejected')],
  }));
  const ends = rows.flatMap(({ estimates }) => estimates.map(({ high }) => high));
  return html`<div class="card panel first-c1">${intervalPlot({
    rows,
    names: [curves.chosen, curves.rejected],
    domain: [0, Math.max(1, ...ends) * 1.05],
    format: tokens,
  })}</div>`;
}

/** Every training of the run, beside each other. */
function stagesSection({ seed, rounds }: SpaRun): Html | false {
  const trainings = [
    ...(seed.length > 0 ? [{ name: words.seed, metrics: seed }] : []),
    ...rounds.map(({ number, metrics }) => ({ name: words.round(number), metrics })),
  ].filter(({ metrics }) => metrics.length > 0);
  if (trainings.length === 0) return false;
  const stages = (key: string): Stage[] =>
    trainings.map(({ name, metrics }) => ({ name, points: pointsOf(metrics, key) }));
  const chart = { xLabel: curves.step, smoothing: 0.8 };
  return section(
    words.trainingTitle,
    words.trainingLead,
    html`<div class="rows first-c1">${[
      stageChart({ ...chart, title: curves.loss, unit: words.natsPerPair, stages: stages('loss') }),
      stageChart({ ...chart, title: curves.margin, unit: curves.natsTimesBeta, stages: stages('rewards/margins') }),
    ]}</div>`,
  );
}

/** Keys of the parts of a round's time in `metrics.jsonl`. */
const timeKeys = ['spa/sampling_seconds', 'spa/judging_seconds', 'spa/training_seconds'] as const;

const secondsOf = ({ summary }: SpaRound): number[] => timeKeys.map((key) => Number(summary?.[key] ?? 0));

/** What judging took of the time of the rounds that are over; undefined where none is. */
function judgingShare(rounds: readonly SpaRound[]): number | undefined {
  const parts = rounds.filter(({ summary }) => summary).map(secondsOf);
  const total = parts.flat().reduce((sum, part) => sum + part, 0);
  return total > 0 ? parts.reduce((sum, part) => sum + part[1]!, 0) / total : undefined;
}

function timeSection({ seed, rounds }: SpaRun): Html | false {
  const over = rounds.filter(({ summary }) => summary);
  if (over.length === 0) return false;
  const seedSeconds = Number(seed.at(-1)?.time) - Number(seed[0]?.time);
  const rows = over.map((round) => ({
    label: words.round(round.number),
    seconds: secondsOf(round),
    note: words.judgingNote(formatShare(judgingShare([round]) ?? 0)),
  }));
  const before = seed.length > 0 ? [{ label: words.seed, seconds: [0, 0, seedSeconds] }] : [];
  return section(words.timeTitle, words.timeLead, stackedBars(words.timeParts, [...before, ...rows]));
}

function samplesSection({ number, shown }: SpaRound): Html {
  const group = (kind: keyof typeof shown) =>
    shown[kind].length > 0 &&
    html`<h3 class="training">${words.groups[kind].title} <span class="unit">${words.groups[kind].unit}</span></h3>${shown[kind].map(pairCard)}`;
  return section(words.samplesTitle, words.samplesLead(number), [
    group('surest'),
    group('undecided'),
    group('flagged'),
  ]);
}

function pairCard({ prompt, chosen, rejected, probability, extrapolated, flagged }: FullPair): Html {
  const about = [
    { name: words.confidenceFact, value: formatShare(probability) },
    ...(extrapolated === undefined ? [] : [{ name: words.extrapolatedFact, value: signed(extrapolated) }]),
  ];
  return html`<article class="card sample">${promptBox(toText(prompt))}
<div class="sides">${responseSide(curves.chosen, chosen, about, flagged)}${responseSide(curves.rejected, rejected, [], false)}</div></article>
`;
}

function responseSide(
  name: string,
  { text: said, tokens: length, reward, finish }: JudgedResponse,
  about: readonly { readonly name: string; readonly value: string }[],
  isFlagged: boolean,
): Html {
  const facts = [
    ...about,
    { name: words.rewardFact, value: signed(reward) },
    { name: curves.tokens, value: formatCount(length) },
  ];
  return html`<div class="side"><header><h3>${name}</h3>${isFlagged && html`<span class="cut-off">${words.flaggedMark}</span>`}${finish === 'length' && html`<span class="cut-off">${text.ppo.cutOff}</span>`}</header>
<p class="text" dir="auto">${said.trim()}</p>
<ul class="why">${facts.map((fact) => html`<li>${fact.name} <b>${fact.value}</b></li>`)}</ul></div>`;
}
