import { test } from 'node:test';
import { type Tensor, tensor, tidy } from '@attune/torch';
import { type PairLogps, robustLoss, sigmoidLoss } from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { optimalPolicy } from '../optimalPolicy.ts';

const reference = [0.5, 0.3, 0.2];
const rewards = [0, 1, -0.5];
const beta = 0.5;

/** Every pair of the three responses, the first taken as chosen. */
const [firsts, seconds] = [
  [0, 0, 1],
  [1, 2, 2],
] as const;

/** Bradley-Terry: how often a judge with these rewards prefers the first of each pair. */
const preferred = firsts.map((first, i) => 1 / (1 + Math.exp(rewards[seconds[i]!]! - rewards[first]!)));

const pairLogps = (logits: Tensor): PairLogps => {
  const logps = logits.logSoftmax(0);
  const of = (which: readonly number[]) => logps.indexSelect(0, tensor([...which], { dtype: 'int64' }));
  return { chosen: of(firsts), rejected: of(seconds) };
};

/** Plain gradient descent on a policy over three responses, from its reference. */
function learn(loss: (policy: PairLogps, reference: PairLogps) => Tensor): number[] {
  return tidy(() => {
    const start = tensor(reference.map(Math.log), { dtype: 'float64' });
    const logits = start.clone().setRequiresGrad();
    for (let step = 0; step < 400; step++) {
      tidy(() => {
        logits.grad = undefined;
        loss(pairLogps(logits), pairLogps(start)).sum().backward();
        const change = logits.grad!.mul(4); // curvature is below β²/4 for each of three pairs
        logits.detach().sub_(change);
      });
    }
    return logits.softmax(0).toArray();
  });
}

const lengths = { chosen: tensor([1, 1, 1]), rejected: tensor([1, 1, 1]) };

test('DPO on three responses, judged by rewards, reaches the best policy for these rewards', () => {
  // Each pair as often one way round as the judge says: the loss of ε = share of judgments the other way.
  const labelSmoothing = tensor(
    preferred.map((p) => 1 - p),
    { dtype: 'float64' },
  );
  const learned = learn((policy, start) => sigmoidLoss(policy, start, lengths, { beta, labelSmoothing }));
  assertClose(learned, optimalPolicy(reference, rewards, beta), { atol: 1e-8 });
});

test('robust DPO reaches it from judgments of which a fifth were written down the wrong way round', () => {
  const flips = 0.2;
  const share = tensor(
    preferred.map((p) => (1 - flips) * p + flips * (1 - p)),
    { dtype: 'float64' },
  );
  const options = { beta, labelSmoothing: flips };
  const learned = learn((policy, start) => {
    const one = robustLoss(policy, start, lengths, options);
    const other = robustLoss(
      { chosen: policy.rejected, rejected: policy.chosen },
      { chosen: start.rejected, rejected: start.chosen },
      lengths,
      options,
    );
    return one.mul(share).add(other.mul(share.neg().add(1)));
  });
  assertClose(learned, optimalPolicy(reference, rewards, beta), { atol: 1e-8 });
});
