import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensor, tidy } from '@attune/torch';
import {
  alphaDivergence,
  type Divergence,
  divergences,
  forwardKl,
  jsDivergence,
  reverseKl,
} from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';

const ratios = [-9, -2.5, -0.3, -1e-9, 0, 1e-9, 0.7, 3, 12];
const scoresOf = (divergence: Divergence, values = ratios): number[] =>
  tidy(() => divergence(tensor(values, { dtype: 'float64' })).toArray());

/** f′(eʳ) − f′(1) of the paper's table, in plain numbers. */
const table: Record<string, [Divergence, (r: number) => number]> = {
  'reverse KL, f′ = log t + 1': [reverseKl, (r) => r],
  'forward KL, f′ = −1/t': [forwardKl, (r) => 1 - 1 / Math.exp(r)],
  'Jensen-Shannon, f′ = log(2t/(1 + t))': [jsDivergence, (r) => Math.log((2 * Math.exp(r)) / (1 + Math.exp(r)))],
  'α = ½, f′ = (t^−½ − 1)/−½': [alphaDivergence(0.5), (r) => (Math.exp(r) ** -0.5 - 1) / -0.5],
  'α = 2, f′ = t − 1': [alphaDivergence(2), (r) => Math.exp(r) - 1],
};

for (const [name, [divergence, derivative]] of Object.entries(table)) {
  test(`the score of ${name} is f′(eʳ) − f′(1): 0 at r = 0, and rising`, () => {
    const scores = scoresOf(divergence);
    assertClose(scores, ratios.map(derivative), { rtol: 1e-10, atol: 1e-15 });
    assertClose(scores[ratios.indexOf(0)]!, 0, { atol: 1e-15 });
    for (const [i, score] of scores.entries()) assert.ok(i === 0 || score > scores[i - 1]!, `at r = ${ratios[i]}`);
  });
}

test('the α-divergence goes over into the forward KL at α = 0 and into the reverse KL at α = 1', () => {
  assertClose(scoresOf(alphaDivergence(1e-9)), scoresOf(forwardKl), { rtol: 1e-6 });
  const small = [-3, -0.5, 0.2, 2];
  assertClose(scoresOf(alphaDivergence(1 - 1e-5), small), small, { rtol: 1e-4 });
  assert.deepEqual(scoresOf(alphaDivergence(1)), ratios);
});

test('scores stay finite a thousand nats away, in every dtype that trains', () => {
  for (const [name, make] of Object.entries(divergences)) {
    for (const dtype of ['float64', 'float32', 'bfloat16'] as const) {
      tidy(() => {
        const far = tensor([-1000, -100, 100, 1000]).to(dtype).setRequiresGrad();
        const scores = make(0.5)(far);
        scores.sum().backward();
        assert.ok([...scores.toArray(), ...far.grad!.toArray()].every(Number.isFinite), `${name} in ${dtype}`);
      });
    }
  }
});
