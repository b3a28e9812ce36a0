import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensor } from '@attune/torch';
import fc from 'fast-check';
import {
  aotLoss,
  aotUnpairedLoss,
  apoZeroLoss,
  cpoLoss,
  exoPairLoss,
  hingeLoss,
  ipoLoss,
  ktoPairLoss,
  noReference,
  preferenceLosses,
  robustLoss,
  sftLoss,
  sigmoidLoss,
  simpoLoss,
  sppoHardLoss,
} from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { anyBatch, anyOptions, type Batch, lossesOf, lossTypes, mapBatch, swapped, withGradients } from './pairs.ts';

// float64: sums and squares of numbers up to a few hundred, so 1e-10 leaves room for a dozen roundings.
const exact = { rtol: 1e-10, atol: 1e-10 };
const anyBeta = fc.double({ min: 0.01, max: 2, noNaN: true });
const anyEpsilon = fc.double({ min: 0.001, max: 0.49, noNaN: true });
const { LN2 } = Math;

/** One pair with these log-ratios, of ten tokens each. */
const pairWith = (a: number, c: number): Batch => ({
  policyChosen: [-50 + a],
  policyRejected: [-50 + c],
  referenceChosen: [-50],
  referenceRejected: [-50],
  chosenTokens: [10],
  rejectedTokens: [10],
});

/** What each loss is where the policy equals its reference, worked out by hand from its formula. */
const atReference: Record<string, (beta: number, epsilon: number) => number> = {
  sigmoid: () => LN2,
  hinge: () => 1,
  ipo: (beta) => 1 / (4 * beta * beta),
  robust: () => LN2,
  exo_pair: (_beta, epsilon) => -LN2 - (Math.log(1 - epsilon) + Math.log(epsilon)) / 2,
  nca_pair: () => 2 * LN2,
  bco_pair: () => 2 * LN2,
  sppo_hard: (beta) => 1 / (2 * beta * beta),
  aot: () => LN2,
  aot_unpaired: () => LN2,
  apo_zero: () => 1,
  apo_down: () => 1,
  discopop: () => (LN2 + 1) / 2,
  sigmoid_norm: () => LN2,
};

for (const [type, expected] of Object.entries(atReference)) {
  test(`${type} is what its formula says where the policy is its reference, whatever the pairs, β and ε`, () => {
    const { loss } = preferenceLosses[type as 'sigmoid'];
    fc.assert(
      fc.property(anyBatch, anyBeta, anyEpsilon, (batch, beta, labelSmoothing) => {
        const same = { ...batch, policyChosen: batch.referenceChosen, policyRejected: batch.referenceRejected };
        for (const value of lossesOf(loss, same, { beta, labelSmoothing })) {
          assertClose(value, expected(beta, labelSmoothing), exact);
        }
      }),
      { numRuns: 30 },
    );
  });
}

test('a pair has the same loss in every batch, at every place; only aot and aot_unpaired compare pairs', () => {
  const alone = lossTypes.filter((type) => !('sortsBatch' in preferenceLosses[type]));
  assert.deepEqual(lossTypes.length - alone.length, 2);
  fc.assert(
    fc.property(anyBatch, (batch) => {
      for (const type of alone) {
        const { loss } = preferenceLosses[type];
        const options = { ...anyOptions, tokensPerPair: 7 };
        const together = lossesOf(loss, batch, options);
        const apart = together.map(
          (_, i) =>
            lossesOf(
              loss,
              mapBatch(batch, (values) => [values[i]!]),
              options,
            )[0]!,
        );
        const backwards = lossesOf(
          loss,
          mapBatch(batch, (values) => values.toReversed()),
          options,
        ).reverse();
        assertClose(apart, together, { ...exact, what: type });
        assertClose(backwards, together, { ...exact, what: type });
      }
    }),
    { numRuns: 20 },
  );
});

test('with a reference, only how far the policy has moved from it counts', () => {
  fc.assert(
    fc.property(anyBatch, fc.double({ min: -50, max: 50, noNaN: true }), (batch, shift) => {
      const moved: Batch = {
        ...batch,
        policyChosen: batch.policyChosen.map((x) => x + shift),
        referenceChosen: batch.referenceChosen.map((x) => x + shift),
      };
      for (const type of lossTypes.filter((name) => preferenceLosses[name].needsReference && name !== 'aot')) {
        const { loss } = preferenceLosses[type];
        assertClose(lossesOf(loss, moved, anyOptions), lossesOf(loss, batch, anyOptions), { ...exact, what: type });
      }
    }),
    { numRuns: 20 },
  );
});

