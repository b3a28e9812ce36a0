import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noGrad, Random, type Tensor, tensor, tidy } from '@attune/torch';
import fc from 'fast-check';
import type { EncodedPair } from '../../src/data/encode.ts';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { extrapolatedLogps } from '../../src/models/extrapolatedLogps.ts';
import { adaptersOf, addLora, allLinear } from '../../src/nn/lora.ts';
import { extrapolatedPairLogps, pairLogps } from '../../src/trainers/logps.ts';
import { assertClose } from '../assertClose.ts';
import { noShared, readJson, shared } from '../shared.ts';
import { eightPairs } from '../trainers/runs.ts';
import {
  LogitTable,
  logSoftmax,
  type PlainResponse,
  plainExtrapolated,
  plainLogps,
  renyi,
  tablesOf,
  total,
  workedExample,
} from './logitTable.ts';
import { learning, logitsOf, takeGradients, tinyModel } from './plain.ts';

// All in float64, and sums of a dozen numbers up to some 50.
const close = { rtol: 1e-10, atol: 1e-10 };
const seed = 20261122;

const anyLambda = fc.double({ min: 0.01, max: 3, noNaN: true });
const anyIds = fc.array(fc.integer({ min: 0, max: 18 }), { minLength: 1, maxLength: 7 });
const anyPairs = fc.array(fc.record({ prompt: anyIds, chosen: anyIds, rejected: anyIds }), {
  minLength: 1,
  maxLength: 3,
});

/** Both models' logits of a response, one whole sequence through each model alone. */
const plainly = (policy: CausalLm, reference: CausalLm, prompt: readonly number[], tokens: readonly number[]) => {
  const rows = (model: CausalLm) => logitsOf(model, [...prompt, ...tokens]).slice(prompt.length - 1, -1);
  return { policy: rows(policy), reference: rows(reference), tokens } satisfies PlainResponse;
};

/** The sums of all pairs as numbers, [pairs]. */
function pairSums(policy: CausalLm, reference: CausalLm, pairs: readonly EncodedPair[], lambda: number) {
  return tidy(() => {
    const scored = extrapolatedPairLogps(policy, { model: reference, adaptersOff: false }, pairs, lambda);
    const numbers = ({ chosen, rejected }: { chosen: Tensor; rejected: Tensor }) => ({
      chosen: chosen.toArray(),
      rejected: rejected.toArray(),
    });
    return {
      policy: numbers(scored.logps),
      reference: numbers(scored.reference),
      extrapolated: numbers(scored.extrapolated),
    };
  });
}

/** Token by token, from logits as they are: [n]. */
function fromLogits(policy: number[][], reference: number[][], targets: number[], lambda: number) {
  return tidy(() => {
    const own = new LogitTable(policy, 'place');
    const held = new LogitTable(reference, 'place');
    const logits = (part: Tensor) => held.logits(part);
    const ids = tensor(targets, { dtype: 'int64' });
    const all = noGrad(() => extrapolatedLogps(own, own.rows, ids, { hidden: held.rows, logits }, lambda));
    return {
      policy: all.policy.value.toArray(),
      reference: all.reference.toArray(),
      extrapolated: all.extrapolated.toArray(),
    };
  });
}

/** `count` rows of logits over five tokens, from −6 to 6. */
const anyRows = (count: number) => {
  const row = fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 5, maxLength: 5 });
  return fc.array(row, { minLength: count, maxLength: count });
};
const targets = [3, 0, 4];

