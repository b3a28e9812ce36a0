import { LossError } from './errors.ts';

// All here is in plain numbers: a response's tokens are few, and what has no padding cannot be wrong about it.

/** A response's verdict, and how far it strays from the reference. */
export interface TokenRewards {
  readonly score: number; //          of the whole response
  readonly kl: readonly number[]; //  of each of its tokens, nats
  readonly beta: number; //           β, weight of the KL penalty
}

/**
 * What each token of a response earns: −β·kl, and at the last one also the score. Ziegler et al. 2019
 * (arXiv:1909.08593), eq. 2, spread over tokens; ChatGLM-RLHF (arXiv:2404.00934) leaves open how, this is the usual way.
 *
 * @throws LossError where there is no token to carry the score
 */
export function tokenRewards({ score, kl, beta }: TokenRewards): number[] {
  if (kl.length === 0) throw new LossError('A response of no tokens cannot carry a score. Leave it out of the batch.');
  const last = kl.length - 1;
  return kl.map((nats, t) => (t === last ? score : 0) - beta * nats);
}

export interface GaeOptions {
  readonly gamma: number; //  γ, discount per token
  readonly lambda: number; // λ: 0 trusts the critic, 1 what came
  /** 1 on tokens that the policy chose, 0 on what it was shown (e.g. by a tool). Left out, all were chosen. */
  readonly mask?: readonly number[];
}

/** Of each token of a response. */
export interface Advantages {
  readonly advantages: number[];
  readonly returns: number[]; // what the critic is to learn
}

/**
 * Generalized advantage estimation for one response: Schulman et al. 2015 (arXiv:1506.02438), eq. 16, computed
 * backwards.
 *
 *   δ_t = r_t + γ·V_{t+1} − V_t        A_t = δ_t + γλ·A_{t+1}        return_t = A_t + V_t
 *
 * After the last token the value is 0: the response has ended. Tokens whose mask is 0 are passed over as if they were
 * not there, rewards and values included; their own advantage and return are 0.
 */
export function gae(
  rewards: readonly number[],
  values: readonly number[],
  { gamma, lambda, mask }: GaeOptions,
): Advantages {
  const advantages = rewards.map(() => 0);
  const returns = rewards.map(() => 0);
  let [nextValue, nextAdvantage] = [0, 0];
  for (let t = rewards.length - 1; t >= 0; t--) {
    if (mask?.[t] === 0) continue;
    const value = values[t]!;
    nextAdvantage = rewards[t]! + gamma * nextValue - value + gamma * lambda * nextAdvantage;
    nextValue = value;
    advantages[t] = nextAdvantage;
    returns[t] = nextAdvantage + value;
  }
  return { advantages, returns };
}

/**
 * RLOO's advantages of the responses to one prompt: each score less the mean of the others'. Ahmadian et al. 2024
 * (arXiv:2402.14740), section 2.3. A response that stands alone has none to be compared with: 0.
 */
export function leaveOneOut(scores: readonly number[]): number[] {
  const others = scores.length - 1;
  if (others < 1) return scores.map(() => 0);
  const center = mean(scores);
  return scores.map((score) => ((score - center) * scores.length) / others); // = score − (sum − score)/others
}

/**
 * GRPO's advantages of the responses to one prompt: each score less their mean, and, where `scale`, over their standard
 * deviation. Shao et al. 2024 (arXiv:2402.03300), section 4.1.2. Without the scale it is Dr. GRPO's (Liu et al. 2025,
 * arXiv:2503.20783): prompts that are nearly settled do not weigh more.
 *
 * The paper does not say which deviation; this is that of TRL and verl, with n − 1, and 1e-6 beside it (verl's) so that
 * equal scores give 0.
 */
export function groupRelative(scores: readonly number[], { scale }: { readonly scale: boolean }): number[] {
  const center = mean(scores);
  const unit = scale ? Math.sqrt(variance(scores)) + 1e-6 : 1;
  return scores.map((score) => (score - center) / unit);
}

/**
 * The same numbers with variance 1 over all tokens of all responses, and, where `shiftMean`, with mean 0. As PPO's
 * implementations do it: variance with n − 1, 1e-8 added to it. Which name means what differs: `shiftMean` true is
 * TRL's `shift_mean` true, and torchtune's false.
 *
 * @param values one list for each response
 */
export function whiten(values: readonly (readonly number[])[], { shiftMean = true } = {}): number[][] {
  const all = values.flat();
  const center = mean(all);
  const unit = Math.sqrt(variance(all) + 1e-8);
  return values.map((row) => row.map((value) => (value - center) / unit + (shiftMean ? 0 : center)));
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** With n − 1; of a single number, 0. */
function variance(values: readonly number[]): number {
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / Math.max(1, values.length - 1);
}
