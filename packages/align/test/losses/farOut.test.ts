import assert from 'node:assert/strict';
import { test } from 'node:test';
import { divergences, klEstimate, type LossOptions, type LossType, preferenceLosses } from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { anyOptions, type Batch, lossTypes, pairs, withGradients } from './pairs.ts';

const extremes = [-1000, -1, -1e-7, 0];
const everyPair = extremes.flatMap((pc) =>
  extremes.flatMap((pr) => extremes.flatMap((rc) => extremes.map((rr) => [pc, pr, rc, rr] as const))),
);

/** Every combination of likely and of impossible responses, of one token each. */
const far: Batch = {
  policyChosen: everyPair.map(([pc]) => pc),
  policyRejected: everyPair.map(([, pr]) => pr),
  referenceChosen: everyPair.map(([, , rc]) => rc),
  referenceRejected: everyPair.map(([, , , rr]) => rr),
  chosenTokens: everyPair.map(() => 1),
  rejectedTokens: everyPair.map(() => 1),
};

for (const dtype of ['float64', 'float32'] as const) {
  for (const type of lossTypes) {
    test(`${type} and its gradients are finite between log-probabilities of 0 and −1000 in ${dtype}`, () => {
      for (const beta of [0.1, 1]) {
        const { losses, chosen, rejected } = withGradients(
          preferenceLosses[type].loss,
          far,
          { ...anyOptions, beta },
          dtype,
        );
        assertFinite(losses, 'loss');
        assertFinite(chosen, 'gradient by chosen');
        assertFinite(rejected, 'gradient by rejected');
      }
    });
  }
}

test('losses that read f-divergences are finite with each of them', () => {
  for (const [name, make] of Object.entries(divergences)) {
    for (const type of ['sigmoid', 'hinge', 'robust', 'exo_pair'] as const) {
      const options = { ...anyOptions, divergence: make(0.5) };
      const { losses, chosen } = withGradients(preferenceLosses[type].loss, far, options, 'float32');
      assertFinite([...losses, ...chosen], `${type} with ${name}`);
    }
  }
});

function assertFinite(values: number[], what: string): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  assert.equal(at, -1, `${what} is ${values[at]} for policy and reference at ${everyPair[at]}`);
}

/** [loss, a, c, ε, value]: limits worked out by hand, β = 1 and 1000 nats, where e^−1000 is 0. */
const limits: [LossType, number, number, number, number][] = [
  ['sigmoid', 1000, 0, 0, 0],
  ['sigmoid', -1000, 0, 0, 1000],
  ['sigmoid', 1000, 0, 0.1, 100],
  ['sigmoid', -1000, 0, 0.1, 900],
  ['robust', 1000, 0, 0.1, -125],
  ['robust', -1000, 0, 0.1, 1125],
  ['hinge', -1000, 0, 0, 1001],
  ['exo_pair', 1000, 0, 0.1, -Math.log(0.9)],
  ['exo_pair', -1000, 0, 0.1, -Math.log(0.1)],
  ['nca_pair', 1000, -1000, 0, 500],
  ['nca_pair', -1000, 1000, 0, 1500],
  ['bco_pair', -1000, 1000, 0, 2000],
  ['apo_zero', 1000, -1000, 0, 0],
  ['apo_zero', -1000, 1000, 0, 2],
  ['apo_down', 1000, 0, 0, 1],
  ['apo_down', -1000, 0, 0, 1],
  ['discopop', 1000, 0, 0, 0],
  ['discopop', -1000, 0, 0, 1000],
];

for (const [type, a, c, labelSmoothing, expected] of limits) {
  test(`${type} with log-ratios ${a} and ${c} and ε = ${labelSmoothing} is its limit, ${expected}`, () => {
    const one = [1];
    const batch = { referenceChosen: [-1000], referenceRejected: [-1000], chosenTokens: one, rejectedTokens: one };
    const moved = { ...batch, policyChosen: [a - 1000], policyRejected: [c - 1000] };
    const { losses } = withGradients<LossOptions>(preferenceLosses[type].loss, moved, { beta: 1, labelSmoothing });
    assertClose(losses, expected, { rtol: 1e-14 });
  });
}

test('an empty response counts as one token, not as a division by zero', () => {
  const batch = {
    ...far,
    chosenTokens: far.chosenTokens.map(() => 0),
    rejectedTokens: far.rejectedTokens.map(() => 0),
  };
  for (const type of ['ipo', 'sigmoid_norm', 'simpo', 'sft', 'orpo', 'cpo'] as const) {
    const { loss } = preferenceLosses[type];
    assert.deepEqual(withGradients(loss, batch, anyOptions), withGradients(loss, far, anyOptions), type);
  }
});

test('the KL estimate of a policy that has become unlikelier is 0, not negative', () => {
  const { chosen: policy, rejected: reference } = pairs([-1000, -3], [-10, -2]);
  assert.equal(klEstimate(policy, reference).item(), 0);
});
