import { basename, join, resolve } from 'node:path';
import { readStepLines, type StepLine } from '../run/lines.ts';
import { formatCount, formatDuration, formatNumber, formatShare } from '../terminal/format.ts';
import { type Stat, section, statCards } from './blocks.ts';
import { trainingCurves } from './curves.ts';
import { areDoubted, doubtChart } from './doubtChart.ts';
import { type Html, html } from './html.ts';
import { page } from './page.ts';
import { areRewarded, ppoSamples, ppoStats } from './ppoRun.ts';
import { rewardSections } from './rewardRun.ts';
import { runSettings, settingsSection } from './settingsSection.ts';
import { hasRounds, spaReport } from './spaRun.ts';
import { text } from './text.ts';

const mostSamples = 12;
const { run: words, spa } = text;

/**
 * The report of a training run: what it logged, what it sampled, how it was set. Rounds of self-annotation have a page
 * of their own form, `spaReport`.
 *
 * @throws RunError when the folder holds no run
 */
export function runReport(folder: string): string {
  if (hasRounds(folder)) return spaReport(folder);
  const settings = runSettings(folder);
  const metrics = readStepLines(join(folder, 'metrics.jsonl'));
  const samples = readStepLines(join(folder, 'samples.jsonl'));
  const name = basename(resolve(folder));
  return page(
    name,
    html`<header><p class="eyebrow">${words.eyebrow}</p><h1>${name}</h1>${metrics.length > 0 ? html`<p class="lede">${summary(metrics)}</p>` : html`<p class="lede">${words.empty}</p>`}</header>
${statCards(stats(metrics))}
${metrics.length > 0 && section(words.curvesTitle, undefined, html`<div class="grid2 first-c1">${trainingCurves(metrics)}</div>`)}
${rewardSections(folder)}
${samplesSection(name, samples)}
${settingsSection(settings)}
`,
  );
}

const secondsOf = (metrics: readonly StepLine[]): number => Number(metrics.at(-1)?.time) - Number(metrics[0]?.time);

const summary = (metrics: readonly StepLine[]): string =>
  words.summary(formatCount(metrics.at(-1)!.step), formatDuration(secondsOf(metrics)));

/** The run's last words: of each number that it has, the last. */
function stats(metrics: readonly StepLine[]): Stat[] {
  const valuesOf = (key: string) => metrics.flatMap((line) => (typeof line[key] === 'number' ? [line[key]] : []));
  const card = (name: string, key: string, format: (value: number) => string): Stat[] => {
    const values = valuesOf(key);
    return values.length === 0
      ? []
      : [{ name, value: format(values.at(-1)!), detail: words.lossDetail(format(values[0]!)) }];
  };
  const tokens = valuesOf('num_tokens').at(-1);
  const { curves } = text;
  return [
    ...ppoStats(metrics),
    ...card(`${curves.loss} (${curves.training})`, 'loss', formatNumber),
    ...card(`${curves.loss} (${curves.heldOut})`, 'eval_loss', formatNumber),
    ...card(`${curves.accuracy} (${curves.training})`, 'rewards/accuracies', formatShare),
    ...card(`${curves.accuracy} (${curves.heldOut})`, 'eval_rewards/accuracies', formatShare),
    ...card(`${curves.accuracy} (${curves.training})`, 'accuracy', formatShare),
    ...card(`${curves.accuracy} (${curves.heldOut})`, 'eval_accuracy', formatShare),
    ...(tokens === undefined ? [] : [{ name: words.tokens, value: formatCount(tokens) }]),
  ];
}

/** What the run left of single responses or pairs. */
function samplesSection(name: string, samples: readonly StepLine[]): Html | false {
  if (areDoubted(samples)) return section(spa.doubtTitle, spa.doubtLead, doubtChart([{ name, doubts: samples }]));
  return samples.length > 0 && (areRewarded(samples) ? ppoSamples(samples) : lastSamples(samples));
}

/** What the model said the last time it was asked. */
function lastSamples(samples: readonly StepLine[]): Html {
  const { step } = samples.at(-1)!;
  const shown = samples.filter((sample) => sample.step === step).slice(0, mostSamples);
  return section(words.samplesTitle, words.samplesLead(formatCount(step)), shown.map(sampleCard));
}

/** A sample as it was logged: its prompt, and every other text under its own name. */
function sampleCard({ step: _, prompt, ...texts }: StepLine): Html {
  const sides = Object.entries(texts).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return html`<article class="card sample">${typeof prompt === 'string' && html`<div class="prompt text" dir="auto"><span>${text.prompt}</span>${prompt}</div>`}
${sides.map(([name, said]) => html`<div class="side">${name !== 'response' && html`<header><h3>${name}</h3></header>`}<p class="text" dir="auto">${said}</p></div>`)}</article>`;
}
