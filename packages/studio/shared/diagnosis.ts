/** What a run's numbers say, in codes that the pages put into words. Pure functions over lines of `metrics.jsonl`. */
import { reinforcement } from './diagnosisPpo.ts';
import { selfAnnotation } from './diagnosisSpa.ts';
import type { Finding, Weight } from './finding.ts';
import type { RunLine } from './runs.ts';
import { apart, fifths, isNumber, series, stretch } from './stretches.ts';

const FEWEST_LINES = 10;

/**
 * All findings, the weightiest first. A run of fewer than ten logged steps is only told where it broke; rounds of
 * self-annotation are few, and each is a mean over many responses.
 */
export function diagnose(lines: readonly RunLine[]): Finding[] {
  if (lines.some((line) => 'spa/pairs' in line)) return sorted(selfAnnotation(lines));
  const broken = lossNotFinite(lines);
  const isReinforced = lines.some((line) => 'objective/scores' in line);
  const logged = series(lines, isReinforced ? 'objective/scores' : 'loss').length;
  if (logged < FEWEST_LINES) return [...broken, ...(logged > 0 && !broken.length ? [tooEarly(logged)] : [])];
  const found = [
    ...broken,
    ...(isReinforced ? reinforcement(lines) : []),
    ...[lossRises, accuracyAtChance, nothingLearned, chosenFalls, overfits].flatMap((ask) => ask(lines)),
  ];
  const isBad = found.some(({ weight }) => weight === 'problem' || weight === 'warning');
  const all = [...found, ...(isBad ? [] : learns(lines))];
  return all.length === 0 ? [{ code: 'noTrend', weight: 'note', values: {} }] : sorted(all);
}

const sorted = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => rank(a.weight) - rank(b.weight));

const rank = (weight: Weight): number => ['problem', 'warning', 'note', 'good'].indexOf(weight);

const tooEarly = (lines: number): Finding => ({ code: 'tooEarly', weight: 'note', values: { lines } });

function lossNotFinite(lines: readonly RunLine[]): Finding[] {
  const line = lines.find(({ loss }) => loss === null || Number.isNaN(loss)); // JSON has no NaN: it is written as null
  return line ? [{ code: 'lossNotFinite', weight: 'problem', values: { step: line.step } }] : [];
}

/** The end lies above the best stretch before, by more than their noise and a fifth of it. */
function lossRises(lines: readonly RunLine[]): Finding[] {
  const losses = series(lines, 'loss');
  const { first, last, best } = fifths(losses);
  if (!(last.mean > 1.2 * Math.abs(best.mean) && apart(best, last) && last.mean > first.mean)) return [];
  return [{ code: 'lossRises', weight: 'warning', values: { from: best.mean, to: last.mean } }];
}

const accuracyKeys = ['rewards/accuracies', 'accuracy'];

/** The second half of the training is right no more often than a coin, give or take two standard errors. */
function accuracyAtChance(lines: readonly RunLine[]): Finding[] {
  const values = accuracyKeys.map((key) => series(lines, key)).find(({ length }) => length >= 20);
  if (!values) return [];
  const half = stretch(values.slice(Math.floor(values.length / 2)));
  if (half.mean > 0.5 + Math.max(2 * half.error, 0.02) || half.mean === 0) return [];
  return [{ code: 'accuracyAtChance', weight: 'warning', values: { accuracy: half.mean } }];
}

/** DPO starts from a loss of log 2 and a margin of 0; a learning rate too small for adapters leaves it there. */
function nothingLearned(lines: readonly RunLine[]): Finding[] {
  const margins = series(lines, 'rewards/margins');
  if (margins.length < 20) return [];
  const { last } = fifths(margins);
  if (Math.abs(last.mean) > 0.01) return [];
  return [{ code: 'nothingLearned', weight: 'warning', values: { margin: last.mean } }];
}

/**
 * The chosen responses become less likely while the margin grows, as in most DPO runs: only the difference is in the loss.
 * Where they fall by more than the margin grows, the probability goes to responses that are in no pair: "likelihood
 * displacement" (Razin et al. 2025, arXiv:2410.08847).
 */
function chosenFalls(lines: readonly RunLine[]): Finding[] {
  const chosen = fifths(series(lines, 'rewards/chosen'));
  const margin = fifths(series(lines, 'rewards/margins'));
  const fall = chosen.first.mean - chosen.last.mean;
  const growth = margin.last.mean - margin.first.mean;
  if (!(fall > 0 && apart(chosen.first, chosen.last) && growth > 0)) return [];
  const isFar = fall > growth;
  return [
    { code: isFar ? 'chosenFallsFar' : 'chosenFalls', weight: isFar ? 'warning' : 'note', values: { fall, growth } },
  ];
}

/** The held-out loss has risen for at least two evaluations since its best, by more than a twentieth. */
function overfits(lines: readonly RunLine[]): Finding[] {
  const held = lines.flatMap(({ step, eval_loss: loss }) => (isNumber(loss) ? [{ step, loss }] : []));
  if (held.length < 3) return [];
  const best = held.reduce((a, b) => (b.loss < a.loss ? b : a));
  const [after, last] = [held.length - 1 - held.indexOf(best), held.at(-1)!];
  if (after < 2 || last.loss - best.loss <= 0.05 * Math.abs(best.loss)) return [];
  return [{ code: 'overfits', weight: 'warning', values: { step: best.step, best: best.loss, last: last.loss } }];
}

function learns(lines: readonly RunLine[]): Finding[] {
  const { first, last } = fifths(series(lines, 'loss'));
  if (!(last.mean < first.mean && apart(first, last))) return [];
  return [{ code: 'learns', weight: 'good', values: { from: first.mean, to: last.mean } }];
}