test('losses of the lead do not change when both responses of a pair become likelier alike', () => {
  fc.assert(
    fc.property(anyBatch, fc.double({ min: -50, max: 50, noNaN: true }), (batch, shift) => {
      const moved: Batch = {
        ...batch,
        policyChosen: batch.policyChosen.map((x) => x + shift),
        policyRejected: batch.policyRejected.map((x) => x + shift),
      };
      for (const type of ['sigmoid', 'hinge', 'robust', 'exo_pair', 'discopop', 'aot', 'aot_unpaired'] as const) {
        const { loss } = preferenceLosses[type];
        assertClose(lossesOf(loss, moved, anyOptions), lossesOf(loss, batch, anyOptions), { ...exact, what: type });
      }
    }),
    { numRuns: 20 },
  );
});

test('swapping chosen and rejected is the same as taking 1 − ε for ε; at ε = ½ it changes nothing', () => {
  fc.assert(
    fc.property(anyBatch, anyBeta, anyEpsilon, (batch, beta, labelSmoothing) => {
      for (const epsilon of [labelSmoothing, 0.5]) {
        const asLabeled = lossesOf(sigmoidLoss, batch, { beta, labelSmoothing: epsilon });
        const flipped = lossesOf(sigmoidLoss, swapped(batch), { beta, labelSmoothing: 1 - epsilon });
        assertClose(flipped, asLabeled, exact);
      }
    }),
  );
});

test('robust, averaged over labels flipped with probability ε, is the loss of the true labels', () => {
  fc.assert(
    fc.property(anyBatch, anyBeta, fc.double({ min: 0, max: 0.4, noNaN: true }), (batch, beta, labelSmoothing) => {
      const asLabeled = lossesOf(robustLoss, batch, { beta, labelSmoothing });
      const flipped = lossesOf(robustLoss, swapped(batch), { beta, labelSmoothing });
      const mean = asLabeled.map((loss, i) => (1 - labelSmoothing) * loss + labelSmoothing * flipped[i]!);
      assertClose(mean, lossesOf(sigmoidLoss, batch, { beta }), exact);
    }),
  );
});

test('robust falls below 0 on a pair that the policy is confident of', () => {
  // −log σ(20·0.1) − 0.1·2/0.8 = 0.126928 − 0.25
  assertClose(lossesOf(robustLoss, pairWith(10, -10), { beta: 0.1, labelSmoothing: 0.1 }), -0.12307, { atol: 1e-5 });
});

test('exo_pair is a divergence: never negative, and 0 where the policy prefers as the labels do', () => {
  fc.assert(
    fc.property(anyBatch, anyBeta, anyEpsilon, (batch, beta, labelSmoothing) => {
      for (const loss of lossesOf(exoPairLoss, batch, { beta, labelSmoothing })) assert.ok(loss > -1e-12, `${loss}`);
      const agreed = Math.log((1 - labelSmoothing) / labelSmoothing) / beta;
      assertClose(lossesOf(exoPairLoss, pairWith(agreed, 0), { beta, labelSmoothing }), 0, { atol: 1e-9 });
    }),
  );
});

test('ipo and sppo_hard are 0 where they aim, and push back what has gone further', () => {
  const beta = 0.1;
  assertClose(lossesOf(ipoLoss, pairWith(10 * 3, -10 * 2), { beta }), 0, exact); // 3 − −2 = 1/(2·0.1) nats per token
  assertClose(lossesOf(sppoHardLoss, pairWith(5, -5), { beta }), 0, exact);
  const { chosen, rejected } = withGradients(sppoHardLoss, pairWith(8, -9), { beta });
  assertClose([...chosen, ...rejected], [2 * (8 - 5), 2 * (-9 + 5)], exact); // descent lowers a, raises c
});

test('hinge has no gradient from its corner on', () => {
  const { losses, chosen } = withGradients(hingeLoss, pairWith(4, -4), { beta: 0.125 });
  assertClose([...losses, ...chosen], [0, 0]);
});

