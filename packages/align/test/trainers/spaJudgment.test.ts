import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveTensors, Random, tidy } from '@attune/torch';
import fc from 'fast-check';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { selfPreference, selfRewards } from '../../src/trainers/spa.ts';
import { assertClose } from '../assertClose.ts';
import { sineTable } from '../models/logitTable.ts';
import { responseLogp, tinyModel } from '../models/plain.ts';
import { eightPairs, withLora } from './runs.ts';

// In float64 throughout.
const close = { rtol: 1e-9, atol: 1e-9 };
const seed = 20261122;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const groups = eightPairs.map(({ prompt, chosen, rejected }) => ({ prompt, responses: [chosen, rejected] }));

test('a reward is log π − log π_ref of the response, summed over its tokens alone', () => {
  using policy = tinyModel('llama', 1);
  using reference = tinyModel('llama', 9);
  const rewards = selfRewards(policy, reference, groups);
  const plain = (model: CausalLm) =>
    groups.map(({ prompt, responses }) =>
      responses.map((response) => tidy(() => responseLogp(model, prompt, response).item())),
    );
  const [own, held] = [plain(policy), plain(reference)];
  assertClose(
    rewards.flat(),
    own.flatMap((logps, i) => logps.map((logp, k) => logp - held[i]![k]!)),
    close,
  );
  assertClose(selfRewards(policy, undefined, groups).flat(), own.flat(), close);
});

test('a response’s reward does not depend on the responses beside it, nor on their number, nor on other prompts', () => {
  using policy = tinyModel('llama', 1);
  using reference = tinyModel('llama', 9);
  const [one, other] = [eightPairs[1]!, eightPairs[4]!];
  const alone = selfRewards(policy, reference, [{ prompt: one.prompt, responses: [one.chosen] }])[0]![0]!;
  const company = [
    { prompt: other.prompt, responses: [other.chosen, other.rejected] },
    { prompt: one.prompt, responses: [one.rejected, other.chosen, one.chosen] },
  ];
  const rewards = selfRewards(policy, reference, company);
  assert.deepEqual(
    rewards.map(({ length }) => length),
    [2, 3],
  );
  assertClose(rewards[1]![2]!, alone, close);
});

test('more tokens in front of the prompt change no reward where the models do not look back at them', () => {
  using policy = sineTable(1);
  using reference = sineTable(2);
  const longer = groups.map(({ prompt, responses }) => ({ prompt: [3, 3, 7, ...prompt], responses }));
  assert.deepEqual(selfRewards(policy, reference, longer), selfRewards(policy, reference, groups));
});

test('a model that is its own reference has no preference: every reward is 0 and every pair a tie', () => {
  using model = tinyModel('llama', 1);
  using same = tinyModel('llama', 1);
  for (const rewards of selfRewards(model, same, groups)) {
    assert.deepEqual(rewards, [0, 0]);
    const tie = { probability: 0.5, tie: true };
    assert.deepEqual(selfPreference(rewards, { beta: 0.1 }), { chosen: 1, rejected: 0, ...tie }, 'the paper');
    assert.deepEqual(selfPreference(rewards, { beta: 0.1, ties: 'first' }), { chosen: 0, rejected: 1, ...tie });
  }
});

test('judging drops nothing, draws no random number, gathers no gradient and leaves no tensor', () => {
  const noise = new Random(3);
  using policy = withLora(tinyModel(), new Random(1), noise);
  using reference = tinyModel('llama', 9);
  const first = selfRewards(policy, reference, groups); // makes the rotary tables
  const [state, live] = [noise.state, liveTensors()];
  assert.deepEqual(selfRewards(policy, reference, groups), first);
  assert.deepEqual(noise.state, state);
  assert.ok(policy.parameters().every(({ grad }) => grad === undefined));
  assert.equal(liveTensors(), live);
});

// Whole numbers and quarters, so that sums and products of them are exact.
const anyReward = fc.integer({ min: -100, max: 100 });
const anyRewards = fc.array(anyReward, { minLength: 2, maxLength: 6 });
const anyLengths = fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }));
const anyBeta = fc.double({ min: 0.01, max: 2, noNaN: true });

