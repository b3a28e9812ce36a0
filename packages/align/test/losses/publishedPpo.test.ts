import { test } from 'node:test';
import { type Tensor, tensor, tidy } from '@attune/torch';
import {
  aggregate,
  approxKl,
  gae,
  groupRelative,
  maskedMean,
  ppoPolicyLoss,
  tokenRewards,
  whiten,
} from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { gradients } from '../checkGradient.ts';
import { noShared, readJson, shared } from '../shared.ts';

// Values that the tests of other projects assert, for PPO and policy gradients: `published.json`, whose other entries
// are checked in publishedValues.test.ts and elsewhere, and `policy-gradient-snapshots.json`.

// biome-ignore lint/suspicious/noExplicitAny: each entry has a form of its own
type Entry = any;

const f64 = (values: number[] | number[][]): Tensor => tensor(values, { dtype: 'float64' });
const exact = { rtol: 1e-12, atol: 1e-12 };

/**
 * REINFORCE's loss −A·log π by token. PPO's at the first inner step has its gradient and not its value; since it is
 * linear in log π, the gradient says it: each slope times its log-probability.
 */
function reinforce(logps: number[], advantages: number[]): number[] {
  const slopes = gradients(
    (x) => ppoPolicyLoss({ logps: x, oldLogps: x.detach(), advantages: f64(advantages) }, { cliprange: 0.2 }).losses,
    logps,
  )[0]!;
  return slopes.map((slope, t) => slope * logps[t]!);
}

const checks: Record<string, (entry: Entry) => void> = {
  ppo_policy_loss({ epsilon, advantages, cases }) {
    for (const { old_logprobs, logprobs, expected_policy_loss_mean, ratios } of cases) {
      tidy(() => {
        const tokens = { logps: f64(logprobs), oldLogps: f64(old_logprobs), advantages: f64(advantages) };
        const { loss, ratio } = ppoPolicyLoss(tokens, { cliprange: epsilon });
        assertClose(loss.item(), expected_policy_loss_mean, exact);
        assertClose(ratio.item(), ratios[0], exact);
      });
    }
  },

  ppo_rewards_with_kl({ scores, logprobs, ref_logprobs, kl_coeff: beta, ...expected }) {
    for (const [i, score] of scores.entries()) {
      const kl = tidy(() => approxKl(f64(logprobs[i]), f64(ref_logprobs[i]), 'k1').toArray());
      assertClose(kl, expected.expected_kl[i], exact);
      assertClose(tokenRewards({ score: 0, kl, beta }), expected.expected_kl_rewards[i], exact);
      assertClose(tokenRewards({ score, kl, beta }), expected.expected_rewards[i], exact);
    }
  },

  masked_mean({ cases }) {
    for (const { x, mask, dim, expected } of cases) {
      const rows: [number[], number[], number][] =
        dim === undefined ? [[x, mask, expected]] : x.map((row: number[], i: number) => [row, mask[i], expected[i]]);
      for (const [row, kept, mean] of rows)
        assertClose(
          tidy(() => maskedMean(f64(row), f64(kept)).item()),
          mean,
        );
    }
  },

  masked_variance({ x, mask, expected }) {
    // What whitening divides by; 1e-8 stands beside the variance.
    const kept = (x as number[]).filter((_, t) => mask[t] === 1);
    const [first, second] = whiten([kept])[0] as [number, number];
    assertClose(((kept[1]! - kept[0]!) / (second - first)) ** 2, expected, { atol: 2e-8 });
  },

  gae_returns({ rewards, values, gamma, lambda, expected_returns }) {
    assertClose(gae(rewards, values, { gamma, lambda }).returns, expected_returns, exact);
  },

  gae_lambda_zero({ rewards, values, gamma, lambda, expected_advantages }) {
    assertClose(gae(rewards, values, { gamma, lambda }).advantages, expected_advantages, exact);
  },

  ppo_clip_three_tokens({ advantages, old_logprobs, logprobs, clip, per_token, expected_loss, rtol }) {
    tidy(() => {
      const tokens = { logps: f64(logprobs), oldLogps: f64(old_logprobs), advantages: f64(advantages) };
      const { loss, losses } = ppoPolicyLoss(tokens, { cliprange: clip });
      assertClose(losses.toArray(), per_token, { rtol: 1e-5 }); // the log-probabilities have five decimals
      assertClose(loss.item(), expected_loss, { rtol });
    });
  },

  reinforce_three_tokens({ advantages, logprobs, per_token, expected_loss, rtol }) {
    const losses = reinforce(logprobs, advantages);
    assertClose(losses, per_token, exact);
    assertClose(losses.reduce((a, b) => a + b) / losses.length, expected_loss, { rtol });
  },

  loss_aggregation({ token_mean, sequence_mean_of_token_mean, fully_masked_row_is_not_counted }) {
    const of = ({ loss, mask }: Entry, over: 'token' | 'sequence') =>
      tidy(() => aggregate(f64(loss), f64(mask), over).item());
    assertClose(of(token_mean, 'token'), token_mean.expected, exact);
    assertClose(of(sequence_mean_of_token_mean, 'sequence'), sequence_mean_of_token_mean.expected, exact);
    assertClose(of(fully_masked_row_is_not_counted, 'sequence'), fully_masked_row_is_not_counted.expected, exact);
  },
};

