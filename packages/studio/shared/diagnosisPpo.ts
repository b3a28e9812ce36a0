/**
 * What the numbers of reinforcement learning say. Each rule reads only what `attune train ppo` writes, as docs/ppo.md
 * lists it; a number that a run does not have says nothing.
 */
import type { Finding, FindingCode, Weight } from './finding.ts';
import type { RunLine } from './runs.ts';
import { apart, fifths, median, type Stretch, series } from './stretches.ts';

/** Findings of a run of ten iterations or more. */
export const reinforcement = (lines: readonly RunLine[]): Finding[] =>
  [klExplodes, lengthChanges, cutOff, scoresAlike, scoreChanges, entropyCollapses, stepsTooLarge, criticLags].flatMap(
    (ask) => ask(lines),
  );

const finding = (code: FindingCode, weight: Weight, values: Finding['values']): Finding[] => [{ code, weight, values }];

interface Change {
  readonly first: Stretch;
  readonly last: Stretch;
  readonly rises: boolean;
  readonly falls: boolean;
}

/** From the first to the last fifth, where that is more than noise. */
function change(lines: readonly RunLine[], key: string): Change {
  const { first, last } = fifths(series(lines, key));
  const isChange = apart(first, last);
  return { first, last, rises: isChange && last.mean > first.mean, falls: isChange && last.mean < first.mean };
}

const score = (lines: readonly RunLine[]): Change => change(lines, 'objective/scores');

/** The policy is far from its reference (10 nats per response) and three times as far as in the first half. */
function klExplodes(lines: readonly RunLine[]): Finding[] {
  const values = series(lines, 'objective/kl');
  if (values.length < 2) return [];
  const before = median(values.slice(0, Math.floor(values.length / 2)));
  const now = fifths(values).last.mean;
  if (now < 10 || now < 3 * before) return [];
  return finding('klExplodes', 'problem', { before, now });
}

/** Half as long again, or a fifth longer while the score rises: then it may be length that the score pays for. */
function lengthChanges(lines: readonly RunLine[]): Finding[] {
  const { first, last, rises, falls } = change(lines, 'completions/mean_length');
  const values = { before: first.mean, now: last.mean };
  const { rises: isPaid, first: from, last: to } = score(lines);
  if (rises && isPaid && last.mean > 1.2 * first.mean) {
    return finding('lengthHack', 'warning', { ...values, from: from.mean, to: to.mean });
  }
  if (rises && last.mean > 1.5 * first.mean) return finding('lengthGrows', 'warning', values);
  return falls && last.mean < first.mean / 1.5 ? finding('lengthShrinks', 'note', values) : [];
}

/** More than half of the responses do not come to their end: learned on the way, or so from the start. */
function cutOff(lines: readonly RunLine[]): Finding[] {
  const { first, last, rises } = change(lines, 'completions/clipped_ratio');
  if (!(last.mean > 0.5)) return [];
  const values = { before: percent(first), now: percent(last) };
  return rises && first.mean <= 0.5
    ? finding('forgetsToStop', 'problem', values)
    : finding('cutOff', 'warning', { now: values.now });
}

const percent = ({ mean }: Stretch): number => Math.round(100 * mean);

/** Advantages are differences of rewards: where all responses are worth the same there are none. */
function scoresAlike(lines: readonly RunLine[]): Finding[] {
  const { last } = fifths(series(lines, 'objective/reward_std'));
  return last.mean < 0.01 ? finding('scoresAlike', 'warning', { deviation: last.mean }) : [];
}

function scoreChanges(lines: readonly RunLine[]): Finding[] {
  const { first, last, rises, falls } = score(lines);
  const values = { from: first.mean, to: last.mean };
  if (falls) return finding('scoreFalls', 'warning', values);
  const { last: kl } = fifths(series(lines, 'objective/kl'));
  return rises ? finding('scoreRises', 'good', { ...values, kl: kl.mean }) : [];
}

/** Entropy is a sum over a response's tokens: by the token, so that shorter responses are not taken for surer ones. */
function entropyCollapses(lines: readonly RunLine[]): Finding[] {
  const perToken = lines.flatMap(({ step, 'objective/entropy': nats, 'completions/mean_length': tokens }) =>
    typeof nats === 'number' && typeof tokens === 'number' && tokens > 0 ? [{ step, perToken: nats / tokens }] : [],
  );
  const { first, last, falls } = change(perToken, 'perToken');
  if (!(falls && last.mean < 0.2 * first.mean)) return [];
  return finding('entropyCollapses', 'warning', { before: first.mean, now: last.mean });
}

/** Clipping acts on more than three tokens in ten of the last fifth. */
function stepsTooLarge(lines: readonly RunLine[]): Finding[] {
  const { last } = fifths(series(lines, 'policy/clipfrac_avg'));
  return last.mean > 0.3 ? finding('stepsTooLarge', 'warning', { share: percent(last) }) : [];
}

/** Below 0 the critic's estimates are worse than one constant for all. */
function criticLags(lines: readonly RunLine[]): Finding[] {
  const { last } = fifths(series(lines, 'critic/vf_explained_var'));
  return last.mean < 0 ? finding('criticLags', 'warning', { explained: last.mean }) : [];
}
