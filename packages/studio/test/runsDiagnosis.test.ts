import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose } from '../shared/diagnosis.ts';
import type { RunLine } from '../shared/runs.ts';

/** A curve with a little noise that is the same every time; `at` goes from 0 to 1. */
const run = (count: number, values: (at: number, noise: number) => Record<string, unknown>): RunLine[] =>
  Array.from({ length: count }, (_, i) => ({ step: i + 1, ...values(i / (count - 1), 0.01 * Math.sin(12.9 * i)) }));
const codes = (lines: RunLine[]) => diagnose(lines).map(({ code }) => code);

test('a run that learns is said to learn, and nothing else', () => {
  const lines = run(50, (at, noise) => ({
    loss: 0.69 - 0.3 * at + noise,
    'rewards/accuracies': 0.5 + 0.4 * at + noise,
  }));
  assert.deepEqual(codes(lines), ['learns']);
});

test('a loss that is no number is the first thing to be said, with its step, also in a short run', () => {
  const lines = run(5, (at) => ({ loss: at > 0.7 ? null : 0.5 }));
  assert.deepEqual(diagnose(lines), [{ code: 'lossNotFinite', weight: 'problem', values: { step: 4 } }]);
  const long = run(50, (at) => ({ loss: at > 0.9 ? null : 0.5 }));
  assert.equal(codes(long)[0], 'lossNotFinite');
});

test('fewer than ten logged steps are too early to judge; none at all say nothing', () => {
  assert.deepEqual(codes(run(9, () => ({ loss: 1 }))), ['tooEarly']);
  assert.deepEqual(codes([]), []);
});

const dpo = (chosenFall: number, growth: number) =>
  run(50, (at, noise) => ({
    loss: 0.69 - 0.3 * at + noise,
    'rewards/chosen': -chosenFall * at + noise,
    'rewards/margins': growth * at + noise,
    'rewards/accuracies': 0.5 + 0.4 * at + noise,
  }));

test('chosen rewards that fall while margins grow are normal for DPO: a note, and the run still learns', () => {
  assert.deepEqual(codes(dpo(0.5, 2)), ['chosenFalls', 'learns']);
});

test('chosen rewards that fall by more than the margin grows are a warning', () => {
  const [finding, ...others] = diagnose(dpo(3, 1));
  assert.equal(finding!.code, 'chosenFallsFar');
  assert.equal(finding!.weight, 'warning');
  assert.ok(Math.abs(finding!.values.fall! - (3 * 40) / 49) < 0.05); // from the middle of the first to that of the last fifth
  assert.deepEqual(others, []);
});

test('an accuracy that stays at one half is told from one that is a little above', () => {
  const stuck = run(100, (_, noise) => ({ loss: 0.69, 'rewards/accuracies': 0.5 + 8 * noise }));
  assert.ok(codes(stuck).includes('accuracyAtChance'));
  const right = run(100, (_, noise) => ({ loss: 0.69, accuracy: 0.58 + 8 * noise }));
  assert.ok(!codes(right).includes('accuracyAtChance'));
});

test('a margin that stays at 0 says that nothing is learned', () => {
  const lines = run(40, (_, noise) => ({ loss: Math.LN2, 'rewards/margins': noise / 10, 'rewards/accuracies': 0.62 }));
  assert.deepEqual(codes(lines), ['nothingLearned']);
});

test('a loss that rises again past its start is a warning', () => {
  const lines = run(50, (at, noise) => ({ loss: (at < 0.5 ? 1 - at : 4 * at) + noise }));
  assert.deepEqual(codes(lines), ['lossRises']);
});

test('a held-out loss that rises while the other falls is called learning by heart, with the step of its best', () => {
  const lines = run(50, (at) => ({ loss: 1 - 0.8 * at }));
  const held = [1, 0.7, 0.8, 0.9].map((loss, i) => ({ step: 10 * i, eval_loss: loss }));
  assert.deepEqual(diagnose([...lines, ...held])[0], {
    ...{ code: 'overfits', weight: 'warning' },
    values: { step: 10, best: 0.7, last: 0.9 },
  });
});

test('reinforcement learning: KL that explodes, responses that grow, entropy that collapses', () => {
  const lines = run(50, (at, noise) => ({
    loss: 0.1 + noise,
    'objective/kl': at < 0.6 ? 2 : 40 * at,
    'completions/mean_length': 50 + 60 * at + noise,
    'objective/entropy': 40 * (1 - at) ** 2 + noise,
  }));
  assert.deepEqual(codes(lines), ['klExplodes', 'lengthGrows', 'entropyCollapses']);
});

test('numbers without a trend are said to have none', () => {
  assert.deepEqual(codes(run(50, (_, noise) => ({ loss: 0.5 + noise }))), ['noTrend']);
});
