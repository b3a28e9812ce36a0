/**
 * What the rounds of self-annotation say. Each rule reads only what `attune train spa` writes of a round, as docs/spa.md
 * lists it; rounds are numbered by `step`.
 */
import type { Finding, FindingCode, Weight } from './finding.ts';
import type { RunLine } from './runs.ts';
import { isNumber } from './stretches.ts';

/** Findings of the rounds that are over. */
export function selfAnnotation(rounds: readonly RunLine[]): Finding[] {
  const found = [agreement, unsure, labelsLikeLength, roundsGrow, cutOff, alike].flatMap((ask) => ask(rounds));
  return found.length > 0 ? found : [{ code: 'noTrend', weight: 'note', values: {} }];
}

const finding = (code: FindingCode, weight: Weight, values: Finding['values']): Finding[] => [{ code, weight, values }];

const numberOf = (line: RunLine | undefined, key: string): number => {
  const value = line?.[`spa/${key}`];
  return isNumber(value) ? value : Number.NaN;
};
const percent = (share: number): number => Math.round(100 * share);

/** Two standard errors of a share tell it from another, or from a coin. */
function agreement(rounds: readonly RunLine[]): Finding[] {
  const of = (line: RunLine | undefined) => {
    const [share, pairs] = [numberOf(line, 'agreement'), numberOf(line, 'agreement_pairs')];
    return { share, pairs, error: Math.sqrt((share * (1 - share)) / pairs) };
  };
  const [first, last] = [of(rounds[0]), of(rounds.at(-1))];
  if (Number.isNaN(last.share)) return [];
  const values = { share: percent(last.share), pairs: last.pairs };
  if (last.share - 2 * Math.sqrt(0.25 / last.pairs) <= 0.5) return finding('ownLabelsWrong', 'warning', values);
  if (first.share - last.share > 2 * Math.hypot(first.error, last.error)) {
    return finding('agreementFalls', 'warning', { before: percent(first.share), ...values });
  }
  return finding('ownLabelsRight', 'good', values);
}

/** Labels that are hardly surer than a coin. */
function unsure(rounds: readonly RunLine[]): Finding[] {
  const probability = numberOf(rounds.at(-1), 'probability');
  return probability < 0.55 ? finding('ownLabelsUnsure', 'note', { probability: percent(probability) }) : [];
}

/** What a round prefers is a third longer than what it rejects. */
function labelsLikeLength(rounds: readonly RunLine[]): Finding[] {
  const last = rounds.at(-1);
  const [chosen, rejected] = [numberOf(last, 'chosen_length'), numberOf(last, 'rejected_length')];
  return chosen > 1.33 * rejected ? finding('labelsLikeLength', 'warning', { chosen, rejected }) : [];
}

/** Responses of the last round are half as long again as those of the first. */
function roundsGrow(rounds: readonly RunLine[]): Finding[] {
  const length = (line: RunLine | undefined) =>
    (numberOf(line, 'chosen_length') + numberOf(line, 'rejected_length')) / 2;
  const [before, now] = [length(rounds[0]), length(rounds.at(-1))];
  return now > 1.5 * before ? finding('roundsGrow', 'warning', { before, now }) : [];
}

function cutOff(rounds: readonly RunLine[]): Finding[] {
  const share = numberOf(rounds.at(-1), 'truncated');
  return share > 0.5 ? finding('roundsCutOff', 'warning', { share: percent(share) }) : [];
}

/** More than half of the prompts gave no pair, because the responses to them read the same or were empty. */
function alike(rounds: readonly RunLine[]): Finding[] {
  const last = rounds.at(-1);
  const [equal, empty, prompts] = ['equal', 'empty', 'prompts'].map((key) => numberOf(last, key));
  return equal! + empty! > prompts! / 2
    ? finding('responsesAlike', 'warning', { lost: equal! + empty!, prompts: prompts! })
    : [];
}
