import { test } from 'node:test';
import type { Tensor } from '@attune/torch';
import { type Divergence, divergences, ktoLoss, type PairwiseLoss, preferenceLosses } from '../../src/losses/index.ts';
import { checkGradient } from '../checkGradient.ts';
import { anyOptions, type Batch, lengthsOf, lossTypes, pairs } from './pairs.ts';

/** Pairs ranked right, wrong and hardly at all, away from corners and ties, where nothing has a gradient. */
const batch: Batch = {
  policyChosen: [-12.1, -9.3, -30.5, -0.02, -4.4],
  policyRejected: [-15.7, -4.2, -30.2, -21.8, -5.1],
  referenceChosen: [-13.0, -8.1, -31.7, -0.4, -6.9],
  referenceRejected: [-14.1, -6.6, -31.1, -18.2, -3.8],
  chosenTokens: [7, 5, 22, 1, 3],
  rejectedTokens: [9, 3, 17, 12, 2],
};

function check(loss: PairwiseLoss, what: string, divergence?: Divergence): void {
  const byPolicyAndReference = (pc: Tensor, pr: Tensor, rc: Tensor, rr: Tensor) =>
    loss({ chosen: pc, rejected: pr }, { chosen: rc, rejected: rr }, lengthsOf(batch), { ...anyOptions, divergence });
  const { policyChosen, policyRejected, referenceChosen, referenceRejected } = batch;
  checkGradient(byPolicyAndReference, [policyChosen, policyRejected, referenceChosen, referenceRejected], { what });
}

for (const type of lossTypes) {
  test(`${type}: gradients by autograd = gradients by central differences, also by the reference`, () =>
    check(preferenceLosses[type].loss, type));
}

for (const name of Object.keys(divergences) as (keyof typeof divergences)[]) {
  test(`sigmoid, ipo and discopop with ${name}: gradients by autograd = gradients by central differences`, () => {
    for (const type of ['sigmoid', 'ipo', 'discopop'] as const) {
      check(preferenceLosses[type].loss, `${type} ${name}`, divergences[name](0.3));
    }
  });
}

test('kto on single responses: gradients by autograd = gradients by central differences', () => {
  const reference = pairs([-10, -20, -3], [0, 0, 0]).chosen;
  const desirable = pairs([1, 0, 1], [0, 0, 0]).chosen.gt(0);
  const options = { beta: 0.3, kl: 0.7, desirableWeight: 1.2, undesirableWeight: 0.8 };
  checkGradient((policy) => ktoLoss(policy, reference, desirable, options), [[-8.5, -21.2, -3.4]]);
});
