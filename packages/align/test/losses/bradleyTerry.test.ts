import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensor, tidy } from '@attune/torch';
import fc from 'fast-check';
import { bradleyTerry, type RankOptions } from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { checkGradient, gradients } from '../checkGradient.ts';
import { noShared, readJson, shared } from '../shared.ts';
import { pairs } from './pairs.ts';

const { LN2 } = Math;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

// float64: half a dozen operations on numbers up to a few hundred.
const exact = { rtol: 1e-12, atol: 1e-12 };

const lossesOf = (chosen: number[], rejected: number[], options?: RankOptions): number[] =>
  tidy(() => bradleyTerry(pairs(chosen, rejected), options).toArray());

/** Derivatives by the chosen and by the rejected score of one pair. */
const slopes = (chosen: number, rejected: number, options?: RankOptions): number[] =>
  gradients((w, l) => bradleyTerry({ chosen: w, rejected: l }, options), [chosen], [rejected]).flat();

const anyScore = fc.double({ min: -20, max: 20, noNaN: true });
const anyEta = fc.double({ min: 0.001, max: 1, noNaN: true });

test('bradleyTerry gives the golden values of ChatGLM-RLHF’s reward loss, and their derivatives', (t) => {
  const path = shared('chatglm-rlhf', 'golden_vectors.json');
  if (!path) return t.skip(noShared);
  for (const c of readJson(path).reward_model_loss) {
    const { score_chosen: w, score_rejected: l, eta } = c;
    assertClose(lossesOf([w], [l]), c.rank_loss, { rtol: 1e-9 });
    assertClose(lossesOf([w], [l], { eta }), c.total, { rtol: 1e-9 });
    assertClose(slopes(w, l, { eta }), [c.dtotal_dchosen, c.dtotal_drejected], { rtol: 1e-9 });
  }
});

test('the prior gives separable data the finite margin of the golden values: there the loss is flat, not elsewhere', (t) => {
  const path = shared('chatglm-rlhf', 'golden_vectors.json');
  if (!path) return t.skip(noShared);
  for (const { eta, margin, scores } of readJson(path).separable_pair_optimum) {
    assertClose(slopes(scores[0], scores[1], { eta }), [0, 0], { atol: 1e-9, what: `eta ${eta}` });
    assertClose(scores[0] - scores[1], margin, { rtol: 1e-12 });
    assert.ok(
      slopes(scores[0] - 0.01, scores[1], { eta })[0]! < -1e-5 &&
        slopes(scores[0] + 0.01, scores[1], { eta })[0]! > 1e-5,
    );
  }
});

test('descent on one pair ends at the margin that solves σ(−d) = η·d; without a prior it goes on growing', () => {
  const marginAfter = (steps: number, eta: number) =>
    tidy(() => {
      const scores = tensor([0, 0], { dtype: 'float64' }).setRequiresGrad();
      for (let step = 0; step < steps; step++) {
        tidy(() => {
          scores.grad = undefined;
          bradleyTerry({ chosen: scores.narrow(0, 0, 1), rejected: scores.narrow(0, 1, 1) }, { eta })
            .sum()
            .backward();
          scores.detach().sub_(scores.grad!); // curvature is below ½ + 2η
        });
      }
      const [chosen, rejected] = scores.toArray();
      return chosen! - rejected!;
    });
  const settled = marginAfter(800, 0.1);
  assertClose(sigmoid(-settled), 0.1 * settled, { rtol: 1e-9 });
  assertClose(settled, 1.6335, { atol: 5e-5 }); // the specification's C8
  assert.ok(marginAfter(800, 0) > marginAfter(400, 0) + 0.5);
});

test('without a prior only the lead counts: what is added to both scores of a pair changes nothing', () => {
  fc.assert(
    fc.property(anyScore, anyScore, anyScore, (w, l, shift) => {
      const options = { labelSmoothing: 0.1 };
      assertClose(lossesOf([w + shift], [l + shift], options), lossesOf([w], [l], options), {
        rtol: 1e-12,
        atol: 1e-11,
      });
      const [chosen, rejected] = slopes(w, l);
      assertClose([chosen!, rejected!], [-sigmoid(l - w), sigmoid(l - w)], exact);
    }),
  );
  assert.deepEqual(lossesOf([3, -7], [3, -7]), [LN2, LN2]);
});

test('with a prior the scores’ place is pinned: for a given lead d it is least at ±d/2, where it is η·d²/2', () => {
  fc.assert(
    fc.property(anyScore, anyEta, fc.double({ min: 0.01, max: 5, noNaN: true }), (d, eta, shift) => {
      const prior = (by: number) => lossesOf([d / 2 + by], [-d / 2 + by], { eta })[0]! - lossesOf([d], [0])[0]!;
      assertClose(prior(0), (eta * d * d) / 2, { rtol: 1e-9, atol: 1e-9 });
      assert.ok(prior(shift) > prior(0) && prior(-shift) > prior(0));
    }),
  );
});

