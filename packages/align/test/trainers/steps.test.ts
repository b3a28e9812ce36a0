import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveTensors, noGrad, Random, tidy } from '@attune/torch';
import type { EncodedPair } from '../../src/data/encode.ts';
import { type LossType, preferenceLosses } from '../../src/losses/registry.ts';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { type DpoObjective, type DpoStep, dpo, evaluatePairs } from '../../src/trainers/dpo.ts';
import { liveReference, referenceLogps, rememberedReference } from '../../src/trainers/reference.ts';
import { evaluateTexts, sft } from '../../src/trainers/sft.ts';
import { DivergedError } from '../../src/trainers/Update.ts';
import { assertClose } from '../assertClose.ts';
import { responseLogp, tinyModel, tokenLogpsOf } from '../models/plain.ts';
import { allWeights, eightPairs, eightTexts, inParts, updating, withLora } from './runs.ts';

const sigmoid: DpoObjective = { types: ['sigmoid'], options: { beta: 0.1 } };

/** A model's log-probabilities of the eight pairs, as numbers. */
function reference(seed = 9) {
  using model = tinyModel('llama', seed);
  return rememberedReference(eightPairs, referenceLogps(liveReference(model), eightPairs, { batchSize: 3 }));
}

/** One step of DPO over all eight pairs in micro-batches of `size`: what it reports, and the weights after it. */
async function oneStep(objective: DpoObjective, size: number): Promise<{ step: DpoStep; weights: number[] }> {
  using model = tinyModel();
  const update = updating(model);
  using _ = update.optimizer;
  const run = dpo({
    policy: model,
    reference: reference(),
    objective,
    windows: [inParts(eightPairs, size)],
    ...update,
  });
  const [step] = await Array.fromAsync(run);
  return { step: step!, weights: allWeights(model) };
}

const objectives: Record<string, DpoObjective> = {
  sigmoid,
  'sigmoid with an sft term': { types: ['sigmoid', 'sft'], weights: [1, 0.7], options: { beta: 0.1 } },
  'ipo, simpo and orpo together': { types: ['ipo', 'simpo', 'orpo'], options: { beta: 0.3 } },
};

for (const [name, objective] of Object.entries(objectives)) {
  test(`${name}: 1 × 8, 8 × 1 and 2 × 4 are one step, whatever the lengths`, async () => {
    const whole = await oneStep(objective, 8);
    for (const size of [1, 2, 4]) {
      const { step, weights } = await oneStep(objective, size);
      assert.deepEqual(Object.keys(step), Object.keys(whole.step));
      assertClose(Object.values(step), Object.values(whole.step), { rtol: 1e-6, what: `${size} at a time` });
      assertClose(weights, whole.weights, { rtol: 1e-6, atol: 1e-9, what: `weights, ${size} at a time` });
    }
  });
}

test('sft: 1 × 8, 8 × 1 and 2 × 4 are one step, whatever the lengths; the loss is the mean over learned tokens', async () => {
  const runs: number[][] = [];
  for (const size of [8, 1, 2, 4]) {
    using model = tinyModel();
    const plain = eightTexts.flatMap(({ ids, mask }) => tokenLogpsOf(model, ids).filter((_, t) => mask[t + 1] === 1));
    const update = updating(model);
    using _ = update.optimizer;
    const [step] = await Array.fromAsync(sft({ policy: model, windows: [inParts(eightTexts, size)], ...update }));
    assertClose(step!.loss, -plain.reduce((a, b) => a + b) / plain.length, { rtol: 1e-9 });
    assert.equal(step!.learnedTokens, plain.length);
    runs.push([step!.loss, step!.gradNorm, step!.tokens, ...allWeights(model)]);
  }
  for (const run of runs) assertClose(run, runs[0]!, { rtol: 1e-6, atol: 1e-9 });
});

