import { mean } from '@attune/preferences';
import type { StepLine } from '../run/lines.ts';
import { formatCount, formatNumber, formatShare } from '../terminal/format.ts';
import { type Stat, section, signed } from './blocks.ts';
import { type Html, html } from './html.ts';
import { text } from './text.ts';

const { ppo: words } = text;
const mostSamples = 4;

/** Whether a run's lines are of reinforcement learning: its samples have rewards. */
export const areRewarded = (samples: readonly StepLine[]): boolean =>
  samples.some(({ reward }) => typeof reward === 'number');

/**
 * Where reinforcement learning has come to. An iteration's numbers are noisy: each is the mean of the last few, at most
 * a quarter of those that were logged.
 */
export function ppoStats(metrics: readonly StepLine[]): Stat[] {
  const card = (name: string, key: string, format: (value: number) => string): Stat[] => {
    const values = metrics.flatMap((line) => (typeof line[key] === 'number' ? [line[key]] : []));
    if (values.length === 0) return [];
    const last = values.slice(-Math.max(1, Math.min(10, Math.floor(values.length / 4))));
    const detail = words.detail(formatCount(last.length), format(values[0]!));
    return [{ name, value: format(mean(last)), detail }];
  };
  const three = (value: number) => formatNumber(value, 3);
  return [
    ...card(words.reward, 'objective/reference_reward', signed),
    ...card(words.heldOutWins, 'eval_win_rate', formatShare),
    ...card(words.kl, 'objective/kl', three),
    ...card(words.length, 'completions/mean_length', three),
    ...card(words.ended, 'completions/clipped_ratio', (cut) => formatShare(1 - cut)),
  ];
}

/** What was sampled first and what last, beside each other, with what it was worth. */
export function ppoSamples(samples: readonly StepLine[]): Html {
  const [first, last] = [samples[0]!.step, samples.at(-1)!.step];
  const steps = first === last ? [first] : [first, last];
  const columns = steps.map((step) => samples.filter((sample) => sample.step === step).slice(0, mostSamples));
  const rows = columns[0]!.map((_, i) => columns.flatMap((column) => column[i] ?? []));
  return section(
    text.run.samplesTitle,
    words.samplesLead,
    rows.map(
      (row) => html`<article class="card sample"><div class="sides">${row.map(sampleSide)}</div></article>
`,
    ),
  );
}

function sampleSide({ step, prompt, response, score, reward, kl, finish }: StepLine): Html {
  const facts = [
    { name: words.scoreFact, value: score },
    { name: words.rewardFact, value: reward },
    { name: words.klFact, value: kl },
  ];
  return html`<div class="side"><header><h3>${words.iteration(formatCount(step))}</h3>${finish === 'length' && html`<span class="cut-off">${words.cutOff}</span>`}</header>
<p class="asked text" dir="auto">${String(prompt).trim()}</p>
<p class="text" dir="auto">${String(response).trim()}</p>
<ul class="why">${facts.map(({ name, value }) => typeof value === 'number' && html`<li>${name} <b>${formatNumber(value, 3)}</b></li>`)}</ul></div>`;
}