test('the probability is σ(β·(r₁ − r₂)), and those of both orders sum to one', () => {
  /** That the first of two is preferred. */
  const first = (rewards: number[], beta: number) => {
    const { chosen, probability } = selfPreference(rewards, { beta });
    return chosen === 0 ? probability : 1 - probability;
  };
  fc.assert(
    fc.property(anyReward, anyReward, anyBeta, (one, other, beta) => {
      assertClose(first([one, other], beta), sigmoid(beta * (one - other)), { atol: 1e-15 });
      assertClose(first([one, other], beta) + first([other, one], beta), 1, { atol: 1e-15 });
    }),
    { seed },
  );
  assert.equal(selfPreference([1e6, -1e6], { beta: 10 }).probability, 1);
});

test('swapping two responses swaps the label, except at a tie', () => {
  fc.assert(
    fc.property(anyReward, anyReward, fc.constantFrom('second', 'first'), (one, other, ties) => {
      const label = selfPreference([one, other], { beta: 0.1, ties });
      const swapped = selfPreference([other, one], { beta: 0.1, ties });
      assert.equal(label.tie, one === other);
      assert.equal(swapped.chosen, label.tie ? label.chosen : 1 - label.chosen);
      assert.equal(label.rejected, 1 - label.chosen);
    }),
    { numRuns: 300, seed },
  );
});

test('neither β nor what depends on the prompt alone changes a label', () => {
  fc.assert(
    fc.property(anyRewards, anyBeta, anyReward, (rewards, beta, prompt) => {
      const { chosen, rejected, tie } = selfPreference(rewards, { beta: 0.1 });
      const shifted = selfPreference(
        rewards.map((reward) => reward + prompt),
        { beta },
      );
      assert.deepEqual([shifted.chosen, shifted.rejected, shifted.tie], [chosen, rejected, tie]);
    }),
    { seed },
  );
});

test('of several responses the best is chosen and the worst rejected; of equal ones, as ties are broken', () => {
  fc.assert(
    fc.property(anyRewards, (rewards) => {
      const [most, least] = [Math.max(...rewards), Math.min(...rewards)];
      for (const ties of ['second', 'first'] as const) {
        const { chosen, rejected, probability } = selfPreference(rewards, { beta: 0.25, ties });
        assert.deepEqual([rewards[chosen], rewards[rejected]], [most, least]);
        assert.notEqual(chosen, rejected);
        assertClose(probability, sigmoid(0.25 * (most - least)), { atol: 1e-15 });
      }
    }),
    { seed },
  );
  const { chosen, rejected } = selfPreference([4, 1, 4, 1], { beta: 0.1 });
  assert.deepEqual([chosen, rejected], [2, 1]);
  const released = selfPreference([4, 1, 4, 1], { beta: 0.1, ties: 'first' });
  assert.deepEqual([released.chosen, released.rejected], [0, 3]);
});

test('with a penalty of a for each token the first response wins where r₁ − r₂ > a·(|y₁| − |y₂|)', () => {
  const anyPenalty = fc.integer({ min: 0, max: 40 }).map((quarters) => quarters / 4);
  fc.assert(
    fc.property(anyReward, anyReward, anyLengths, anyPenalty, (one, other, lengths, lengthPenalty) => {
      const { chosen, tie } = selfPreference([one, other], { beta: 0.1, lengthPenalty, lengths });
      const [lead, price] = [one - other, lengthPenalty * (lengths[0] - lengths[1])];
      assert.equal(tie, lead === price);
      assert.equal(chosen, lead > price ? 0 : 1);
    }),
    { numRuns: 300, seed },
  );
});

test('a penalty of 0 changes nothing, and under one that is large enough the shorter response wins', () => {
  fc.assert(
    fc.property(anyReward, anyReward, anyLengths, (one, other, lengths) => {
      const rewards = [one, other];
      assert.deepEqual(
        selfPreference(rewards, { beta: 0.1, lengthPenalty: 0, lengths }),
        selfPreference(rewards, { beta: 0.1 }),
      );
      fc.pre(lengths[0] !== lengths[1]);
      const { chosen } = selfPreference(rewards, { beta: 0.1, lengthPenalty: 1000, lengths });
      assert.equal(chosen, lengths[0] < lengths[1] ? 0 : 1);
    }),
    { seed },
  );
});