test('the first loss of DPO is ln 2 when the policy is its reference, and no reward, margin or accuracy', async () => {
  for (const lora of [false, true]) {
    using model = tinyModel();
    if (lora) withLora(model, new Random(1));
    const remembered = rememberedReference(
      eightPairs,
      referenceLogps(liveReference(model), eightPairs, { batchSize: 8 }),
    );
    const update = updating(model);
    using _ = update.optimizer;
    const windows = [[eightPairs], [eightPairs]];
    const live = liveReference(model, { adaptersOff: true });
    for await (const step of dpo({
      policy: model,
      reference: lora ? live : remembered,
      objective: sigmoid,
      windows,
      ...update,
    })) {
      // The remembered numbers went through float32, some 50 nats.
      if (step.step === 1) {
        assertClose(step.loss, Math.LN2, { atol: lora ? 1e-12 : 1e-6 });
        assertClose([step.margin, step.chosenReward, step.rejectedReward], [0, 0, 0], { atol: lora ? 1e-12 : 1e-6 });
        if (lora) assert.equal(step.accuracy, 0);
      } else {
        assert.ok(step.loss < Math.LN2 && step.margin > 0, 'and the second is less');
      }
    }
  }
});

test('what a step reports is what the plain way gives before its update', async () => {
  using model = tinyModel();
  using other = tinyModel('llama', 9);
  const logps = (m: CausalLm) =>
    eightPairs.map(({ prompt, chosen, rejected }) =>
      tidy(() =>
        noGrad(() => [responseLogp(m, prompt, chosen).item(), responseLogp(m, prompt, rejected).item()] as const),
      ),
    );
  const [policy, ref] = [logps(model), logps(other)];
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const rewards = policy.map(([c, r], i) => [0.1 * (c - ref[i]![0]), 0.1 * (r - ref[i]![1])] as const);
  const expected = {
    loss: mean(rewards.map(([c, r]) => Math.log1p(Math.exp(r - c)))),
    chosenReward: mean(rewards.map(([c]) => c)),
    rejectedReward: mean(rewards.map(([, r]) => r)),
    margin: mean(rewards.map(([c, r]) => c - r)),
    accuracy: mean(rewards.map(([c, r]) => Number(c > r))),
    chosenLogps: mean(policy.map(([c]) => c)),
    rejectedLogps: mean(policy.map(([, r]) => r)),
  };
  const run = { policy: model, reference: liveReference(other), objective: sigmoid };
  const measured = evaluatePairs(run, inParts(eightPairs, 2));
  const update = updating(model, { learningRate: 0.02 });
  using _ = update.optimizer;
  const [step] = await Array.fromAsync(dpo({ ...run, windows: [inParts(eightPairs, 4)], ...update, stepsDone: 41 }));
  for (const [name, value] of Object.entries(expected)) {
    assertClose(measured[name as 'loss'], value, { rtol: 1e-8, what: name });
    assertClose(step![name as 'loss'], value, { rtol: 1e-8, what: name });
  }
  assert.deepEqual([step!.step, step!.pairs, step!.learningRate], [42, 8, 0.02]);
  assert.equal(
    step!.tokens,
    eightPairs.flatMap(({ prompt, chosen, rejected }) => [...prompt, ...chosen, ...rejected]).length,
  );
});

test("pairs' own weights weigh their losses", async () => {
  using model = tinyModel();
  using other = tinyModel('llama', 9);
  const run = { policy: model, reference: liveReference(other), objective: sigmoid };
  const each = eightPairs.map((pair) => evaluatePairs(run, [[pair]]).loss);
  const weights = [1, 0, 2, 0.5, 1, 1, 3, 0.25];
  const { loss } = evaluatePairs(run, [eightPairs.map((pair, i) => ({ ...pair, weight: weights[i] }))]);
  assertClose(loss, each.reduce((sum, l, i) => sum + l * weights[i]!, 0) / 8, { rtol: 1e-9 });
});

test('evaluation changes nothing: not the weights, not the gradients, not the next random number, no tensor', () => {
  const noise = new Random(3);
  using model = withLora(tinyModel(), new Random(1), noise);
  const run = { policy: model, reference: liveReference(model, { adaptersOff: true }), objective: sigmoid };
  evaluatePairs(run, [eightPairs]); // makes the rotary table
  const [weights, state, live] = [allWeights(model), noise.state, liveTensors()];
  const first = evaluatePairs(run, [eightPairs]);
  const texts = evaluateTexts(model, [eightTexts]);
  assert.deepEqual(evaluatePairs(run, [eightPairs]), first);
  assert.deepEqual(evaluateTexts(model, inParts(eightTexts, 8)), texts);
  assert.deepEqual(noise.state, state);
  assert.deepEqual(allWeights(model), weights);
  assert.ok(model.parameters().every((p) => p.grad === undefined));
  assert.equal(liveTensors(), live);
});

