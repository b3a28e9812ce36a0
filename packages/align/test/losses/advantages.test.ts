import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gae, groupRelative, leaveOneOut, tokenRewards, whiten } from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { noShared, readJson, shared } from '../shared.ts';

const golden = readJson(`${import.meta.dirname}/../golden/ppo.json`);

// float64: up to a dozen products and sums of numbers below a hundred, some of which cancel.
const exact = { rtol: 1e-11, atol: 1e-11 };

const anyNumber = fc.double({ min: -10, max: 10, noNaN: true });
const anyShare = fc.double({ min: 0, max: 1, noNaN: true });
const anyScores = fc.array(anyNumber, { minLength: 2, maxLength: 8 });

/** A response's rewards, values and mask, a row for each token. */
const anyResponse = fc
  .array(fc.record({ reward: anyNumber, value: anyNumber, kept: fc.integer({ min: 0, max: 1 }) }), {
    minLength: 1,
    maxLength: 10,
  })
  .map((tokens) => ({
    rewards: tokens.map(({ reward }) => reward),
    values: tokens.map(({ value }) => value),
    mask: tokens.map(({ kept }) => kept),
  }));

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const variance = (values: readonly number[]) => sum(values.map((x) => (x - mean(values)) ** 2)) / (values.length - 1);

/** Equation 16 of the paper as it stands: A_t = Σ (γλ)^l·δ_{t+l}. */
function byDefinition(rewards: readonly number[], values: readonly number[], gamma: number, lambda: number): number[] {
  const deltas = rewards.map((reward, t) => reward + gamma * (values[t + 1] ?? 0) - values[t]!);
  return rewards.map((_, t) => sum(deltas.slice(t).map((delta, l) => (gamma * lambda) ** l * delta)));
}

for (const { from, rewards, values, gamma, lambda, mask, advantages, returns } of golden.gae) {
  test(`gae gives the values of ${from}`, () => {
    const found = gae(rewards, values, { gamma, lambda, mask });
    if (advantages) assertClose(found.advantages, advantages, exact);
    if (returns) assertClose(found.returns, returns, exact);
  });
}

test('gae gives the golden values of ChatGLM-RLHF', (t) => {
  const path = shared('chatglm-rlhf', 'golden_vectors.json');
  if (!path) return t.skip(noShared);
  for (const { rewards, values, gamma, lambda, advantages } of readJson(path).gae) {
    const found = gae(rewards, values, { gamma, lambda });
    assertClose(found.advantages, advantages, { rtol: 1e-9 });
    assertClose(
      found.returns,
      advantages.map((a: number, i: number) => a + values[i]),
      { rtol: 1e-9 },
    );
  }
});

test('gae is the paper’s sum of discounted surprises, whatever γ and λ', () => {
  fc.assert(
    fc.property(anyResponse, anyShare, anyShare, ({ rewards, values }, gamma, lambda) => {
      const { advantages, returns } = gae(rewards, values, { gamma, lambda });
      assertClose(advantages, byDefinition(rewards, values, gamma, lambda), exact);
      assertClose(
        returns,
        advantages.map((a, t) => a + values[t]!),
        exact,
      );
    }),
  );
});

test('gae with γ = λ = 1 returns the rewards to go, whatever the critic says', () => {
  fc.assert(
    fc.property(anyResponse, ({ rewards, values }) => {
      const { returns } = gae(rewards, values, { gamma: 1, lambda: 1 });
      assertClose(
        returns,
        rewards.map((_, t) => sum(rewards.slice(t))),
        exact,
      );
    }),
  );
});

test('gae with λ = 0 is the one-step surprise', () => {
  fc.assert(
    fc.property(anyResponse, anyShare, ({ rewards, values }, gamma) => {
      const { advantages } = gae(rewards, values, { gamma, lambda: 0 });
      assertClose(
        advantages,
        rewards.map((r, t) => r + gamma * (values[t + 1] ?? 0) - values[t]!),
        exact,
      );
    }),
  );
});

