import type { Tensor } from '@attune/torch';

/** What the policy's loss reads: of tokens in any one shape, [tokens] or [batch, time]. */
export interface PolicyTokens {
  readonly logps: Tensor; //      log πθ, nats
  readonly oldLogps: Tensor; //   of the policy that sampled them, nats
  readonly advantages: Tensor;
  readonly mask?: Tensor; //      1 where a token counts, 0 where not; left out, all count
}

/** What the critic's loss reads: of tokens in any one shape, [tokens] or [batch, time]. */
export interface ValueTokens {
  readonly values: Tensor; //    the critic's estimates
  readonly oldValues: Tensor; // those of the critic as it was when the tokens were sampled
  readonly returns: Tensor; //   what it is to learn
  readonly mask?: Tensor; //     1 where a token counts, 0 where not; left out, all count
}

/** What every mean divides by. */
interface Denominator {
  /**
   * Left out, the tokens that count. Who gathers gradients over several micro-batches gives the tokens of them all:
   * then the parts add up to the mean over the whole.
   */
  readonly tokens?: number;
}

/** Means over tokens, [], and the losses that `loss` is the mean of. What is for reading is detached. */
export interface PolicyLoss {
  readonly loss: Tensor;
  readonly losses: Tensor; //       of each token, in the shape of the tokens; 0 where masked
  readonly clipFraction: Tensor; // share of tokens where clipping acts, and nothing is learned
  readonly approxKl: Tensor; //     ½·(log ratio)²: how far the update has gone, nats per token; TRL's `approxkl`
  readonly ratio: Tensor; //        πθ/πold
}

/** Means over tokens, [], and the losses that `loss` is the mean of. What is for reading is detached. */
export interface ValueLoss {
  readonly loss: Tensor;
  readonly losses: Tensor; //       of each token, in the shape of the tokens; 0 where masked
  readonly clipFraction: Tensor; // share of tokens where clipping acts, and nothing is learned
}

/**
 * PPO's clipped objective, negated: Schulman et al. 2017 (arXiv:1707.06347), eq. 7.
 *
 *   ratio = πθ/πold = e^(log πθ − log πold)
 *   loss  = −mean over tokens of min(ratio·A, clip(ratio, 1−c, 1+c)·A)
 *
 * A log-ratio beyond ±20 is taken as ±20 (as in verl), lest an infinite ratio times a gradient of 0 be NaN. What is
 * masked can hold anything, NaN too.
 */
export function ppoPolicyLoss(
  { logps, oldLogps, advantages, mask }: PolicyTokens,
  { cliprange, tokens }: { readonly cliprange: number } & Denominator,
): PolicyLoss {
  const logRatio = masked(wide(logps).sub(wide(oldLogps)), mask);
  const ratio = logRatio.clamp(-20, 20).exp();
  const gains = masked(wide(advantages), mask);
  const free = ratio.mul(gains).neg();
  const clipped = ratio
    .clamp(1 - cliprange, 1 + cliprange)
    .mul(gains)
    .neg();
  const losses = free.maximum(clipped);
  return {
    loss: maskedMean(losses, mask, tokens),
    losses,
    clipFraction: maskedMean(clipped.gt(free).to(losses.dtype), mask, tokens),
    approxKl: maskedMean(logRatio.detach().pow(2).div(2), mask, tokens),
    ratio: maskedMean(ratio.detach(), mask, tokens),
  };
}

/**
 * The critic's loss, clipped like the policy's: not in the paper, but in its authors' code and that of most since.
 *
 *   loss = ½·mean over tokens of max((V − G)², (clip(V, Vold−c, Vold+c) − G)²)
 */
export function ppoValueLoss(
  { values, oldValues, returns, mask }: ValueTokens,
  { cliprangeValue, tokens }: { readonly cliprangeValue: number } & Denominator,
): ValueLoss {
  const value = masked(wide(values), mask);
  const old = masked(wide(oldValues), mask);
  const aim = masked(wide(returns), mask);
  const free = value.sub(aim).pow(2);
  const clipped = value.maximum(old.sub(cliprangeValue)).minimum(old.add(cliprangeValue)).sub(aim).pow(2);
  const losses = free.maximum(clipped).div(2);
  return {
    loss: maskedMean(losses, mask, tokens),
    losses,
    clipFraction: maskedMean(clipped.gt(free).to(losses.dtype), mask, tokens),
  };
}

/**
 * One number from the losses of tokens: 'token', the mean over all of them, so that long responses weigh more; or
 * 'sequence', the mean over responses of the mean over their tokens, as in GRPO (Shao et al. 2024, arXiv:2402.03300,
 * eq. 3). A response of which no token counts does not count.
 *
 * @param perToken, mask [batch, time]
 * @returns              []
 */
export function aggregate(perToken: Tensor, mask: Tensor, over: 'token' | 'sequence'): Tensor {
  if (over === 'token') return maskedMean(perToken, mask);
  const counts = mask.to('float32').sum(1); // [batch]
  const means = masked(wide(perToken), mask).sum(1).div(counts.clamp(1));
  return maskedMean(means, counts);
}

/**
 * The mean where the mask is not 0: sum over `tokens`, left out the count of what is not masked; 0 where all is.
 *
 * @param values of any shape, as is the mask
 * @returns      [], float32 at least
 */
export function maskedMean(values: Tensor, mask?: Tensor, tokens?: number): Tensor {
  const sum = masked(wide(values), mask).sum();
  if (tokens !== undefined) return sum.div(tokens);
  return mask ? sum.div(mask.ne(0).to(sum.dtype).sum().clamp(1)) : sum.div(Math.max(1, values.size));
}

/** 0 where the mask is 0, whatever stood there; no gradient flows from there. */
const masked = (values: Tensor, mask?: Tensor): Tensor => (mask ? values.maskedFill(mask.eq(0), 0) : values);

/** Sums are made in float32 at least. */
const wide = (values: Tensor): Tensor =>
  values.dtype === 'bfloat16' || values.dtype === 'float16' ? values.to('float32') : values;