/** Normalisers and sums of a pair, held to what was worked out elsewhere. */
function agrees(given: typeof workedExample, atol: number): void {
  const { expected, lambda } = given;
  const { pair, ...tables } = tablesOf(given);
  using policy = tables.policy;
  using reference = tables.reference;
  const sums = pairSums(policy, reference, [pair], lambda);
  const at = (side: 'w' | 'l') =>
    fromLogits(given[`policy_logits_${side}`], given[`ref_logits_${side}`], given[`tokens_${side}`], lambda);
  for (const [side, response] of [['w', 'chosen'] as const, ['l', 'rejected'] as const]) {
    assertClose(sums.policy[response], expected[`logp_policy_${side}`]!, { atol, what: `policy ${side}` });
    assertClose(sums.reference[response], expected[`logp_ref_${side}`]!, { atol, what: `reference ${side}` });
    const tokens = at(side);
    const logZ = tokens.extrapolated.map(
      (logp, t) => (1 + lambda) * tokens.policy[t]! - lambda * tokens.reference[t]! - logp,
    );
    assertClose(logZ, expected[`log_Z_${side}`]!, { atol, what: `log Z ${side}` });
  }
  const lead = (logps: { chosen: number[]; rejected: number[] }) => logps.chosen[0]! - logps.rejected[0]!;
  assertClose(given.beta * (lead(sums.policy) - lead(sums.reference)), expected.margin!, { atol, what: 'margin' });
  assertClose(given.beta * (lead(sums.extrapolated) - lead(sums.reference)), expected.margin_extrapolated!, {
    atol,
    what: 'extrapolated margin',
  });
}

test('the worked example of two tokens against one: log-probabilities, normalisers and margins', () => {
  agrees(workedExample, 1e-9); // what it prints
});

const golden = shared('spa', 'golden_vectors.json');

test('log-probabilities, normalisers and margins are those of the golden vectors', (t) => {
  if (!golden) return t.skip(noShared);
  const { cases } = readJson(golden) as { cases: (typeof workedExample)[] };
  assert.equal(cases.length, 6);
  for (const given of cases) agrees(given, 1e-9);
});

test('pairs under all three models are what whole sequences over the whole vocabulary give', () => {
  using policy = tinyModel('llama', 1);
  using reference = tinyModel('llama', 9);
  fc.assert(
    fc.property(anyPairs, anyLambda, (pairs, lambda) => {
      const sums = pairSums(policy, reference, pairs, lambda);
      for (const side of ['chosen', 'rejected'] as const) {
        const plain = pairs.map((pair) => plainly(policy, reference, pair.prompt, pair[side]));
        const of = (logps: (given: PlainResponse) => number[]) => plain.map((given) => total(logps(given)));
        assertClose(
          sums.policy[side],
          of((given) => plainLogps(given.policy, given.tokens)),
          close,
        );
        assertClose(
          sums.reference[side],
          of((given) => plainLogps(given.reference, given.tokens)),
          close,
        );
        assertClose(
          sums.extrapolated[side],
          of((given) => plainExtrapolated(given, lambda)),
          close,
        );
      }
    }),
    { numRuns: 12, seed },
  );
});

test('the extrapolated margin is (1+λ)·m less what Rényi divergences of order 1+λ take, β·λ·ΣD over the tokens', () => {
  using policy = tinyModel('llama', 1);
  using reference = tinyModel('gpt2', 9);
  fc.assert(
    fc.property(anyPairs, anyLambda, fc.double({ min: 0.01, max: 1, noNaN: true }), (pairs, lambda, beta) => {
      const { extrapolated, ...sums } = pairSums(policy, reference, pairs, lambda);
      for (const [i, { prompt, chosen, rejected }] of pairs.entries()) {
        const lead = (logps: typeof extrapolated) =>
          logps.chosen[i]! - sums.reference.chosen[i]! - (logps.rejected[i]! - sums.reference.rejected[i]!);
        const taken = [chosen, rejected].map((tokens) => {
          const divergences = renyi(plainly(policy, reference, prompt, tokens), lambda);
          for (const divergence of divergences) assert.ok(divergence >= -1e-12, 'and none is negative');
          return total(divergences);
        });
        const expected = (1 + lambda) * beta * lead(sums.policy) - beta * (taken[0]! - taken[1]!);
        assertClose(beta * lead(extrapolated), expected, close);
      }
    }),
    { numRuns: 12, seed },
  );
});

