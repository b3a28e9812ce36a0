import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdamW, liveTensors, noGrad, Random, tidy } from '@attune/torch';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { createModel } from '../../src/models/create.ts';
import { asRewardModel } from '../../src/models/rewardModel.ts';
import { type PpoRun, type PpoStep, ppo } from '../../src/trainers/ppo.ts';
import { type RlPrompt, rollOut, tokenReference } from '../../src/trainers/rollouts.ts';
import { sft } from '../../src/trainers/sft.ts';
import { assertClose } from '../assertClose.ts';
import { learning, logitsOf, responseLogp, tinyConfigs, tinyModel } from '../models/plain.ts';
import { optimalPolicy } from '../optimalPolicy.ts';
import { assessment, criticOf, eightPrompts, rollouts, runOf, shareOf } from './rl.ts';
import { eightTexts, inParts, updating } from './runs.ts';

// One prompt and responses of one token: few enough to know the best policy exactly.

const prompt: RlPrompt = { id: 'only', ids: [1, 2, 3], referenceScore: 0.4 };
const rewards = [0, 1, -0.5, 0.3, 0.8, -1];

/** A model of six words, some three times as likely as others. */
function sixWords(seed: number): CausalLm {
  const model = createModel({ ...tinyConfigs.llama, vocab_size: 6 }, new Random(seed), {
    dtype: 'float64',
    device: 'cpu',
  });
  noGrad(() => void model.head.mul_(5));
  return model;
}

const probabilities = (model: CausalLm): number[] => {
  const logits = logitsOf(model, prompt.ids).at(-1)!;
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  return logits.map((logit) => Math.exp(logit) / total);
};

interface Lesson {
  readonly beta: number;
  readonly estimator: 'gae' | 'rloo';
  readonly iterations: number;
  /** Responses of an iteration: more of them cost less than more iterations. */
  readonly samples?: number;
  readonly learningRate?: number;
}

/** What PPO makes of the six words: before, and on average over the last half of its iterations. */
async function learn({ beta, estimator, iterations, samples = 32, learningRate = 0.01 }: Lesson) {
  using policy = learning(sixWords(2));
  using reference = sixWords(2);
  using critic = learning(asRewardModel(sixWords(3), new Random(3)));
  const rates = (model: CausalLm) => ({
    optimizer: new AdamW([...model.trainable().values()], { weightDecay: 0 }),
    learningRate: () => learningRate,
    maxGradNorm: 1,
  });
  const [own, critics] = [rates(policy), rates(critic)];
  using _ = own.optimizer;
  using __ = critics.optimizer;
  const before = probabilities(policy);
  const run = runOf(
    {
      policy,
      reference: tokenReference(reference),
      reward: (groups) => groups.flatMap(({ responses }) => responses.map(([id]) => rewards[id!]!)),
    },
    own,
    {
      assessment: { ...assessment, estimator },
      rollouts: { ...rollouts, samples, maxNewTokens: 1, rows: samples },
      penalty: { beta },
      epochs: 2,
      windows: Array.from({ length: iterations }, () => [[prompt]]),
      ...(estimator === 'gae' && { critic: criticOf(critic, critics) }),
    },
  );
  const late: number[][] = [];
  let live: number | undefined;
  for await (const { step } of ppo(run)) {
    live ??= liveTensors();
    assert.equal(liveTensors(), live, `a tensor was left behind by iteration ${step}`);
    if (step > 0.5 * iterations) late.push(probabilities(policy));
  }
  return { before, after: before.map((_, y) => late.reduce((sum, each) => sum + each[y]!, 0) / late.length) };
}

for (const [estimator, iterations, samples] of [
  ['gae', 80, 128],
  ['rloo', 60, 32],
] as const) {
  test(`${estimator}: with a KL penalty PPO comes to the best policy for reward − β·KL; ${iterations} iterations leave no tensor behind`, async () => {
    const { before, after } = await learn({ beta: 0.5, estimator, iterations, samples });
    // The policy sways with what was sampled; its mean over half of the iterations by one or two thousandths.
    const best = optimalPolicy(before, rewards, 0.5);
    assertClose(after, best, { atol: 0.005 });
    assert.ok(Math.max(...best.map((p, y) => Math.abs(p - before[y]!))) > 0.2, 'which is far from where it began');
  });
}