test('discopop has the opposite sign at a lead of 0: descent lowers the lead there', () => {
  const { chosen, rejected } = withGradients(preferenceLosses.discopop.loss, pairWith(0, 0), { beta: 0.1 });
  // d/dx at 0 with τ = 0.05: m′·(1 − log 2) − ½·½ − ½ = 5·(1 − log 2) − ¾, times β
  const slope = 0.1 * (5 * (1 - LN2) - 0.75);
  assert.ok(slope > 0);
  assertClose([...chosen, ...rejected], [slope, -slope], exact);
});

test('aot does not depend on the order of pairs; aot_unpaired not even on who is paired with whom', () => {
  fc.assert(
    fc.property(anyBatch, (batch) => {
      const backwards = mapBatch(batch, (values) => values.toReversed());
      assertClose(lossesOf(aotLoss, backwards, anyOptions), lossesOf(aotLoss, batch, anyOptions), exact);
      const repaired = {
        ...batch,
        policyRejected: batch.policyRejected.toReversed(),
        referenceRejected: batch.referenceRejected.toReversed(),
      };
      assertClose(lossesOf(aotUnpairedLoss, repaired, anyOptions), lossesOf(aotUnpairedLoss, batch, anyOptions), exact);
    }),
    { numRuns: 30 },
  );
});

test('of a single pair, aot and aot_unpaired are sigmoid', () => {
  const expected = lossesOf(sigmoidLoss, pairWith(3, -2), anyOptions as { beta: number });
  for (const loss of [aotLoss, aotUnpairedLoss])
    assertClose(lossesOf(loss, pairWith(3, -2), anyOptions), expected, exact);
});

test('kto with a KL of 0 is half of apo_zero', () => {
  fc.assert(
    fc.property(anyBatch, anyBeta, (batch, beta) => {
      const halves = lossesOf(apoZeroLoss, batch, { beta }).map((loss) => loss / 2);
      assertClose(lossesOf(ktoPairLoss, batch, { beta, kl: 0 }), halves, exact);
    }),
    { numRuns: 30 },
  );
});

test('cpo without its cross-entropy is sigmoid on no reference, and simpo on single tokens without γ', () => {
  fc.assert(
    fc.property(anyBatch, anyBeta, (batch, beta) => {
      const cpo = lossesOf(cpoLoss, batch, { beta, cpoAlpha: 0 });
      const dpo = lossesOf(
        (policy, _reference, lengths) => sigmoidLoss(policy, noReference(policy), lengths, { beta }),
        batch,
        {},
      );
      const single = { ...batch, chosenTokens: cpo.map(() => 1), rejectedTokens: cpo.map(() => 1) };
      assertClose(dpo, cpo, exact);
      assertClose(lossesOf(simpoLoss, single, { beta, simpoGamma: 0 }), cpo, exact);
    }),
    { numRuns: 30 },
  );
});

test('sft averaged over pairs is the mean over tokens, also over batches that make one step', () => {
  const batch = (policyChosen: number[], chosenTokens: number[]): Batch => {
    const zeros = policyChosen.map(() => 0);
    const rest = { policyRejected: zeros, referenceChosen: zeros, referenceRejected: zeros, rejectedTokens: zeros };
    return { policyChosen, chosenTokens, ...rest };
  };
  const whole = lossesOf(sftLoss, batch([-3, -10, -7], [2, 5, 9]), {});
  assertClose(whole.reduce((a, b) => a + b) / 3, (3 + 10 + 7) / (2 + 5 + 9), exact);
  const options = { tokensPerPair: (2 + 5 + 9) / 3 };
  const parts = [
    ...lossesOf(sftLoss, batch([-3], [2]), options),
    ...lossesOf(sftLoss, batch([-10, -7], [5, 9]), options),
  ];
  assertClose(parts, whole, exact);
});

test('the smoothing of a pair is its own: ε per pair gives each the loss of its ε', () => {
  const batch = mapBatch(pairWith(3, -4), ([x]) => [x!, x!, x!]);
  const epsilons = [0, 0.1, 0.7];
  const labelSmoothing = tensor(epsilons, { dtype: 'float64' });
  const each = epsilons.map(
    (epsilon) => lossesOf(sigmoidLoss, pairWith(3, -4), { beta: 0.2, labelSmoothing: epsilon })[0]!,
  );
  assertClose(lossesOf(sigmoidLoss, batch, { beta: 0.2, labelSmoothing }), each, exact);
});
