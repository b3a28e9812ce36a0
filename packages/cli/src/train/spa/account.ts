import { mean } from '@attune/preferences';
import { formatCount, formatDuration, formatShare } from '../../terminal/format.ts';
import { secondsOf } from './folder.ts';
import type { Judged } from './judge.ts';
import { type Doubt, labelled } from './learn.ts';
import type { Round } from './Round.ts';

/** A round in numbers, for `metrics.jsonl`. Lengths in tokens, margins in nats × β. */
export function roundMetrics(
  round: Round,
  judged: readonly Judged[],
  doubts: ReadonlyMap<string, Doubt>,
): Record<string, number> {
  const pairs = labelled(judged);
  const responses = judged.flatMap((one) => one.responses);
  const seen = [...doubts.values()];
  const dropped = (why: Judged['dropped']) => judged.filter((one) => one.dropped === why).length;
  const length = (side: 'chosen' | 'rejected') =>
    mean(pairs.map((pair) => pair.responses[pair.preference[side]]!.tokens.length));
  const seconds = secondsOf(round.folder);
  return {
    'spa/prompts': judged.length,
    'spa/cut_prompts': judged.filter(({ prompt }) => prompt.cut > 0).length,
    'spa/pairs': pairs.length,
    'spa/equal': dropped('equal'),
    'spa/empty': dropped('empty'),
    'spa/ties': pairs.filter(({ preference }) => preference.tie).length,
    'spa/truncated': mean(responses.map(({ finish }) => Number(finish === 'length'))),
    'spa/probability': mean(pairs.map(({ preference }) => preference.probability)),
    'spa/chosen_length': length('chosen'),
    'spa/rejected_length': length('rejected'),
    'spa/flagged': mean(seen.map(({ flagged }) => Number(flagged))),
    'spa/margin': mean(seen.map(({ margin }) => Math.abs(margin))),
    'spa/sampling_seconds': seconds.sampling,
    'spa/judging_seconds': seconds.judging,
    'spa/training_seconds': seconds.training,
  };
}

/** What was done in a round, in a few lines. */
export function roundInWords(numbers: Readonly<Record<string, number>>): string {
  const of = (name: string) => numbers[`spa/${name}`]!;
  const count = (name: string) => formatCount(of(name));
  const length = (side: string) => of(`${side}_length`).toFixed(1);
  return [
    `  ${count('pairs')} pairs of ${count('prompts')} prompts; left out: ${count('equal')} whose responses read the same, ` +
      `${count('empty')} without two that say something; ${count('ties')} ties`,
    `  ${formatShare(of('truncated'))} of the responses cut off; chosen ${length('chosen')} tokens, rejected ${length('rejected')}`,
    `  ${formatShare(of('flagged'))} of the labels doubted; mean |margin| ${of('margin').toPrecision(3)}`,
    ...agreementInWords(numbers),
    `  sampling ${formatDuration(of('sampling_seconds'))}, judging ${formatDuration(of('judging_seconds'))}, ` +
      `training ${formatDuration(of('training_seconds'))}`,
  ].join('\n');
}

function agreementInWords(numbers: Readonly<Record<string, number>>): string[] {
  const { 'spa/agreement': share, 'spa/agreement_pairs': pairs } = numbers;
  if (share === undefined) return [];
  return [`  ${formatShare(share)} of the ${formatCount(pairs!)} pairs held out labelled as people did`];
}
