import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveTensors, Random } from '@attune/torch';
import { asRewardModel } from '../../src/models/rewardModel.ts';
import { experience } from '../../src/trainers/experience.ts';
import { type PpoRun, type PpoStep, ppo } from '../../src/trainers/ppo.ts';
import { rewardFrom, rollOut, type SampledGroup, tokenReference, valuesOf } from '../../src/trainers/rollouts.ts';
import { sft } from '../../src/trainers/sft.ts';
import { DivergedError } from '../../src/trainers/Update.ts';
import { assertClose } from '../assertClose.ts';
import { scoreAlone, tinyModel, tokenLogpsOf } from '../models/plain.ts';
import { assessment, criticOf, eightPrompts, Roles, rollouts, runOf, shareOf, tinyReward, watching } from './rl.ts';
import { allWeights, eightTexts, inParts, updating } from './runs.ts';

test('what was sampled keeps the log-probabilities of a plain pass over prompt and response, however many at a time', async () => {
  using policy = tinyModel();
  const options = { ...rollouts, samples: 3, maxNewTokens: 7, endIds: [4, 9] };
  const groups = await rollOut(policy, eightPrompts, options);
  for (const { prompt, responses } of groups) {
    assert.equal(responses.length, 3);
    for (const { ids, logps, finish } of responses) {
      const plain = tokenLogpsOf(policy, [...prompt.ids, ...ids]).slice(prompt.ids.length - 1);
      assertClose(logps, plain, { atol: 1e-12 }); // sums of 16 terms in float64, in another order
      assert.equal(finish, [4, 9].includes(ids.at(-1)!) ? 'stop' : 'length');
      assert.ok(ids.slice(0, -1).every((id) => ![4, 9].includes(id)) && (finish === 'stop' || ids.length === 7));
    }
  }
  const finishes = new Set(groups.flatMap(({ responses }) => responses.map(({ finish }) => finish)));
  assert.deepEqual(finishes, new Set(['stop', 'length'])); // the case is in the test
  for (const rows of [1, 4]) {
    const others = await rollOut(policy, eightPrompts, { ...options, rows });
    const ids = (of: SampledGroup[]) => of.map(({ responses }) => responses.map((response) => response.ids));
    assert.deepEqual(ids(others), ids(groups));
  }
});

test('a response is scored at its last token, its end token where it has one, also where that is the padding token', async () => {
  const end = 7;
  using model = tinyReward();
  model.config = { ...model.config, pad_token_id: end, eos_token_id: end };
  const sampled = responsesOf([
    [3, 5, end],
    [3, 5, 8],
    [end],
    [3, end, 8, end], // nothing is looked for
  ]);
  const judges = { reward: rewardFrom(model), reference: asSampled(sampled), critic: model };
  const settings = { ...assessment, missingEosPenalty: 2, lambda: 0, beta: 0 };
  const [group] = await experience(judges, sampled, settings, 1);
  const { prompt, responses } = group!;
  for (const [i, { ids, score, advantages, returns }] of responses.entries()) {
    const alone = scoreAlone(model, [...prompt.ids, ...ids]);
    assertClose(score, alone - (i === 1 ? 2 : 0), { atol: 1e-12, what: 'the penalty is for the one that was cut off' });
    // With λ = 0 an advantage sees one token: what the score, 7 more than the reference's, is worth is known at the last.
    const values = valuesOf(model, [{ prompt: prompt.ids, responses: [ids] }]);
    assertClose(returns.at(-1)!, score - 7, { atol: 1e-12 });
    assertClose(advantages.at(-1)!, score - 7 - values.at(-1)!, { atol: 1e-12 });
    assertClose(
      advantages.slice(0, -1),
      values.slice(1).map((value, t) => value - values[t]!),
      { atol: 1e-12 },
    );
  }
});

/** Responses to one prompt as if they had been sampled; the reference's own scored 7. */
const responsesOf = (all: number[][]): SampledGroup[] => [
  {
    prompt: { id: 'one', ids: [1, 2], referenceScore: 7 },
    responses: all.map((ids) => ({
      ids,
      logps: ids.map((id) => -1 - id / 8),
      finish: ids.at(-1) === 7 ? ('stop' as const) : ('length' as const),
    })),
  },
];

/** A reference that agrees with whoever sampled. */
const asSampled = (sampled: readonly SampledGroup[]) => () =>
  sampled.flatMap(({ responses }) => responses.flatMap(({ logps }) => logps));