test('the prior is a Gaussian: η adds −log N(score; 0, 1/(2η)), up to a constant', () => {
  const logDensity = (x: number, variance: number) => -(x * x) / (2 * variance) - Math.log(2 * Math.PI * variance) / 2;
  fc.assert(
    fc.property(anyScore, anyScore, anyEta, (w, l, eta) => {
      const variance = 1 / (2 * eta);
      const byDensity = 2 * logDensity(0, variance) - logDensity(w, variance) - logDensity(l, variance);
      assertClose(lossesOf([w], [l], { eta })[0]! - lossesOf([w], [l])[0]!, byDensity, { rtol: 1e-9, atol: 1e-9 });
    }),
  );
});

test('centering adds the square of the scores’ sum, and leaves a pair alone that lies about 0', () => {
  assertClose(lossesOf([3], [1], { centering: 0.01 })[0]! - lossesOf([3], [1])[0]!, 0.16, exact);
  assert.deepEqual(lossesOf([2], [-2], { centering: 0.01 }), lossesOf([2], [-2]));
  const options = { centering: 0.01 };
  const [before, after] = [slopes(3, 1), slopes(3, 1, options)];
  assertClose([after[0]! - before[0]!, after[1]! - before[1]!], [0.08, 0.08], exact); // both ways alike: d is not held back
});

test('a margin is what the lead has to exceed: one of its pair, and a lead of the margin costs ln 2', () => {
  tidy(() => {
    const margin = tensor([1, 2, -0.5], { dtype: 'float64' });
    assertClose(lossesOf([3, 3, 0], [2, 1, 0.5], { margin }), [LN2, LN2, LN2], exact);
    assertClose(lossesOf([3, 3, 1], [2, 2, 0], { margin }), lossesOf([0, -1, 1.5], [0, 0, 0]), exact);
  });
});

test('label smoothing is the loss averaged over labels written the wrong way round with probability ε', () => {
  fc.assert(
    fc.property(anyScore, anyScore, fc.double({ min: 0, max: 0.5, noNaN: true }), (w, l, labelSmoothing) => {
      const expected = (1 - labelSmoothing) * lossesOf([w], [l])[0]! + labelSmoothing * lossesOf([l], [w])[0]!;
      assertClose(lossesOf([w], [l], { labelSmoothing }), expected, exact);
    }),
  );
});

test('a tie, given as half a pair each way round, is worth ε = ½ and is least where the scores are equal', () => {
  const tie = (w: number, l: number, options?: RankOptions) =>
    (lossesOf([w], [l], options)[0]! + lossesOf([l], [w], options)[0]!) / 2;
  assertClose(tie(2, -1, { eta: 0.1 }), lossesOf([2], [-1], { labelSmoothing: 0.5, eta: 0.1 }), exact);
  assert.ok(tie(1, 1) < tie(1.1, 1) && tie(1, 1) < tie(1, 1.1));
});

test('pairs far apart have the loss of their limit, and gradients that are finite', () => {
  assertClose(lossesOf([1000, -1000], [0, 0]), [0, 1000], exact);
  assertClose([...slopes(1000, -1000), ...slopes(-1000, 1000)], [0, 0, -1, 1], exact);
});

test('bradleyTerry: gradients by autograd = gradients by central differences, also by the margin', () => {
  const options = { labelSmoothing: 0.1, eta: 0.05, centering: 0.02 };
  checkGradient(
    (chosen, rejected, margin) => bradleyTerry({ chosen, rejected }, { ...options, margin }),
    [
      [1.2, -0.5, 10, 0.01],
      [-0.3, 2, 8, 0],
      [0, 1, -0.5, 3],
    ],
  );
});

for (const model of ['stories260K', 'tinystories-656k', 'tiny-random-gpt2']) {
  test(`bradleyTerry on the rewards of ${model} averages to the loss computed by automatic differentiation`, (t) => {
    const path = shared('reference', 'gradients', `${model}.json`);
    if (!path) return t.skip(noShared);
    const { rewards, loss } = readJson(path).reward_model as { rewards: [number, number][]; loss: number };
    const losses = lossesOf(
      rewards.map(([chosen]) => chosen),
      rewards.map(([, rejected]) => rejected),
    );
    assertClose(losses.reduce((a, b) => a + b) / losses.length, loss, { rtol: 2e-9 }); // given with nine digits
  });
}