test('evaluateTexts is the mean over learned tokens, however they are batched', () => {
  using model = tinyModel();
  const all = evaluateTexts(model, [eightTexts]);
  for (const size of [1, 2, 4]) {
    const parts = evaluateTexts(model, inParts(eightTexts, size));
    assert.equal(parts.tokens, all.tokens);
    assertClose(parts.loss, all.loss, { rtol: 1e-12 });
  }
});

for (const type of Object.keys(preferenceLosses) as LossType[]) {
  test(`${type}: two steps train, and leave no tensor behind`, async () => {
    using model = tinyModel();
    using other = tinyModel('llama', 9);
    const update = updating(model, { learningRate: 1e-3 });
    using _ = update.optimizer;
    const windows = [inParts(eightPairs, 8), inParts(eightPairs, 8), inParts(eightPairs, 8)];
    const run = dpo({
      policy: model,
      reference: liveReference(other),
      objective: { types: [type], options: { beta: 0.1, labelSmoothing: 0.01 } },
      windows,
      ...update,
    });
    const before = allWeights(model);
    let live: number | undefined;
    for await (const { loss, gradNorm } of run) {
      assert.ok(Number.isFinite(loss) && gradNorm > 0);
      live ??= liveTensors();
      assert.equal(liveTensors(), live);
    }
    assert.notDeepEqual(allWeights(model), before);
  });
}

test('a loss or gradient that is no number stops the run, says where, changes no weight and leaves no tensor behind', async () => {
  using model = tinyModel();
  const update = updating(model);
  using _ = update.optimizer;
  const parameter = model.parameters().at(-1)!;
  const steps = () => [
    Array.fromAsync(
      dpo({
        policy: model,
        reference: reference(),
        objective: sigmoid,
        windows: [inParts(eightPairs, 4)],
        ...update,
        stepsDone: 6,
      }),
    ),
    Array.fromAsync(sft({ policy: model, windows: [inParts(eightTexts, 4)], ...update, stepsDone: 6 })),
  ];
  await Promise.all(steps());
  update.optimizer.zeroGrad();
  const good = parameter.toArray();
  noGrad(() => void parameter.fill_(Number.NaN));
  const [weights, live] = [allWeights(model), liveTensors()];
  for (const run of steps()) {
    await assert.rejects(run, (error) => {
      assert.ok(error instanceof DivergedError);
      assert.equal(error.code, 'diverged');
      assert.match(
        error.message,
        /^Step 7: the loss is NaN\. The weights are those of the step before\..*learning_rate/,
      );
      return true;
    });
  }
  assert.deepEqual(allWeights(model), weights);
  assert.equal(liveTensors(), live);
  assert.ok(good.every(Number.isFinite));
});

test('a step that throws on its way leaves no tensor behind', async () => {
  using model = tinyModel();
  const update = updating(model);
  using _ = update.optimizer;
  await Array.fromAsync(sft({ policy: model, windows: [[eightTexts]], ...update }));
  const live = liveTensors();
  const broken: EncodedPair = { prompt: [1], chosen: [2], rejected: [99] }; // no token of this vocabulary
  const run = dpo({
    policy: model,
    reference: reference(),
    objective: sigmoid,
    windows: [[[eightPairs[0]!], [broken]]],
    ...update,
  });
  await assert.rejects(Array.fromAsync(run), { code: 'native' });
  assert.equal(liveTensors(), live);
});

test('a run stops where its reader leaves it, between steps', async () => {
  using model = tinyModel();
  const update = updating(model);
  using _ = update.optimizer;
  let asked = 0;
  function* windows() {
    while (true) {
      asked++;
      yield [eightTexts];
    }
  }
  for await (const { step } of sft({ policy: model, windows: windows(), ...update })) if (step === 2) break;
  assert.equal(asked, 2);
});
