import { type Tensor, tensor, zeros } from '@attune/torch';
import type { EncodedPair, EncodedText } from '../data/encode.ts';
import type { PairLengths, PairLogps } from '../losses/types.ts';
import type { CausalLm } from '../models/CausalLm.ts';
import { Packed, type Segment } from '../models/Packed.ts';
import { type Cut, tokenLogps } from '../models/tokenLogps.ts';

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
  const responses = pairs.flatMap(({ prompt, chosen, rejected }) => [
    { prompt, response: chosen },
    { prompt, response: rejected },
  ]);
  const segments: Segment[] = [];
  const owners: number[] = []; // of each scored token, which response it belongs to
  const places: Place[] = [];
  for (const [i, { prompt, chosen, rejected }] of pairs.entries()) {
    const after = segments.push({ ids: prompt }) - 1;
    for (const [j, response] of [chosen, rejected].entries()) {
      const segment = segments.push({ ids: response, after }) - 1;
      response.forEach((id, t) => void places.push(t === 0 ? [after, prompt.length - 1, id] : [segment, t - 1, id]));
      response.forEach(() => void owners.push(2 * i + j));
    }
  }
  const { device } = model.head;
  const tokens = scorePlaces(model, segments, places);
  const owner = tensor(owners, { dtype: 'int64', device });
  const sums = zeros([responses.length], { dtype: tokens.value.dtype, device }).indexAdd(0, owner, tokens.value);
  const counts = tensor(
    responses.map(({ response }) => response.length),
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
 * Log-probabilities of the tokens to learn of each text (mask 1), laid end to end.
 *
 * @returns a cut; its value [tokens to learn], nats
 */
export function textLogps(model: CausalLm, texts: readonly EncodedText[]): Cut {
  const places = texts.flatMap(({ ids, mask }, i) =>
    ids.flatMap((id, t): Place[] => (t > 0 && mask[t] === 1 ? [[i, t - 1, id]] : [])),
  );
  return scorePlaces(
    model,
    texts.map(({ ids }) => ({ ids })),
    places,
  );
}

/** The token at `index` of a segment predicts the token `target`. */
type Place = readonly [segment: number, index: number, target: number];

function scorePlaces(model: CausalLm, segments: readonly Segment[], places: readonly Place[]): Cut {
  const { device } = model.head;
  const packed = new Packed(segments, device);
  const ints = (values: readonly number[]) => tensor(values, { dtype: 'int64', device });
  const hidden = model.hidden(ints(packed.ids), packed);
  const before = ints(places.map(([segment, index]) => packed.starts[segment]! + index));
  return tokenLogps(model, hidden.indexSelect(0, before), ints(places.map(([, , target]) => target)));
}
