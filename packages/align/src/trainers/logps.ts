import { type Tensor, tensor, zeros } from '@attune/torch';
import type { EncodedPair, EncodedText } from '../data/encode.ts';
import type { PairLengths, PairLogps } from '../losses/types.ts';
import type { CausalLm } from '../models/CausalLm.ts';
import { type Cut, tokenLogps } from '../models/tokenLogps.ts';
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
  const groups = pairs.map(({ prompt, chosen, rejected }) => ({ prompt, responses: [chosen, rejected] }));
  const responses = groups.flatMap((group) => group.responses);
  const { device } = model.head;
  const tokens = responseLogps(model, groups);
  const owners = responses.flatMap((response, i) => response.map(() => i)); // of each token, its response
  const owner = tensor(owners, { dtype: 'int64', device });
  const sums = zeros([responses.length], { dtype: tokens.value.dtype, device }).indexAdd(0, owner, tokens.value);
  const counts = tensor(
    responses.map(({ length }) => length),
    { device },
  ).to(tokens.value.dtype);
  return { logps: apart(sums), lengths: apart(counts), backward: tokens.backward };
}

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
  const { segments, owners } = segmentsOf(groups);
  const places = owners.flatMap((owner) => placesBefore(segments, owner));
  const targets = groups.flatMap(({ responses }) => responses.flat());
  return tokenLogps(model, statesAt(model, segments, places), idsOn(model, targets));
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