test('λ = 0 gives the values of the policy to the last bit', () => {
  for (const dtype of ['float64', 'float32', 'bfloat16'] as const) {
    using policy = tinyModel('llama', 1, { dtype });
    using reference = tinyModel('llama', 9, { dtype });
    const sums = pairSums(policy, reference, eightPairs, 0);
    assert.deepEqual(sums.extrapolated, sums.policy, dtype);
    assert.notDeepEqual(sums.reference, sums.policy);
  }
});

test('where policy and reference are one, so is the extrapolated model', () => {
  using model = tinyModel();
  const sums = pairSums(model, model, eightPairs, 0.5);
  assert.deepEqual(sums.reference, sums.policy);
  for (const side of ['chosen', 'rejected'] as const) assertClose(sums.extrapolated[side], sums.policy[side], close);
});

test('the policy is scored as in DPO, and differentiated so, to the last bit', () => {
  using policy = learning(tinyModel('llama', 1));
  using reference = learning(tinyModel('llama', 9));
  const run = (score: () => Pick<ReturnType<typeof pairLogps>, 'logps' | 'lengths' | 'backward'>) =>
    tidy(() => {
      const { logps, lengths, backward } = score();
      logps.chosen.mul(logps.rejected).sum().backward();
      backward();
      const values = [logps.chosen, logps.rejected, lengths.chosen, lengths.rejected].map((all) => all.toArray());
      return { values, gradients: takeGradients(policy) };
    });
  const dpo = run(() => pairLogps(policy, eightPairs));
  const spa = run(() => extrapolatedPairLogps(policy, { model: reference, adaptersOff: false }, eightPairs, 0.5));
  assert.ok(dpo.gradients.some((value) => value !== 0));
  assert.deepEqual(spa, dpo);
  assert.deepEqual(takeGradients(reference), [], 'the reference gathers no gradient');
});

test('only the policy’s own values lead back to its weights', () => {
  using policy = learning(tinyModel('llama', 1));
  using reference = learning(tinyModel('llama', 9));
  tidy(() => {
    const held = { model: reference, adaptersOff: false };
    const { logps, reference: frozen, extrapolated } = extrapolatedPairLogps(policy, held, eightPairs, 0.5);
    for (const side of ['chosen', 'rejected'] as const) {
      assert.deepEqual(
        [logps, frozen, extrapolated].map((all) => all[side].requiresGrad),
        [true, false, false],
      );
    }
  });
});

test('the reference is the policy with its adapters off, on the vocabulary head as well', () => {
  using plain = tinyModel();
  using policy = tinyModel();
  const noise = new Random(3);
  addLora(policy, { rank: 2, alpha: 4, dropout: 0.3, targets: [...allLinear, 'lm_head'] }, new Random(1));
  for (const [, adapter] of adaptersOf(policy)) {
    noGrad(() => adapter.loraB.normal_({ std: 0.5, random: new Random(2) }));
  }
  const off = tidy(() => {
    const { logps, reference, extrapolated } = extrapolatedPairLogps(
      policy,
      { model: policy, adaptersOff: true },
      eightPairs,
      0.5,
    );
    return [logps, reference, extrapolated].map(({ chosen }) => chosen.toArray());
  });
  const apart = pairSums(policy, plain, eightPairs, 0.5);
  assert.deepEqual(off, [apart.policy.chosen, apart.reference.chosen, apart.extrapolated.chosen]);
  assert.notDeepEqual(off[0], off[1]);

  // A reference that is a model of its own keeps its adapters, but drops nothing.
  for (const [, adapter] of adaptersOf(policy)) adapter.noise = noise;
  const { state } = noise;
  const held = pairSums(plain, policy, eightPairs, 0.5);
  assert.deepEqual(held.reference, apart.policy);
  assert.deepEqual(noise.state, state);
});