test('gae of a perfect critic is 0: nothing was better than expected', () => {
  fc.assert(
    fc.property(anyResponse, anyShare, ({ rewards }, lambda) => {
      const values = rewards.map((_, t) => sum(rewards.slice(t)));
      assertClose(
        gae(rewards, values, { gamma: 1, lambda }).advantages,
        rewards.map(() => 0),
        { atol: 1e-10 },
      );
    }),
  );
});

test('nothing is normalised: rewards and values times c give advantages times c', () => {
  fc.assert(
    fc.property(anyResponse, anyNumber, anyShare, ({ rewards, values }, c, lambda) => {
      const times = (numbers: readonly number[]) => numbers.map((x) => x * c);
      const { advantages } = gae(rewards, values, { gamma: 0.9, lambda });
      assertClose(gae(times(rewards), times(values), { gamma: 0.9, lambda }).advantages, times(advantages), {
        rtol: 1e-10,
        atol: 1e-10,
      });
    }),
  );
});

test('gae passes over masked tokens as if they were not there, whatever stands at them', () => {
  const kept = (values: readonly number[], mask: readonly number[]) => values.filter((_, t) => mask[t] === 1);
  fc.assert(
    fc.property(anyResponse, anyShare, anyShare, ({ rewards, values, mask }, gamma, lambda) => {
      const poisoned = (numbers: readonly number[]) => numbers.map((x, t) => (mask[t] === 1 ? x : Number.NaN));
      const found = gae(poisoned(rewards), poisoned(values), { gamma, lambda, mask });
      const without = gae(kept(rewards, mask), kept(values, mask), { gamma, lambda });
      for (const name of ['advantages', 'returns'] as const) {
        assert.deepEqual(kept(found[name], mask), without[name]);
        assert.ok(found[name].every((x, t) => mask[t] === 1 || x === 0));
      }
    }),
  );
});

test('gae of no tokens is no advantages', () => {
  assert.deepEqual(gae([], [], { gamma: 1, lambda: 1 }), { advantages: [], returns: [] });
});

test(`tokenRewards gives the values of ${golden.tokenRewards.from}`, () => {
  const { scores, logps, reference, beta, rewards } = golden.tokenRewards;
  for (const [i, score] of scores.entries()) {
    const kl = logps[i].map((logp: number, t: number) => logp - reference[i][t]);
    assertClose(tokenRewards({ score, kl, beta }), rewards[i], exact);
  }
});

test('tokenRewards sums to the score less β times the KL of the response, and the score stands at the last token', () => {
  fc.assert(
    fc.property(anyNumber, fc.array(anyNumber, { minLength: 1, maxLength: 8 }), anyShare, (score, kl, beta) => {
      const rewards = tokenRewards({ score, kl, beta });
      assertClose(sum(rewards), score - beta * sum(kl), exact);
      assertClose(
        rewards.slice(0, -1),
        kl.slice(0, -1).map((nats) => -beta * nats),
        exact,
      );
    }),
  );
});

test('a response of one token earns its score there; where nothing was strayed from, only the score is earned', () => {
  assert.deepEqual(tokenRewards({ score: 2, kl: [0.5], beta: 0.1 }), [1.95]);
  assertClose(tokenRewards({ score: 2, kl: [0, 0, 0], beta: 0.1 }), [0, 0, 2]);
});

test('a response of no tokens cannot carry a score: an error, not a score lost', () => {
  assert.throws(() => tokenRewards({ score: 1, kl: [], beta: 0.1 }), { code: 'loss', message: /no tokens/ });
});

test('a constant added to all rewards of one prompt changes nothing under the reference reward', () => {
  fc.assert(
    fc.property(anyScores, anyNumber, fc.array(anyNumber, { minLength: 3, maxLength: 3 }), (scores, shift, values) => {
      const [reference, ...responses] = scores as [number, ...number[]];
      const advantagesWith = (added: number) =>
        responses.map((score) => {
          const rewards = tokenRewards({
            score: score + added - (reference + added),
            kl: [0.1, -0.2, 0.3],
            beta: 0.05,
          });
          return gae(rewards, values, { gamma: 1, lambda: 0.95 }).advantages;
        });
      assertClose(advantagesWith(shift).flat(), advantagesWith(0).flat(), exact);
    }),
  );
});

