import { linear, type Tensor, tensor } from '@attune/torch';
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

/**
 * As responseScores, of the two responses of each pair. Each prompt goes through the model once, and each of its
 * responses, in however many pairs they stand: K ranked responses cost K, not K·(K − 1).
 */
export function pairScores(model: RewardModel, pairs: readonly EncodedPair[]): PairScores {
  const groups = new Map<string, Group>();
  const found = pairs.map(({ prompt, chosen, rejected }) => {
    const key = prompt.join();
    const group = groups.get(key) ?? new Group(prompt);
    groups.set(key, group);
    return { group, chosen: group.placeOf(chosen), rejected: group.placeOf(rejected) };
  });
  const scores = responseScores(model, [...groups.values()]);
  let start = 0;
  for (const group of groups.values()) start = group.startAt(start);
  const side = (name: 'chosen' | 'rejected') => {
    const places = found.map((pair) => pair.group.start + pair[name]);
    return scores.indexSelect(0, tensor(places, { dtype: 'int64', device: scores.device }));
  };
  return { chosen: side('chosen'), rejected: side('rejected') };
}

/** The different responses to a prompt, in the order they first came. */
class Group implements Responses {
  readonly prompt: readonly number[];
  readonly responses: (readonly number[])[] = [];
  /** Where its first response stands among those of all groups. */
  start = 0;
  readonly #places = new Map<string, number>();

  constructor(prompt: readonly number[]) {
    this.prompt = prompt;
  }

  placeOf(response: readonly number[]): number {
    const key = response.join();
    const place = this.#places.get(key) ?? this.responses.push(response) - 1;
    this.#places.set(key, place);
    return place;
  }

  /** @returns where the next group starts */
  startAt(start: number): number {
    this.start = start;
    return start + this.responses.length;
  }
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
