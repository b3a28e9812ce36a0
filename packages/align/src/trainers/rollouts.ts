import { noGrad, type Tensor, tidy } from '@attune/torch';
import type { CausalLm } from '../models/CausalLm.ts';
import type { RewardModel } from '../models/rewardModel.ts';
import { withoutAdapters, withoutDropout } from '../nn/lora.ts';
import { generate } from '../sampling/generate.ts';
import { responseLogps } from './logps.ts';
import { responseScores, responseValues } from './scores.ts';
import type { Responses } from './states.ts';

/** A prompt to learn from. */
export interface RlPrompt {
  readonly id: string;
  readonly ids: readonly number[];
  /** RM(x, y_ref): the score of the reference's own response, 0 where it is not to be subtracted. */
  readonly referenceScore: number;
}

/** A response as the policy gave it. Log-probabilities are of the policy that sampled it, in nats. */
export interface SampledResponse {
  readonly ids: readonly number[];
  readonly logps: readonly number[];
  readonly finish: 'stop' | 'length';
}

/** The responses to one prompt. */
export interface SampledGroup {
  readonly prompt: RlPrompt;
  readonly responses: readonly SampledResponse[];
}

/** How responses are sampled: without filters, so that what is sampled is what is trained. */
export interface RolloutOptions {
  /** Responses to each prompt. */
  readonly samples: number;
  readonly maxNewTokens: number;
  readonly endIds: readonly number[];
  /** Responses under way at a time. */
  readonly rows: number;
  readonly seed: number;
  /** Left out, 1: the policy as it is. 0 takes the likeliest tokens. */
  readonly temperature?: number;
  readonly signal?: AbortSignal;
}

/** Samples responses to each prompt. Only the sampled tokens' log-probabilities are kept, never a [tokens, vocab]. */
export async function rollOut(
  policy: CausalLm,
  prompts: readonly RlPrompt[],
  { samples, rows, temperature = 1, ...options }: RolloutOptions,
): Promise<SampledGroup[]> {
  const sampled: SampledResponse[][] = prompts.map(() => []);
  const together = Math.max(1, Math.floor(rows / samples));
  const places = [...prompts.keys()];
  for (let start = 0; start < places.length; start += together) {
    const some = places.slice(start, start + together);
    const ids = some.map((place) => prompts[place]!.ids);
    const responses = generate(policy, ids, { ...options, samples, temperature }, some);
    for await (const { prompt, index, ...response } of responses) sampled[prompt]![index] = response;
  }
  return prompts.map((prompt, i) => ({ prompt, responses: sampled[i]! }));
}

/** Prompts and responses as the models take them. */
export const asResponses = (groups: readonly SampledGroup[]): Responses[] =>
  groups.map(({ prompt, responses }) => ({ prompt: prompt.ids, responses: responses.map(({ ids }) => ids) }));

/** The score of each response, in the order of the groups and of the responses in each: a reward model, or any rule. */
export type RewardFunction = (groups: readonly Responses[]) => readonly number[];

/** Log-probabilities of the responses' tokens under the frozen reference, responses laid end to end: nats. */
export type TokenReference = (groups: readonly Responses[]) => readonly number[];

/** A reward model as a reward function. */
export const rewardFrom =
  (model: RewardModel): RewardFunction =>
  (groups) =>
    numbers(() => withoutDropout(model, () => responseScores(model, groups)));

/** The reference is a model of its own, or the policy with its adapters off. */
export const tokenReference =
  (model: CausalLm, { adaptersOff = false } = {}): TokenReference =>
  (groups) =>
    numbers(() => (adaptersOff ? withoutAdapters : withoutDropout)(model, () => responseLogps(model, groups).value));

/** What the critic expects at each token, responses laid end to end. */
export const valuesOf = (critic: RewardModel, groups: readonly Responses[]): number[] =>
  numbers(() => withoutDropout(critic, () => responseValues(critic, groups)));

const numbers = (compute: () => Tensor): number[] => tidy(() => noGrad(() => compute().toArray()));
