import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensor, tidy } from '@attune/torch';
import fc from 'fast-check';
import { adaptiveKl, approxKl, type KlEstimator } from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { checkGradient, gradients } from '../checkGradient.ts';
import { readJson } from '../shared.ts';

const golden = readJson(`${import.meta.dirname}/../golden/ppo.json`);
const estimators = ['k1', 'k2', 'k3'] as const;

const estimate = (logps: number[], reference: number[], estimator: KlEstimator): number[] =>
  tidy(() =>
    approxKl(tensor(logps, { dtype: 'float64' }), tensor(reference, { dtype: 'float64' }), estimator).toArray(),
  );

const anyLogp = fc.double({ min: -15, max: 0, noNaN: true });

/** Two distributions over the same few tokens. */
const anyPolicies = fc
  .array(fc.tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0.01, max: 1, noNaN: true })), {
    minLength: 2,
    maxLength: 6,
  })
  .map((rows) => [normalized(rows.map(([p]) => p)), normalized(rows.map(([, q]) => q))] as const);

function normalized(weights: number[]): number[] {
  const total = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / total);
}

const expectation = (p: readonly number[], values: readonly number[]) =>
  p.reduce((sum, probability, i) => sum + probability * values[i]!, 0);

test(`approxKl gives the values of ${golden.kl.from}`, () => {
  for (const { logps, reference, ...expected } of golden.kl.cases) {
    for (const [estimator, values] of Object.entries(expected)) {
      // Four decimals where the source rounds.
      assertClose(estimate(logps, reference, estimator as KlEstimator), values as number[], {
        atol: 3e-4,
        what: estimator,
      });
    }
  }
});

test('k1 and k3 are right on average: over what the policy samples, their mean is KL(policy‖reference)', () => {
  fc.assert(
    fc.property(anyPolicies, ([p, q]) => {
      const [logps, reference] = [p.map(Math.log), q.map(Math.log)];
      const kl = p.reduce((sum, probability, i) => sum + probability * (logps[i]! - reference[i]!), 0);
      for (const estimator of ['k1', 'k3'] as const) {
        assertClose(expectation(p, estimate(logps, reference, estimator)), kl, { rtol: 1e-10, atol: 1e-12 });
      }
    }),
  );
});

test('k2 and k3 are never negative, and all three are 0 where the policies agree', () => {
  fc.assert(
    fc.property(anyLogp, anyLogp, (logp, reference) => {
      assert.ok(estimate([logp], [reference], 'k2')[0]! >= 0);
      assert.ok(estimate([logp], [reference], 'k3')[0]! >= -1e-15); // eˣ − 1 and x differ by a rounding where x is tiny
      for (const estimator of estimators) assertClose(estimate([logp], [logp], estimator), 0);
    }),
  );
});

test('k1 changes its sign when the policies change places, k2 does not change', () => {
  fc.assert(
    fc.property(anyLogp, anyLogp, (a, b) => {
      assertClose(estimate([a], [b], 'k1'), -estimate([b], [a], 'k1')[0]!);
      assertClose(estimate([a], [b], 'k2'), estimate([b], [a], 'k2'));
    }),
  );
});

test('close to each other, k2 and k3 agree to third order', () => {
  for (const x of [0.01, -0.01, 0.001]) {
    const [k2, k3] = [estimate([-1], [-1 + x], 'k2')[0]!, estimate([-1], [-1 + x], 'k3')[0]!];
    assertClose(k3, k2 + x ** 3 / 6, { atol: Math.abs(x) ** 4 / 20 });
  }
});

test('the gradient of k2 is right on average; that of k3 is of KL(reference‖policy), and k1 has none', () => {
  const [p, q] = [normalized([5, 3, 2]), normalized([2, 3, 4])];
  const reference = tensor(q.map(Math.log), { dtype: 'float64' });
  const weights = tensor(p, { dtype: 'float64' }); // constant: what sampling does
  const logits = p.map(Math.log);
  const of = (estimator: KlEstimator) =>
    gradients((x) => approxKl(x.logSoftmax(0), reference, estimator).mul(weights), logits).flat();
  const kl = gradients((x) => x.softmax(0).mul(x.logSoftmax(0).sub(reference)), logits).flat();
  const backwards = gradients((x) => reference.exp().mul(reference.sub(x.logSoftmax(0))), logits).flat();
  assertClose(of('k1'), [0, 0, 0], { atol: 1e-15 });
  assertClose(of('k2'), kl, { atol: 1e-14 });
  assertClose(of('k3'), backwards, { atol: 1e-14 });
});

for (const estimator of estimators) {
  test(`${estimator}: gradients by autograd = gradients by central differences`, () =>
    checkGradient(
      (logps, reference) => approxKl(logps, reference, estimator),
      [
        [-1.2, -0.3, -4],
        [-1, -0.9, -2.5],
      ],
    ));
}

test('adaptiveKl moves β in the direction of the error, at most a fifth of episodes/horizon of it', () => {
  const settings = { target: 6, horizon: 10000 };
  // 1 + clip(KL/6 − 1, ±0.2)·256/10000, by hand
  for (const [kl, expected] of [
    [6, 0.2],
    [6.6, 0.2 * (1 + 0.1 * 0.0256)],
    [100, 0.2 * (1 + 0.2 * 0.0256)],
    [0, 0.2 * (1 - 0.2 * 0.0256)],
    [-5, 0.2 * (1 - 0.2 * 0.0256)],
  ] as const) {
    assertClose(adaptiveKl(0.2, kl, 256, settings), expected, { rtol: 1e-14, what: `KL ${kl}` });
  }
});

test('adaptiveKl holds a policy at its target when the KL answers to β', () => {
  let beta = 0.01;
  for (let step = 0; step < 2000; step++) beta = adaptiveKl(beta, 1 / beta, 100, { target: 5, horizon: 1000 });
  assertClose(beta, 0.2, { rtol: 1e-6 });
});