for (const [name, check] of Object.entries(checks)) {
  test(`published values: ${name}`, (t) => {
    const path = shared('reference', 'published.json');
    if (!path) return t.skip(noShared);
    check(readJson(path)[name]);
  });
}

// Inputs and values have seven decimals; sums of products of them are right to about 1e-6.
const digits = { atol: 1e-6, rtol: 1e-6 };

interface Snapshots {
  readonly inputs: Entry;
  readonly expected: Record<string, Entry>;
}

/** One advantage for each response, given to each of its tokens. */
const spread = (rows: readonly (readonly [number])[], time: number) =>
  rows.map(([value]) => Array<number>(time).fill(value));

const snapshots: Record<string, (data: Snapshots) => void> = {
  'clipped losses of each token at three clip ranges'({ inputs, expected }) {
    for (const cliprange of [0.1, 0.5, 10]) {
      tidy(() => {
        const { losses } = ppoPolicyLoss(
          {
            logps: f64(inputs.policy_log_probs),
            oldLogps: f64(inputs.old_log_probs),
            advantages: f64(spread(inputs.advantages, 10)),
          },
          { cliprange },
        );
        const { array } = expected[`grpo_clip_${cliprange}`];
        assertClose(losses.toArray(), array.flat(), { ...digits, what: `clip ${cliprange}` });
      });
    }
  },

  'a micro-batch aggregated by sequence, and its gradient'({ inputs, expected }) {
    const { loss, policy_log_probs_grad } = expected.grpo_microbatch;
    const mask = f64(inputs.response_mask);
    const of = (x: Tensor) =>
      aggregate(
        ppoPolicyLoss(
          {
            logps: x.view([2, 10]),
            oldLogps: f64(inputs.old_log_probs),
            advantages: f64(spread(inputs.advantages, 10)),
            mask,
          },
          { cliprange: 0.1 },
        ).losses,
        mask,
        'sequence',
      ).div(inputs.gradient_accumulation_steps);
    const logps = inputs.policy_log_probs.flat();
    assertClose(
      tidy(() => of(f64(logps)).item()),
      loss,
      digits,
    );
    assertClose(gradients(of, logps)[0]!, policy_log_probs_grad.flat(), digits);
  },

  'REINFORCE with raw rewards and with advantages'({ inputs, expected }) {
    for (const [given, name] of [
      [inputs.raw_rewards_or_advantages, 'naive_policy_gradient'],
      [inputs.advantages, 'reinforce_with_baseline'],
    ] as const) {
      const losses = reinforce(inputs.policy_log_probs.flat(), spread(given, 10).flat());
      assertClose(losses, expected[name].array.flat(), { ...digits, what: name });
    }
  },

  'advantages within groups, with and without their deviation'({ inputs, expected }) {
    const { group_rewards: scores, group_size: size } = inputs;
    for (const [scale, name] of [
      [true, 'group_normalized_std'],
      [false, 'group_normalized_mean_only'],
    ] as const) {
      const groups = [scores.slice(0, size), scores.slice(size)];
      const advantages = groups.flatMap((group) => groupRelative(group, { scale }));
      assertClose(advantages, expected[name].normalized_rewards, { ...digits, what: name });
    }
  },
};

for (const [what, check] of Object.entries(snapshots)) {
  test(`policy gradient snapshots of Stanford’s CS336: ${what}`, (t) => {
    const path = shared('reference', 'policy-gradient-snapshots.json');
    if (!path) return t.skip(noShared);
    check(readJson(path));
  });
}