test('at the first step ratios are 1, the objective is the mean advantage, nothing is clipped and KL is 0', async () => {
  using roles = new Roles();
  const seen: number[][] = [];
  const [own, critics] = [watching(roles.policy, seen), watching(roles.critic, [])];
  using _ = own.optimizer;
  using __ = critics.optimizer;
  const [step] = await steps(
    runOf(roles, own, { critic: criticOf(roles.critic, critics), windows: [inParts(eightPrompts, 2)] }),
  );
  const advantages = step!.experience.flatMap(({ responses }) => responses.flatMap((response) => response.advantages));
  assertClose(step!.ratio, 1, { atol: 1e-7 }); // old log-probabilities go through float32
  assertClose(step!.policyLoss, -advantages.reduce((a, b) => a + b) / advantages.length, { rtol: 1e-6 });
  assertClose([step!.kl, step!.klReward, step!.approxKl], [0, 0, 0], { atol: 1e-12 });
  assert.deepEqual([step!.clipFraction, step!.valueClipFraction], [0, 0]);
  assert.ok(step!.advantageDeviation > 0.1 && step!.gradNorm > 0);
});

test('nothing is normalised: rewards, values and β times 4 are advantages times 4, bit for bit; whitened, they are the same', async () => {
  using roles = new Roles();
  using other = tinyModel('llama', 9); // so that there is some KL
  const sampled = await rollOut(roles.policy, eightPrompts, rollouts);
  const reference = tokenReference(other);
  const advantages = async (unit: number, whitenAdvantages: boolean) => {
    using critic = asRewardModel(tinyModel('llama', 6), new Random(6));
    critic.score.weight.mul_(unit);
    const reward = (...args: Parameters<typeof roles.reward>) => roles.reward(...args).map((score) => unit * score);
    const settings = { ...assessment, whitenAdvantages, beta: 0.1 * unit };
    const groups = await experience({ reward, reference, critic }, sampled, settings, 4);
    return groups.flatMap(({ responses }) => responses.flatMap((response) => response.advantages));
  };
  const once = await advantages(1, false);
  assert.deepEqual(
    await advantages(4, false),
    once.map((advantage) => 4 * advantage),
  );
  assertClose(await advantages(4, true), await advantages(1, true), { rtol: 1e-6 }); // 1e-8 stands beside the variance
  assert.ok(Math.max(...once.map(Math.abs)) > 0.1);
});

test('a constant added to all rewards of a prompt, that of the reference’s response too, changes nothing, bit for bit', async () => {
  const trained = async (constants: number[]) => {
    using roles = new Roles();
    const [own, critics] = [updating(roles.policy), updating(roles.critic)];
    using _ = own.optimizer;
    using __ = critics.optimizer;
    const prompts = eightPrompts.map((prompt, i) => ({ ...prompt, referenceScore: i / 8 + constants[i]! }));
    const of = new Map(prompts.map(({ ids }, i) => [ids, constants[i]!]));
    // Eighths and whole numbers, which float64 adds without rounding.
    const reward: PpoRun['reward'] = (groups) =>
      groups.flatMap(({ prompt, responses }) =>
        responses.map((ids) => ids.filter((id) => id % 3 === 0).length / 8 + of.get(prompt as number[])!),
      );
    const windows = [inParts(prompts, 4), inParts(prompts, 4)];
    const run = runOf({ ...roles, reward }, own, { critic: criticOf(roles.critic, critics), windows });
    const made = await steps(run);
    return {
      rewards: made.map(({ reward }) => reward),
      weights: [...allWeights(roles.policy), ...allWeights(roles.critic)],
    };
  };
  const plain = await trained(eightPrompts.map(() => 0));
  assert.deepEqual(await trained([1000, -3, 0, 64, 7, -512, 1, 2]), plain);
});

test('1 × 8, 8 × 1 and 2 × 4 are one iteration, whatever the lengths', async () => {
  const runs: number[][] = [];
  for (const size of [8, 1, 4]) {
    using roles = new Roles();
    const [own, critics] = [updating(roles.policy), updating(roles.critic)];
    using _ = own.optimizer;
    using __ = critics.optimizer;
    const options = { ...rollouts, samples: 2, endIds: [4, 9] };
    const windows = [inParts(eightPrompts, size)];
    const run = runOf(roles, own, { critic: criticOf(roles.critic, critics), rollouts: options, windows });
    const [{ experience: _groups, ...step }] = (await steps(run)) as [PpoStep];
    const { sftLoss: _none, ...numbers } = step;
    runs.push([...Object.values(numbers), ...allWeights(roles.policy), ...allWeights(roles.critic)]);
  }
  // Advantages and old log-probabilities go through float32, where the last bit of float64 may tip the last of theirs.
  for (const run of runs) assertClose(run, runs[0]!, { rtol: 1e-5, atol: 1e-7 });
});

