import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensor, tidy } from '@attune/torch';
import fc from 'fast-check';
import { smoothedLogistic } from '../../src/losses/sigmoid.ts';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { type Refinement, type RefineRun, type RefineStep, refine } from '../../src/trainers/spa.ts';
import { assertClose } from '../assertClose.ts';
import { gradients } from '../checkGradient.ts';
import {
  logSoftmax,
  plainExtrapolated,
  plainLogps,
  sineTable,
  tablesOf,
  total,
  workedExample,
} from '../models/logitTable.ts';
import { learning, rowsOf, tinyModel } from '../models/plain.ts';
import { noShared, readJson, shared } from '../shared.ts';
import { watching } from './rl.ts';
import { allDoubted, allWeights, eightPairs, halfDoubted, inParts } from './runs.ts';

// In float64 throughout.
const close = { rtol: 1e-9, atol: 1e-9 };
const seed = 20261122;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.log1p(Math.exp(x));

test('(1 − ε)·ℓ(m) + ε·ℓ(−m) = ℓ(m) + ε·m, and its derivative is σ(m) − (1 − ε): a flag adds α, whatever m', () => {
  const anyMargin = fc.double({ min: -30, max: 30, noNaN: true });
  const anyAlpha = fc.double({ min: 0, max: 0.5, noNaN: true });
  const loss = (m: number, epsilon: number) =>
    tidy(() => smoothedLogistic(tensor([m], { dtype: 'float64' }), epsilon).item());
  const slope = (m: number, epsilon: number) => gradients((x) => smoothedLogistic(x, epsilon), [m])[0]![0]!;
  fc.assert(
    fc.property(anyMargin, anyAlpha, (m, alpha) => {
      assertClose(loss(m, alpha), (1 - alpha) * softplus(-m) + alpha * softplus(m), { atol: 1e-12 });
      assertClose(slope(m, alpha), sigmoid(m) - (1 - alpha), { atol: 1e-12 });
      assertClose(slope(m, alpha) - slope(m, 0), alpha, { atol: 1e-12 });
    }),
    { seed },
  );
});

test('the flagged loss is least at m = ln((1 − α)/α), where it is the entropy of α; for α = ½ at 0', () => {
  const at = (m: number, alpha: number) =>
    tidy(() => smoothedLogistic(tensor([m - 1e-3, m, m + 1e-3], { dtype: 'float64' }), alpha).toArray());
  for (const [alpha, m, least] of [
    [0.1, 2.197225, 0.325083], // ln 9 and −0.1·ln 0.1 − 0.9·ln 0.9
    [0.5, 0, Math.LN2],
  ] as const) {
    const [below, there, above] = at(m, alpha) as [number, number, number];
    assertClose(there, least, { atol: 1e-6 });
    assert.ok(there < below && there < above);
    assertClose(gradients((x) => smoothedLogistic(x, alpha), [m])[0]!, 0, { atol: 1e-6 });
  }
});

/** One step of a round that moves nothing: its report and the gradients it was about to use. */
async function gradientsOf(
  policy: CausalLm,
  reference: CausalLm,
  windows: RefineRun['windows'],
  { beta = 0.1, refinement = halfDoubted }: Partial<RefineRun> = {},
) {
  const seen: number[][] = [];
  const update = watching(policy, seen);
  using _ = update.optimizer;
  const [step] = await Array.fromAsync(refine({ policy, reference, beta, refinement, windows, ...update }));
  return { step: step!, gradient: seen[0]! };
}

const moved = (weights: readonly number[], direction: readonly number[], by: number) =>
  weights.map((weight, i) => weight + by * direction[i]!);

/** Puts a model's weights at these values. */
function place(model: CausalLm, weights: readonly number[]): void {
  let at = 0;
  for (const parameter of model.parameters()) {
    const values = weights.slice(at, (at += parameter.size));
    tidy(() => void parameter.detach().copy_(tensor(values, { dtype: 'float64' }).view([...parameter.shape])));
  }
}

for (const [name, models] of Object.entries({
  'logits themselves': () => [sineTable(1), sineTable(2)] as const,
  'weights of a transformer': () => [tinyModel('llama', 1), tinyModel('llama', 9)] as const,
})) {
  test(`gradients by the ${name} are the differences of the whole loss, flags held as they are`, async () => {
    const [policy, reference] = models();
    using _ = policy;
    using __ = reference;
    const refinement = { ...halfDoubted, alpha: 0.4 };
    const windows = [inParts(eightPairs, 4)];
    const { step, gradient } = await gradientsOf(policy, reference, windows, { refinement });
    assert.equal(step.flagged, 4, 'some are flagged and some are not');
    const weights = allWeights(policy);
    const h = 1e-5; // differences are off by h² and by 1e-16/h
    for (const phase of [1, 2, 3, 4]) {
      const direction = weights.map((_, i) => Math.sin(phase * (i + 1)));
      const lossAt = async (by: number) => {
        place(policy, moved(weights, direction, by));
        const { step: there } = await gradientsOf(policy, reference, windows, { refinement });
        const flags = (report: RefineStep) => report.doubts.map(({ flagged }) => flagged);
        assert.deepEqual(flags(there), flags(step));
        return there.loss;
      };
      const difference = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
      const slope = total(gradient.map((g, i) => g * direction[i]!));
      assert.ok(Math.abs(slope) > 1e-3, 'and there is a slope');
      assertClose(slope, difference, { rtol: 1e-5, atol: 1e-7 });
    }
  });
}

