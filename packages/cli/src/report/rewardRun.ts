import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BalanceReport, rewardEvaluation } from '@attune/preferences';
import { formatCount } from '../terminal/format.ts';
import { section } from './blocks.ts';
import { type Html, html } from './html.ts';
import { rewardEvaluationSection } from './rewardEvaluation.ts';
import { text } from './text.ts';

const { balanceTitle, balance: words } = text.rewardModel;

/** A line of a reward run's `scores.jsonl`. */
interface ScoreLine {
  readonly chosen: number;
  readonly rejected: number;
  readonly chosenTokens: number;
  readonly rejectedTokens: number;
}

/** What the run of a reward model left beside its metrics: scores of held-out pairs, and the report of balancing. */
export function rewardSections(folder: string): Html[] {
  const [scores, balance] = [join(folder, 'scores.jsonl'), join(folder, 'balance.json')];
  return [
    ...(existsSync(scores) ? [evaluationOf(readFileSync(scores, 'utf8'))] : []),
    ...(existsSync(balance) ? [balanceSection(JSON.parse(readFileSync(balance, 'utf8')))] : []),
  ];
}

function evaluationOf(lines: string): Html {
  const pairs = lines
    .trim()
    .split('\n')
    .map((line): ScoreLine => JSON.parse(line))
    .map(({ chosenTokens: chosenLength, rejectedTokens: rejectedLength, ...scores }) => ({
      ...scores,
      chosenLength,
      rejectedLength,
    }));
  return rewardEvaluationSection(rewardEvaluation(pairs, { seed: 0, resamples: 500 }));
}

function balanceSection({ buckets, pairs, kept, dropped }: BalanceReport): Html {
  const columns = [words.difference, words.longer, words.shorter, words.after, words.dropped];
  const rows = buckets.map(({ from, to, before, after, dropped: lost }) => [
    text.rewardModel.tokensLonger(from, to),
    ...[before.betterLonger, before.betterShorter, after.betterLonger, lost].map(formatCount),
  ]);
  return section(
    balanceTitle,
    words.lead(formatCount(kept), formatCount(pairs), formatCount(dropped)),
    html`<div class="card panel"><div class="scroll"><table class="numbers"><thead><tr>${columns.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(([name, ...numbers]) => html`<tr><th scope="row">${name}</th>${numbers.map((number) => html`<td>${number}</td>`)}</tr>`)}</tbody></table></div></div>`,
  );
}