test('without a penalty PPO ends at the highest-scored response; a huge penalty keeps it where it began', async () => {
  const free = await learn({ beta: 0, estimator: 'gae', iterations: 20 });
  assert.ok(free.after[1]! > 0.9, `${free.after}`);
  const bound = await learn({ beta: 1000, estimator: 'gae', iterations: 20, learningRate: 1e-3 });
  assertClose(bound.after, bound.before, { atol: 0.01 });
});

test('an answer that rewards erase stays likelier with the SFT term, after as many rewards', async () => {
  const identity = { ids: [1, 2, 5, 3, 7], mask: [0, 0, 1, 1, 1] };
  const learned = { prompt: identity.ids.slice(0, 2), response: identity.ids.slice(2) };
  const answered = async (term: Partial<PpoRun>) => {
    using policy = tinyModel();
    using reference = tinyModel();
    const own = updating(policy, { learningRate: 0.01 });
    using _ = own.optimizer;
    await Array.fromAsync(sft({ policy, windows: Array.from({ length: 20 }, () => [[identity]]), ...own }));
    const logp = () => tidy(() => noGrad(() => responseLogp(policy, learned.prompt, learned.response).item()));
    const before = logp();
    const prompts = [{ id: 'who', ids: learned.prompt, referenceScore: 0 }, ...eightPrompts.slice(0, 3)];
    const run = runOf({ policy, reference: tokenReference(reference), reward: shareOf(9) }, own, {
      assessment: { ...assessment, estimator: 'rloo' },
      rollouts: { ...rollouts, samples: 8, maxNewTokens: 3, rows: 32 },
      penalty: { beta: 0 },
      windows: Array.from({ length: 30 }, () => [prompts]),
      ...term,
    });
    const made: PpoStep[] = await Array.fromAsync(ppo(run));
    return { before, after: logp(), reward: made.at(-1)!.reward, first: made[0]!.reward };
  };
  const without = await answered({});
  const kept = await answered({ sft: { coef: 0.5, batch: () => [identity] } });
  assert.equal(kept.before, without.before);
  assert.ok(Math.exp(without.before) > 0.8, `the answer was learned: ${without.before} nats`);
  assert.ok(without.after < without.before - 1, `rewards erase it: ${without.before} → ${without.after} nats`);
  assert.ok(kept.after > without.after + 1, `${kept.after} nats with the term, ${without.after} without`);
  for (const { first, reward } of [without, kept]) assert.ok(reward > first + 0.2, `${first} → ${reward}`);
});

test('the adaptive penalty follows the KL that was measured, by the responses it was measured on', async () => {
  using policy = tinyModel();
  using other = tinyModel('llama', 9); // far away: β must grow by the most it may
  const own = updating(policy);
  using _ = own.optimizer;
  const penalty = { beta: 0.1 };
  const run = runOf({ policy, reference: tokenReference(other), reward: shareOf(9) }, own, {
    assessment: { ...assessment, estimator: 'grpo' },
    rollouts: { ...rollouts, samples: 2 },
    penalty,
    klTarget: { target: 1, horizon: 100 },
    windows: [[eightPrompts], inParts(eightPrompts.slice(0, 4), 2)],
  });
  const steps = await Array.fromAsync(ppo(run));
  assert.ok(steps.every(({ kl }) => kl > 1.2));
  assertClose(
    [...steps.map(({ beta }) => beta), penalty.beta],
    [0.1, 0.1 * (1 + (0.2 * 16) / 100), 0.1 * (1 + (0.2 * 16) / 100) * (1 + (0.2 * 8) / 100)],
    { rtol: 1e-12 },
  );
});

test('an iteration that throws on its way leaves no tensor behind', async () => {
  using policy = tinyModel();
  const own = updating(policy);
  using _ = own.optimizer;
  await rollOut(policy, eightPrompts, rollouts); // makes the rotary table
  const live = liveTensors();
  const foreign = { coef: 1, batch: () => [...eightTexts, { ids: [1, 99], mask: [0, 1] }] }; // no token of this vocabulary
  const run = runOf({ policy, reference: tokenReference(policy), reward: shareOf(9) }, own, {
    assessment: { ...assessment, estimator: 'rloo' },
    rollouts: { ...rollouts, samples: 2 },
    sft: foreign,
  });
  await assert.rejects(Array.fromAsync(ppo(run)), { code: 'native' });
  own.optimizer.zeroGrad();
  for (const parameter of policy.parameters()) parameter.grad = undefined;
  assert.equal(liveTensors(), live);
});
