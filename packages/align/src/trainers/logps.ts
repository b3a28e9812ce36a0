import { noGrad, type Tensor, tensor, zeros } from '@attune/torch';
import type { EncodedPair, EncodedText } from '../data/encode.ts';
import type { PairLengths, PairLogps } from '../losses/types.ts';
import type { CausalLm } from '../models/CausalLm.ts';
import { extrapolatedLogps } from '../models/extrapolatedLogps.ts';
import { type Cut, tokenLogps } from '../models/tokenLogps.ts';
import { withoutAdapters, withoutDropout } from '../nn/lora.ts';
import { type Place, placesBefore, type Responses, segmentsOf, statesAt } from './states.ts';

/** A batch of pairs as the losses see it, and the way back to the weights. */
export interface ScoredPairs {
  readonly logps: PairLogps;
  readonly lengths: PairLengths;
  backward(): void;
}

/**
 * Log-probabilities of both responses of each pair, in nats, summed over their tokens. A prompt goes through the model
 * once for both; the vocabulary head reads only the positions that predict response tokens.
 */
export function pairLogps(model: CausalLm, pairs: readonly EncodedPair[]): ScoredPairs {
  const { value, backward } = responseLogps(model, groupsOf(pairs));
  return { logps: sumsOf(pairs, value), lengths: lengthsOf(pairs, value), backward };
}

/** A batch of pairs under the policy, under its reference, and under a model extrapolated from the two. */
export interface ExtrapolatedPairs extends ScoredPairs {
  readonly reference: PairLogps; //    no gradient
  readonly extrapolated: PairLogps; // no gradient
}

/**
 * `pairLogps` of a policy and its reference with those of `extrapolatedLogps`: one pass of each model gives all three.
 *
 * @param adaptersOff the reference is the policy with its adapters off
 * @param lambda λ: how far beyond the policy
 */
export function extrapolatedPairLogps(
  policy: CausalLm,
  reference: { readonly model: CausalLm; readonly adaptersOff: boolean },
  pairs: readonly EncodedPair[],
  lambda: number,
): ExtrapolatedPairs {
  const { segments, places, targets } = responsePlaces(groupsOf(pairs));
  const ids = idsOn(policy, targets);
  const frozen = (compute: () => Tensor) =>
    noGrad(() => (reference.adaptersOff ? withoutAdapters : withoutDropout)(reference.model, compute));
  const held = {
    hidden: frozen(() => statesAt(reference.model, segments, places)),
    logits: (part: Tensor) => frozen(() => reference.model.logits(part)),
  };
  const tokens = extrapolatedLogps(policy, statesAt(policy, segments, places), ids, held, lambda);
  const { value, backward } = tokens.policy;
  return {
    logps: sumsOf(pairs, value),
    lengths: lengthsOf(pairs, value),
    reference: sumsOf(pairs, tokens.reference),
    extrapolated: sumsOf(pairs, tokens.extrapolated),
    backward,
  };
}

const groupsOf = (pairs: readonly EncodedPair[]): Responses[] =>
  pairs.map(({ prompt, chosen, rejected }) => ({ prompt, responses: [chosen, rejected] }));

/** Sums over each response's tokens, from [tokens] of all responses laid end to end. */
function sumsOf(pairs: readonly EncodedPair[], tokens: Tensor): PairLogps {
  const responses = pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  const owners = responses.flatMap((response, i) => response.map(() => i)); // of each token, its response
  const { dtype, device } = tokens;
  return apart(
    zeros([responses.length], { dtype, device }).indexAdd(0, tensor(owners, { dtype: 'int64', device }), tokens),
  );
}

const lengthsOf = (pairs: readonly EncodedPair[], { dtype, device }: Tensor): PairLengths =>
  apart(
    tensor(
      pairs.flatMap(({ chosen, rejected }) => [chosen.length, rejected.length]),
      { device },
    ).to(dtype),
  );

/** [chosen, rejected, chosen, …] as two tensors [pairs]. */
function apart(interleaved: Tensor): { chosen: Tensor; rejected: Tensor } {
  const pairs = interleaved.view([-1, 2]);
  return { chosen: pairs.select(1, 0), rejected: pairs.select(1, 1) };
}

/**
 * Log-probabilities of the responses' tokens, responses laid end to end.
 *
 * @returns a cut; its value [tokens], nats
 */
export function responseLogps(model: CausalLm, groups: readonly Responses[]): Cut {
  const { segments, places, targets } = responsePlaces(groups);
  return tokenLogps(model, statesAt(model, segments, places), idsOn(model, targets));
}

/** The responses' tokens, laid end to end, and the places whose states predict them. */
function responsePlaces(groups: readonly Responses[]) {
  const { segments, owners } = segmentsOf(groups);
  const places = owners.flatMap((owner) => placesBefore(segments, owner));
  return { segments, places, targets: groups.flatMap(({ responses }) => responses.flat()) };
}

/**
 * Log-probabilities of the tokens to learn of each text (mask 1), laid end to end.
 *
 * @returns a cut; its value [tokens to learn], nats
 */
export function textLogps(model: CausalLm, texts: readonly EncodedText[]): Cut {
  const learned = texts.map(({ ids, mask }) => ids.flatMap((_, t) => (t > 0 && mask[t] === 1 ? [t] : [])));
  const places = learned.flatMap((tokens, i) => tokens.map((t): Place => [i, t - 1]));
  const targets = learned.flatMap((tokens, i) => tokens.map((t) => texts[i]!.ids[t]!));
  return tokenLogps(model, statesAt(model, texts, places), idsOn(model, targets));
}

const idsOn = ({ head }: CausalLm, ids: readonly number[]): Tensor =>
  tensor(ids, { dtype: 'int64', device: head.device });