test(`leaveOneOut is each score less the mean of the others: ${golden.baselines.from}`, () => {
  for (const { scores, means } of golden.baselines.cases) {
    assertClose(
      leaveOneOut(scores),
      scores.map((score: number, i: number) => score - means[i]),
      exact,
    );
  }
});

test('leaveOneOut and groupRelative sum to 0 and do not see what all responses of a prompt share', () => {
  const estimators = [
    leaveOneOut,
    (scores: readonly number[]) => groupRelative(scores, { scale: true }),
    (scores: readonly number[]) => groupRelative(scores, { scale: false }),
  ];
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 8 }),
      anyNumber,
      (scores, shift) => {
        for (const estimator of estimators) {
          assertClose(sum(estimator(scores)), 0, { atol: 1e-10 });
          assertClose(estimator(scores.map((score) => score + shift)), estimator(scores), { rtol: 1e-9, atol: 1e-9 });
        }
      },
    ),
  );
});

test('leaveOneOut compares with the others only: n/(n−1) of the distance to the mean, by definition', () => {
  fc.assert(
    fc.property(anyScores, (scores) => {
      const expected = scores.map((score, i) => score - mean(scores.filter((_, j) => j !== i)));
      assertClose(leaveOneOut(scores), expected, exact);
    }),
  );
});

test('groupRelative with scale has deviation 1 (n − 1); without, it keeps the scores’ own unit', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 8 }), (scores) => {
      assertClose(variance(groupRelative(scores, { scale: true })), 1, { rtol: 1e-5 }); // 1e-6 beside a deviation of ½ and more
      assertClose(
        groupRelative(scores, { scale: false }),
        scores.map((score) => score - mean(scores)),
        exact,
      );
    }),
  );
});

test('responses that score alike, and a response alone, have advantage 0 under every group estimator', () => {
  for (const scores of [[3, 3, 3], [2.5]]) {
    for (const advantages of [
      leaveOneOut(scores),
      groupRelative(scores, { scale: true }),
      groupRelative(scores, { scale: false }),
    ]) {
      assertClose(
        advantages,
        scores.map(() => 0),
      );
    }
  }
});

for (const { from, values, shiftMean, out } of golden.whiten) {
  test(`whiten gives the values of ${from}`, () => {
    assertClose(whiten(values, { shiftMean }).flat(), out.flat(), { atol: 1e-8 });
  });
}

test('whiten is over all tokens of all responses, however they are divided; by default to mean 0 and variance 1', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 12 }), (all) => {
      const cut = 1 + (all.length >> 1);
      const rows = whiten([all.slice(0, cut), [], all.slice(cut)]);
      assert.deepEqual(
        rows.map((row) => row.length),
        [cut, 0, all.length - cut],
      );
      assertClose(rows.flat(), whiten([all]).flat(), exact);
      assertClose(mean(rows.flat()), 0, { atol: 1e-12 });
      assertClose(variance(rows.flat()), 1, { rtol: 1e-7 }); // 1e-8 beside a variance of 1 and more
      assertClose(mean(whiten([all], { shiftMean: false }).flat()), mean(all), { atol: 1e-10 });
    }),
  );
});

test('whiten does not see the scale: what times c would change is gone, as it is not without whitening', () => {
  const values = [
    [0.5, -1, 2],
    [3, -4],
  ];
  const scaled = values.map((row) => row.map((x) => 10 * x));
  assertClose(whiten(scaled).flat(), whiten(values).flat(), { rtol: 1e-8 });
});

test('whiten of tokens that are all alike is 0, not a division by zero; of none, nothing', () => {
  assert.deepEqual(whiten([[4, 4], [4]]), [[0, 0], [0]]);
  assert.deepEqual(whiten([[7]]), [[0]]);
  assert.deepEqual(whiten([[]]), [[]]);
});