test('in the first epoch every order of the mini-batches gives gradients with the same mean: that of all responses at once', async () => {
  const gradients = async (miniBatches: number, seed: number) => {
    using roles = new Roles();
    const seen: number[][] = [];
    const [own, critics] = [watching(roles.policy, seen), watching(roles.critic, seen)];
    using _ = own.optimizer;
    using __ = critics.optimizer;
    // The likeliest tokens, as many for each prompt: the seed decides nothing but the order.
    const options = { ...rollouts, temperature: 0, seed };
    const windows = [inParts(eightPrompts, 2)];
    await steps(
      runOf(roles, own, { critic: criticOf(roles.critic, critics), rollouts: options, miniBatches, windows }),
    );
    return seen;
  };
  const meanOf = (lists: number[][]) =>
    lists[0]!.map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0) / lists.length);
  const [policy, critic] = await gradients(1, 0);
  const orders: number[][][] = [];
  for (const seed of [0, 1, 2]) {
    const seen = await gradients(4, seed);
    assert.equal(seen.length, 8);
    const own = seen.filter((_, i) => i % 2 === 0);
    assertClose(meanOf(own), policy!, { rtol: 1e-6, atol: 1e-9, what: `policy, seed ${seed}` });
    assertClose(meanOf(seen.filter((_, i) => i % 2 === 1)), critic!, {
      rtol: 1e-6,
      atol: 1e-9,
      what: `critic, seed ${seed}`,
    });
    orders.push(own);
  }
  assert.notDeepEqual(orders[0], orders[1]); // they were other mini-batches
});

/** The gradient of one update by rewards, by texts, or by both. */
async function gradientBy({ rewards, coef }: { rewards: boolean; coef?: number }): Promise<number[]> {
  using roles = new Roles();
  const seen: number[][] = [];
  const own = watching(roles.policy, seen);
  using _ = own.optimizer;
  const term = coef !== undefined && { sft: { coef, batch: () => eightTexts } };
  const settings = { ...assessment, estimator: 'rloo' as const };
  await steps(
    runOf({ ...roles, reward: rewards ? roles.reward : shareOf(-1) }, own, {
      ...{ assessment: settings, rollouts: { ...rollouts, samples: 2 }, penalty: { beta: 0 } },
      ...term,
    }),
  );
  return seen[0]!;
}

test('with an SFT term the gradient is the sum of both: λ times that of the texts beside that of PPO', async () => {
  const [both, ppoAlone, textsAlone] = [
    await gradientBy({ rewards: true, coef: 0.3 }),
    await gradientBy({ rewards: true }),
    await gradientBy({ rewards: false, coef: 1 }),
  ];
  assertClose(
    both,
    ppoAlone.map((own, i) => own + 0.3 * textsAlone[i]!),
    { rtol: 1e-9, atol: 1e-12 },
  );
  assert.ok(ppoAlone.some((value) => value !== 0) && textsAlone.some((value) => value !== 0));
});

test('an SFT term of weight 0 is PPO without one, bit for bit; where all responses earn alike, only the texts teach', async () => {
  assert.deepEqual(await gradientBy({ rewards: true, coef: 0 }), await gradientBy({ rewards: true }));
  const nothing = await gradientBy({ rewards: false });
  assert.ok(nothing.every((value) => value === 0));
  using model = tinyModel();
  const seen: number[][] = [];
  const own = watching(model, seen);
  using _ = own.optimizer;
  await Array.fromAsync(sft({ policy: model, windows: [[eightTexts]], ...own }));
  assertClose(await gradientBy({ rewards: false, coef: 1 }), seen[0]!, { rtol: 1e-12, atol: 1e-15 });
});