test('the gradient by each logit is dL/dm · β · (1 − π) at the chosen token and −π elsewhere: none comes through m̃', async () => {
  using policy = sineTable(1);
  using reference = sineTable(2);
  const refinement = { ...halfDoubted, alpha: 0.4 };
  const { step, gradient } = await gradientsOf(policy, reference, [[eightPairs]], { refinement });
  const rows = rowsOf(policy.rows).map(logSoftmax);
  const expected = rows.map((row) => row.map(() => 0));
  for (const [i, { prompt, chosen, rejected }] of eightPairs.entries()) {
    const { margin, flagged } = step.doubts[i]!;
    const slope = (sigmoid(margin) - (1 - (flagged ? 0.4 : 0))) / 8; // of the mean, by m
    for (const [tokens, sign] of [
      [chosen, 1],
      [rejected, -1],
    ] as const) {
      for (const [t, token] of tokens.entries()) {
        const before = t === 0 ? prompt.at(-1)! : tokens[t - 1]!;
        rows[before]!.forEach((logp, v) => {
          expected[before]![v]! += slope * 0.1 * sign * (Number(v === token) - Math.exp(logp));
        });
      }
    }
  }
  assertClose(gradient, expected.flat(), { atol: 1e-12 });
});

test('margins are those of plain arithmetic over the whole vocabulary', async () => {
  using policy = sineTable(1);
  using reference = sineTable(2);
  const { step } = await gradientsOf(policy, reference, [[eightPairs]], { beta: 0.3 });
  const [own, held] = [rowsOf(policy.rows), rowsOf(reference.rows)];
  for (const [i, pair] of eightPairs.entries()) {
    const [chosen, rejected] = (['chosen', 'rejected'] as const).map((side) => {
      const tokens = pair[side];
      const before = [pair.prompt.at(-1)!, ...tokens.slice(0, -1)];
      const given = { policy: before.map((id) => own[id]!), reference: before.map((id) => held[id]!), tokens };
      const reference = total(plainLogps(given.reference, tokens));
      return {
        delta: total(plainLogps(given.policy, tokens)) - reference,
        further: total(plainExtrapolated(given, halfDoubted.lambda)) - reference,
      };
    });
    assertClose(step.doubts[i]!.margin, 0.3 * (chosen!.delta - rejected!.delta), close);
    assertClose(step.doubts[i]!.extrapolated, 0.3 * (chosen!.further - rejected!.further), close);
  }
});

test('no gradient reaches the reference, though it could learn', async () => {
  using policy = tinyModel('llama', 1);
  using reference = learning(tinyModel('llama', 9));
  await gradientsOf(policy, reference, [inParts(eightPairs, 4)]);
  assert.ok(reference.parameters().every(({ grad }) => grad === undefined));
});

/** Loss, its derivative, margins: of a pair that is flagged, and of one that is not. */
async function agrees(given: typeof workedExample, atol: number): Promise<void> {
  const { alpha, beta, lambda, expected } = given;
  for (const [kind, noiseShare] of [
    ['clean', 0],
    ['flagged', 1],
  ] as const) {
    const { pair, ...tables } = tablesOf(given);
    using policy = tables.policy;
    using reference = tables.reference;
    const refinement: Refinement = { ...allDoubted, noiseShare, alpha, lambda };
    const { step, gradient } = await gradientsOf(policy, reference, [[[pair]]], { beta, refinement });
    const { margin, extrapolated, flagged } = step.doubts[0]!;
    assert.equal(flagged, kind === 'flagged');
    assertClose([margin, extrapolated], [expected.margin, expected.margin_extrapolated] as number[], { atol });
    assertClose(step.loss, expected[`loss_${kind}`]!, { atol, what: `${kind} loss` });
    // The row of the first token counts once: dL/dh[token] = dL/dm · β · (1 − π(token)). Row 0 is that of the prompt.
    const row = given.policy_logits_w[0]!;
    const token = given.tokens_w[0]!;
    const reached = beta * (1 - Math.exp(logSoftmax(row)[token]!));
    assertClose(gradient[row.length + token]! / reached, expected[`dloss_dmargin_${kind}`]!, { atol, what: 'slope' });
  }
}

test('the worked example of two tokens against one: margins, loss and derivative, flagged and not', async () => {
  await agrees(workedExample, 1e-9); // what it prints
});

const golden = shared('spa', 'golden_vectors.json');

test('margins, losses and derivatives are those of the golden vectors', async (t) => {
  if (!golden) return t.skip(noShared);
  const { cases } = readJson(golden) as { cases: (typeof workedExample)[] };
  assert.equal(cases.length, 6);
  for (const given of cases) await agrees(given, 1e-9);
});
