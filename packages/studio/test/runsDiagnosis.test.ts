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

/** Reinforcement learning as `attune train ppo` logs it, with nothing remarkable but what is given. */
const ppo = (values: (at: number, noise: number) => Record<string, unknown>) =>
  run(50, (at, noise) => ({
    ...{
      'objective/scores': 1 + noise,
      'objective/reward_std': 0.5,
      'objective/kl': 2,
      'objective/entropy': 40 + noise,
    },
    ...{ 'completions/mean_length': 50 + noise, 'completions/clipped_ratio': 0.1, 'policy/clipfrac_avg': 0.05 },
    ...{ 'loss/policy_avg': noise, ...values(at, noise) },
  }));

test('reinforcement learning is diagnosed by what it logs, although it has no loss of that name', () => {
  assert.deepEqual(codes(ppo(() => ({}))), ['noTrend']);
  assert.deepEqual(codes(ppo((at, noise) => ({ 'objective/scores': at + noise }))), ['scoreRises']);
  assert.deepEqual(codes(ppo((at, noise) => ({ 'objective/scores': 1 - at + noise }))), ['scoreFalls']);
  assert.deepEqual(codes(ppo(() => ({})).slice(0, 9)), ['tooEarly']);
});

test('KL that explodes is a problem, and entropy that collapses a warning, by the token', () => {
  assert.deepEqual(codes(ppo((at) => ({ 'objective/kl': at < 0.6 ? 2 : 40 * at }))), ['klExplodes']);
  assert.deepEqual(codes(ppo((at, noise) => ({ 'objective/entropy': 40 * (1 - at) ** 2 + noise }))), [
    'entropyCollapses',
  ]);
  const shorter = ppo((at, noise) => {
    return {
      'completions/mean_length': 50 * (1 - 0.85 * at) + noise,
      'objective/entropy': 40 * (1 - 0.85 * at) + noise,
    };
  });
  assert.deepEqual(codes(shorter), ['lengthShrinks']); // as many nats for each token as before
});

test('a score that rises with the length is taken for length that is paid for', () => {
  const longer = (factor: number) => (at: number, noise: number) => ({
    'completions/mean_length': 50 * (1 + factor * at) + noise,
  });
  assert.deepEqual(codes(ppo(longer(1))), ['lengthGrows']);
  const both = ppo((at, noise) => ({ ...longer(0.4)(at, noise), 'objective/scores': at + noise }));
  assert.deepEqual(codes(both), ['lengthHack', 'scoreRises']);
});

test('responses that are cut off are told from a policy that has forgotten to stop', () => {
  assert.deepEqual(codes(ppo(() => ({ 'completions/clipped_ratio': 0.8 }))), ['cutOff']);
  assert.deepEqual(codes(ppo((at, noise) => ({ 'completions/clipped_ratio': at + noise }))), ['forgetsToStop']);
});

test('rewards that are all alike, steps that are clipped and a critic worse than a constant are warnings', () => {
  assert.deepEqual(codes(ppo(() => ({ 'objective/reward_std': 0.001 }))), ['scoresAlike']);
  assert.deepEqual(codes(ppo(() => ({ 'policy/clipfrac_avg': 0.4 }))), ['stepsTooLarge']);
  assert.deepEqual(codes(ppo(() => ({ 'critic/vf_explained_var': -0.3 }))), ['criticLags']);
  assert.deepEqual(codes(ppo(() => ({ 'critic/vf_explained_var': 0.3 }))), ['noTrend']);
});

/** Rounds of self-annotation as `attune train spa` logs them, with nothing remarkable but what is given. */
const spa = (...rounds: Record<string, number>[]) =>
  rounds.map((round, i) => ({
    ...{ step: i + 1, 'spa/prompts': 100, 'spa/pairs': 90, 'spa/equal': 10, 'spa/empty': 0, 'spa/truncated': 0.1 },
    ...{ 'spa/probability': 0.7, 'spa/chosen_length': 60, 'spa/rejected_length': 58, ...round },
  }));
const agreeing = (share: number, pairs = 100) => ({ 'spa/agreement': share, 'spa/agreement_pairs': pairs });

test('own labels are held to people’s, as far as the pairs tell', () => {
  assert.deepEqual(codes(spa({}, {})), ['noTrend']);
  assert.deepEqual(codes(spa(agreeing(0.7))), ['ownLabelsRight']);
  assert.deepEqual(codes(spa(agreeing(0.7, 12))), ['ownLabelsWrong']); // 0.7 − 2·√(0.25/12) = 0.41
  assert.deepEqual(codes(spa(agreeing(0.85), agreeing(0.65))), ['agreementFalls']); // 0.2 > 2·√(0.0013 + 0.0023) = 0.12
});

test('rounds that drift are told: labels that like length, longer and cut responses, responses alike, labels by lot', () => {
  const one = (round: Record<string, number>) => codes(spa({}, round));
  assert.deepEqual(one({ 'spa/chosen_length': 90, 'spa/rejected_length': 60 }), ['labelsLikeLength']);
  assert.deepEqual(one({ 'spa/chosen_length': 100, 'spa/rejected_length': 98 }), ['roundsGrow']);
  assert.deepEqual(one({ 'spa/truncated': 0.7 }), ['roundsCutOff']);
  assert.deepEqual(one({ 'spa/equal': 60 }), ['responsesAlike']);
  assert.deepEqual(one({ 'spa/probability': 0.51 }), ['ownLabelsUnsure']);
});

test('numbers without a trend are said to have none', () => {
  assert.deepEqual(codes(run(50, (_, noise) => ({ loss: 0.5 + noise }))), ['noTrend']);
});
