import { noGrad, tensor, tidy } from '@attune/torch';
import { breathe } from '../breathe.ts';
import { microBatches } from '../data/batches.ts';
import { gae, groupRelative, leaveOneOut, tokenRewards, whiten } from '../losses/advantages.ts';
import { approxKl, type KlEstimator } from '../losses/kl.ts';
import type { RewardModel } from '../models/rewardModel.ts';
import {
  asResponses,
  type RewardFunction,
  type RlPrompt,
  type SampledGroup,
  type SampledResponse,
  type TokenReference,
  valuesOf,
} from './rollouts.ts';

/** Where advantages come from: a critic, or the other responses to the same prompt. */
export type AdvantageEstimator = 'gae' | 'rloo' | 'grpo' | 'dr_grpo';

/** How verdicts on responses become what each token is pushed by. */
export interface Assessment {
  readonly estimator: AdvantageEstimator;
  readonly klEstimator: KlEstimator;
  /** Taken off the score of a response that was cut off before its end token. */
  readonly missingEosPenalty: number;
  readonly gamma: number;
  readonly lambda: number;
  readonly whitenRewards: boolean;
  readonly whitenAdvantages: boolean;
}

/** Who judges the responses. No gradient flows through any of them. */
export interface Judges {
  readonly reward: RewardFunction;
  readonly reference: TokenReference;
  /** Where advantages come from a critic. */
  readonly critic?: RewardModel;
}

/** A response with all that learning from it reads. Lists have one number for each of its tokens. */
export interface Experience extends SampledResponse {
  readonly score: number; //  as the reward model gave it, less the penalty for a missing end
  readonly reward: number; // score less that of the reference's response: 0 means as good as where training began
  readonly kl: readonly number[]; //         log π − log π₀ of what was sampled (k1), nats
  readonly penalty: readonly number[]; //    the same as the chosen estimator has it: what β weighs
  readonly values: readonly number[]; //     before learning; empty without a critic
  readonly advantages: readonly number[];
  readonly returns: readonly number[]; //    what the critic is to learn; empty without one
}

/** The responses to one prompt. */
export interface ExperienceGroup {
  readonly prompt: RlPrompt;
  readonly responses: readonly Experience[];
}

/**
 * Judges sampled responses and works out the advantage of each token. `atOnce` groups go through the models together.
 */
export async function experience(
  judges: Judges,
  sampled: readonly SampledGroup[],
  assessment: Assessment & { readonly beta: number },
  atOnce: number,
): Promise<ExperienceGroup[]> {
  const judged: Judged[] = [];
  for (const groups of microBatches(sampled, atOnce)) {
    judged.push(...judge(judges, groups, assessment));
    await breathe();
  }
  const assessed = assessment.estimator === 'gae' ? byCritic(judged, assessment) : byGroup(judged, assessment);
  return regrouped(sampled, assessment.whitenAdvantages ? whitened(assessed) : assessed);
}

type Judged = Omit<Experience, 'advantages' | 'returns'> & { readonly group: SampledGroup };

/** The verdicts on some groups, one for each response. */
function judge(
  { reward, reference, critic }: Judges,
  groups: readonly SampledGroup[],
  { klEstimator, missingEosPenalty }: Assessment,
): Judged[] {
  const tokens = asResponses(groups);
  const owned = groups.flatMap((group) => group.responses.map((response) => ({ group, response })));
  const parts = inParts(owned.map(({ response }) => response.ids.length));
  const [scores, referenceLogps] = [reward(tokens), parts(reference(tokens))];
  const values = critic ? parts(valuesOf(critic, tokens)) : undefined;
  return owned.map(({ group, response }, i) => {
    const score = scores[i]! - (response.finish === 'length' ? missingEosPenalty : 0);
    const estimate = (estimator: KlEstimator) => klOf(response.logps, referenceLogps[i]!, estimator);
    const kl = estimate('k1');
    return {
      ...response,
      group,
      score,
      reward: score - group.prompt.referenceScore,
      kl,
      penalty: klEstimator === 'k1' ? kl : estimate(klEstimator),
      values: values?.[i] ?? [],
    };
  });
}

const klOf = (logps: readonly number[], referenceLogps: readonly number[], estimator: KlEstimator): number[] =>
  tidy(() =>
    noGrad(() => {
      const [own, reference] = [logps, referenceLogps].map((list) => tensor(list, { dtype: 'float64' }));
      return approxKl(own!, reference!, estimator).toArray();
    }),
  );

/** Generalized advantage estimation against what the critic expected. */
function byCritic(judged: readonly Judged[], assessment: Assessment & { readonly beta: number }): Experience[] {
  const { beta, whitenRewards } = assessment;
  const raw = judged.map(({ reward, penalty }) => tokenRewards({ score: reward, kl: penalty, beta }));
  const rewards = whitenRewards ? whiten(raw, { shiftMean: false }) : raw;
  return judged.map((response, i) => ({ ...response, ...gae(rewards[i]!, response.values, assessment) }));
}

/** Each response against the others to its prompt; all its tokens share one advantage. */
function byGroup(judged: readonly Judged[], { estimator, beta }: Assessment & { readonly beta: number }): Experience[] {
  const groups = Map.groupBy(judged, ({ group }) => group);
  return [...groups.values()].flatMap((responses) => {
    const totals = responses.map(({ reward, penalty }) => reward - beta * sum(penalty));
    const advantages =
      estimator === 'rloo' ? leaveOneOut(totals) : groupRelative(totals, { scale: estimator === 'grpo' });
    return responses.map((response, i) => ({
      ...response,
      advantages: response.ids.map(() => advantages[i]!),
      returns: [],
    }));
  });
}

function whitened(responses: readonly Experience[]): Experience[] {
  const advantages = whiten(responses.map((response) => response.advantages));
  return responses.map((response, i) => ({ ...response, advantages: advantages[i]! }));
}

function regrouped(sampled: readonly SampledGroup[], responses: readonly Experience[]): ExperienceGroup[] {
  let next = 0;
  return sampled.map(({ prompt, responses: { length } }) => ({
    prompt,
    responses: responses.slice(next, (next += length)),
  }));
}

/** Cuts a list that runs over all responses into one list for each. */
const inParts =
  (lengths: readonly number[]) =>
  (flat: readonly number[]): number[][] => {
    let next = 0;
    return lengths.map((length) => flat.slice(next, (next += length)));
  };

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