test('texts of the SFT term are asked for once for each micro-batch of an iteration, numbered from 0', async () => {
  using roles = new Roles();
  const own = updating(roles.policy);
  using _ = own.optimizer;
  const asked: [number, number][] = [];
  const batch = (step: number, n: number) => {
    asked.push([step, n]);
    return eightTexts;
  };
  const settings = { ...assessment, estimator: 'rloo' as const };
  const windows = [[eightPrompts.slice(0, 2), eightPrompts.slice(2, 4), eightPrompts.slice(4, 5)]]; // mini-batches of 3 and 2
  const run = { assessment: settings, windows, epochs: 2, miniBatches: 2, sft: { coef: 1, batch }, stepsDone: 4 };
  await steps(runOf(roles, own, { ...run, rollouts: { ...rollouts, samples: 2 } }));
  assert.deepEqual(
    asked,
    [0, 1, 2, 3, 4, 5].map((n) => [5, n]),
  );
});

test('while the critic warms up the policy stays as it is, and its numbers are left out', async () => {
  using roles = new Roles();
  const [own, critics] = [updating(roles.policy), updating(roles.critic)];
  using _ = own.optimizer;
  using __ = critics.optimizer;
  const critic = { ...criticOf(roles.critic, critics), warmup: 1 };
  const [before, judged] = [allWeights(roles.policy), allWeights(roles.critic)];
  for await (const step of ppo(runOf(roles, own, { critic, windows: [[eightPrompts], [eightPrompts]] }))) {
    const learned = step.step > 1;
    assert.equal(Number.isNaN(step.policyLoss), !learned);
    assert.ok(Number.isFinite(step.valueLoss));
    assert.equal(
      allWeights(roles.policy).some((weight, i) => weight !== before[i]),
      learned,
    );
    assert.notDeepEqual(allWeights(roles.critic), judged);
  }
});

test('the penalty reported is the one that was given, whatever its estimator', async () => {
  using roles = new Roles();
  using other = tinyModel('llama', 9);
  const own = updating(roles.policy);
  using _ = own.optimizer;
  const penalties: number[] = [];
  for (const klEstimator of ['k1', 'k2', 'k3'] as const) {
    const settings = { ...assessment, estimator: 'rloo' as const, klEstimator };
    const options = {
      assessment: settings,
      rollouts: { ...rollouts, samples: 2 },
      penalty: { beta: 0.5 },
      cliprange: 1e-9,
    };
    const frozen = { ...own, learningRate: () => 0 };
    const [step] = await steps(runOf({ ...roles, reference: tokenReference(other) }, frozen, options));
    const x = step!.experience.flatMap(({ responses }) => responses.flatMap(({ kl }) => kl.map((k1) => -k1)));
    const each = { k1: (v: number) => -v, k2: (v: number) => v ** 2 / 2, k3: (v: number) => Math.expm1(v) - v };
    assertClose(step!.klReward, (-0.5 * x.reduce((sum, v) => sum + each[klEstimator](v), 0)) / 16, { rtol: 1e-9 });
    penalties.push(step!.kl);
  }
  assert.ok(
    penalties.every((kl) => kl === penalties[0]),
    'objective/kl is k1 under every estimator',
  );
});

test('a reward that is no number stops the run, says where, and changes no weight', async () => {
  using roles = new Roles();
  const own = updating(roles.policy);
  using _ = own.optimizer;
  const settings = { ...assessment, estimator: 'grpo' as const };
  const before = allWeights(roles.policy);
  const reward: PpoRun['reward'] = (groups) => groups.flatMap(({ responses }) => responses.map(() => Number.NaN));
  const run = runOf({ ...roles, reward }, own, {
    assessment: settings,
    rollouts: { ...rollouts, samples: 2 },
    stepsDone: 2,
  });
  await assert.rejects(steps(run), (error) => error instanceof DivergedError && /^Step 3: /.test(error.message));
  assert.deepEqual(allWeights(roles.policy), before);
});

test('a signal ends an iteration while it samples, and nothing is learned from what there was', async () => {
  using roles = new Roles();
  const own = updating(roles.policy);
  using _ = own.optimizer;
  await rollOut(roles.policy, eightPrompts, rollouts); // makes the rotary table
  const before = [allWeights(roles.policy), liveTensors()];
  const reward: PpoRun['reward'] = () => assert.fail('nothing is scored');
  const stop = new AbortController();
  stop.abort();
  const run = runOf({ ...roles, reward }, own, { rollouts: { ...rollouts, signal: stop.signal } });
  await assert.rejects(steps(run), (error) => error === stop.signal.reason);
  assert.deepEqual([allWeights(roles.policy), liveTensors()], before);
});

const steps = (run: PpoRun): Promise<PpoStep[]> => Array.fromAsync(ppo(run));
