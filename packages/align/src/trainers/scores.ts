import { linear, type Tensor } from '@attune/torch';
import type { EncodedPair } from '../data/encode.ts';
import type { RewardModel } from '../models/rewardModel.ts';
import { placesBefore, type Responses, segmentsOf, statesAt } from './states.ts';

/** The rewards of both responses of each pair. */
export interface PairScores {
  readonly chosen: Tensor; //   [pairs]
  readonly rejected: Tensor; // [pairs]
}

/**
 * The reward of each response, read at its last token. Where that is, is known from lengths; no padding token is looked
 * for, so that neither batch nor padding can move a score.
 *
 * @returns [responses], float32, in the order of the groups and of the responses in each
 */
export function responseScores(model: RewardModel, groups: readonly Responses[]): Tensor {
  const { segments, owners } = segmentsOf(groups);
  return scored(
    model,
    statesAt(
      model,
      segments,
      owners.map(([, own]) => [own, segments[own]!.ids.length - 1]),
    ),
  );
}

/** As responseScores, of the two responses of each pair. */
export function pairScores(model: RewardModel, pairs: readonly EncodedPair[]): PairScores {
  const groups = pairs.map(({ prompt, chosen, rejected }) => ({ prompt, responses: [chosen, rejected] }));
  const scores = responseScores(model, groups).view([-1, 2]);
  return { chosen: scores.select(1, 0), rejected: scores.select(1, 1) };
}

/**
 * What a critic expects of each response before each of its tokens: V(prompt, tokens before).
 *
 * @returns [tokens], float32, responses laid end to end
 */
export function responseValues(critic: RewardModel, groups: readonly Responses[]): Tensor {
  const { segments, owners } = segmentsOf(groups);
  const places = owners.flatMap((owner) => placesBefore(segments, owner));
  return scored(critic, statesAt(critic, segments, places));
}

/** [n, hidden] → [n]. In float32 also where the trunk computes in less: eight bits would make ties of small leads. */
function scored({ score }: RewardModel, states: Tensor): Tensor {
  const dtype = states.dtype === 'float64' ? 'float64' : 'float32';
  return linear(states.to(dtype), score.weight.to(dtype)).squeeze(1);
}