test('a constant on all logits of a position, of either model, changes nothing', () => {
  const anyShifts = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(anyRows(3), anyRows(3), anyShifts, anyShifts, anyLambda, (policy, reference, own, held, lambda) => {
      const shifted = (rows: number[][], by: number[]) => rows.map((row, t) => row.map((logit) => logit + by[t]!));
      const before = fromLogits(policy, reference, targets, lambda);
      const after = fromLogits(shifted(policy, own), shifted(reference, held), targets, lambda);
      for (const name of ['policy', 'reference', 'extrapolated'] as const) {
        assertClose(after[name], before[name], { atol: 1e-11, what: name }); // constants of 200 round at 1e-13
      }
    }),
    { numRuns: 50, seed },
  );
});

test('a policy tilted from its reference by g/β is extrapolated to the tilt of β/(1+λ)', () => {
  fc.assert(
    fc.property(anyRows(3), anyRows(3), anyLambda, (reference, gains, lambda) => {
      const beta = 0.7;
      const tilted = (by: number) => reference.map((row, t) => row.map((logit, v) => logit + gains[t]![v]! / by));
      const further = tilted(beta / (1 + lambda));
      const { extrapolated } = fromLogits(tilted(beta), reference, targets, lambda);
      assertClose(extrapolated, plainLogps(further, targets), close);
    }),
    { numRuns: 50, seed },
  );
});

test('as λ grows, the extrapolated model settles on the token that the policy has raised most', () => {
  const reference = [[3, 2, 1, 0, -1]];
  const policy = [[3.1, 1, 1, 0.5, -2]]; // raised most: token 3, though the policy prefers token 0
  const probability = (lambda: number) =>
    [0, 1, 2, 3, 4].map((token) => Math.exp(fromLogits(policy, reference, [token], lambda).extrapolated[0]!));
  const rising = [0, 1, 4, 16, 64].map((lambda) => probability(lambda)[3]!);
  assert.deepEqual(rising, rising.toSorted());
  assertClose(probability(64), [0, 0, 0, 1, 0], { atol: 1e-9 });
  assertClose(probability(0), logSoftmax(policy[0]!).map(Math.exp), close);
});

test('logits of ±1000 stay numbers', () => {
  const { policy, reference, extrapolated } = fromLogits([[1000, -1000, 0]], [[-1000, 1000, 0]], [1], 0.5);
  assert.deepEqual([policy, reference, extrapolated], [[-2000], [0], [-4000]]);
});

test('models of any two widths and kinds, and responses of one token', () => {
  using policy = tinyModel('mistral', 1);
  using reference = tinyModel('gpt2', 2);
  const pair = { prompt: [5, 6], chosen: [7], rejected: [8] };
  const sums = pairSums(policy, reference, [pair], 0.25);
  const given = plainly(policy, reference, pair.prompt, pair.rejected);
  assertClose(sums.extrapolated.rejected, total(plainExtrapolated(given, 0.25)), close);

  const rows = [[0.5, -1, 2]];
  tidy(() => {
    const own = new LogitTable(rows, 'place');
    const head = tensor([[1], [0], [-1]], { dtype: 'float64' }); // [vocab, 1]: a state of width 1
    const state = tensor([[1]], { dtype: 'float64' });
    const held = { hidden: state, logits: (part: Tensor) => part.matmul(head.t()) };
    const { extrapolated } = extrapolatedLogps(own, own.rows, tensor([2], { dtype: 'int64' }), held, 0.5);
    const expected = plainExtrapolated({ policy: rows, reference: [[1, 0, -1]], tokens: [2] }, 0.5);
    assertClose(extrapolated.toArray(), expected, close);
  });
});

test('in bfloat16 the logits are widened before they are mixed: the sums are those of float32', () => {
  using policy = tinyModel('llama', 1, { dtype: 'bfloat16' });
  using reference = tinyModel('llama', 9, { dtype: 'bfloat16' });
  const { prompt, chosen } = eightPairs[3]!;
  const { extrapolated } = pairSums(policy, reference, [eightPairs[3]!], 0.5);
  const given = plainly(policy, reference, prompt, chosen);
  // Logits of some tens have 2⁻³ for their last bit in bfloat16, 2⁻¹⁹ in float32; whole sequences round as packed ones do.
  assertClose(extrapolated.chosen, total(plainExtrapolated(given, 0.5)), { atol: 1e-3 });
});
