import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Tensor, tensor, tidy } from '@attune/torch';
import { leaveOneOut, ppoPolicyLoss } from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { gradients } from '../checkGradient.ts';
import { optimalPolicy } from '../optimalPolicy.ts';
import { noShared, readJson, shared } from '../shared.ts';

const cliprange = 0.2;

const f64 = (values: number[] | number[][]): Tensor => tensor(values, { dtype: 'float64' });

test('the exact gradient of a four-answer policy is that of ChatGLM-RLHF’s golden values under every reference reward', (t) => {
  const path = shared('chatglm-rlhf', 'golden_vectors.json');
  if (!path) return t.skip(noShared);
  const { rewards, policy_logits, policy_probs, exact_policy_gradient } = readJson(path).reference_reward;
  for (const reference of [0, ...rewards] as number[]) {
    const advantages = f64(rewards.map((reward: number) => reward - reference));
    const objective = (logits: Tensor) => {
      const logps = logits.logSoftmax(0);
      const { losses } = ppoPolicyLoss({ logps, oldLogps: logps.detach(), advantages }, { cliprange });
      return losses.neg().mul(f64(policy_probs)); // each answer as often as it is sampled
    };
    assertClose(gradients(objective, policy_logits)[0]!, exact_policy_gradient, { rtol: 1e-9 });
  }
});

/** PPO on a policy over a few responses, each seen as often as it is sampled. Four clipped steps on each sample. */
function learn(start: readonly number[], rewards: readonly number[], beta: number, iterations: number): number[] {
  return tidy(() => {
    const logits = f64(start.map(Math.log)).setRequiresGrad();
    for (let iteration = 0; iteration < iterations; iteration++) {
      tidy(() => {
        const oldLogps = logits.detach().logSoftmax(0);
        const sampled = oldLogps.exp();
        const penalised = oldLogps.toArray().map((logp, y) => rewards[y]! - beta * (logp - Math.log(start[y]!)));
        const expected = sampled.toArray().reduce((sum, p, y) => sum + p * penalised[y]!, 0);
        const advantages = f64(penalised.map((reward) => reward - expected));
        for (let inner = 0; inner < 4; inner++) {
          logits.grad = undefined;
          const tokens = { logps: logits.logSoftmax(0), oldLogps, advantages };
          ppoPolicyLoss(tokens, { cliprange }).losses.mul(sampled).sum().backward();
          logits.detach().sub_(logits.grad!.div(1 + beta));
        }
      });
    }
    return logits.softmax(0).toArray();
  });
}

const [reference, rewards] = [
  [0.5, 0.3, 0.2],
  [0, 1, -0.5],
];

test('PPO with a KL penalty reaches the best policy for reward − β·KL, with or without a reference reward', () => {
  for (const beta of [0.5, 50]) {
    const best = optimalPolicy(reference, rewards, beta); // at β = 50, hardly anything but the reference
    const centered = rewards.map((reward) => reward - rewards[2]!);
    assertClose(learn(reference, rewards, beta, 300), best, { atol: 1e-7, what: `beta ${beta}` });
    assertClose(learn(reference, centered, beta, 300), best, { atol: 1e-7, what: `beta ${beta}, centered` });
  }
});

test('PPO without a penalty ends at the highest-scored response', () => {
  assert.ok(learn(reference, rewards, 0, 100)[1]! > 0.99);
});

test('leave-one-out advantages give, on average over samples, the exact gradient of the expected reward', () => {
  // Every sample of three responses, each as often as it is drawn: RLOO is unbiased, its baseline is of the others.
  const [scores, logits] = [
    [1, -2, 0.5],
    [0.3, -0.2, 0.7],
  ];
  const places = [0, 1, 2].flatMap((a) => [0, 1, 2].flatMap((b) => [0, 1, 2].map((c) => [a, b, c])));
  const sampled = (x: Tensor) => {
    const logps = x.logSoftmax(0);
    return places
      .map((drawn) => {
        const own = logps.indexSelect(0, tensor(drawn, { dtype: 'int64' }));
        const advantages = f64(leaveOneOut(drawn.map((y) => scores[y]!)));
        const { loss } = ppoPolicyLoss({ logps: own, oldLogps: own.detach(), advantages }, { cliprange });
        return loss.neg().mul(own.detach().sum().exp());
      })
      .reduce((a, b) => a.add(b));
  };
  const exactly = (x: Tensor) => x.softmax(0).mul(f64(scores));
  assertClose(gradients(sampled, logits)[0]!, gradients(exactly, logits)[0]!, { atol: 1e-12 });
});
