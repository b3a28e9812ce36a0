/**
 * What does the reference reward do to the variance of rewards and advantages? The storyteller responds to prompts twice,
 * y and y_ref, and the reward model of recipes/rlhf/compare.ts scores both; the critic starts from the reward model, as
 * in training. Once the scores are taken as they are, and once half of the prompts are of a task whose scores stand 4
 * higher, as tasks do in Figure 3 of ChatGLM-RLHF (arXiv:2404.00934). Three seeds, 160 prompts each.
 *
 *   node recipes/rlhf/referenceReward.ts [OUT]
 *
 * Some minutes after compare.ts has left its reward model in OUT. docs/ppo.md has its table.
 */
import { join } from 'node:path';
import {
  type ExperienceGroup,
  encodePrompt,
  experience,
  isRewardModel,
  openModel,
  type Responses,
  type RlPrompt,
  rewardFrom,
  rollOut,
  type SampledGroup,
  tokenReference,
} from '@attune/align';
import { readPrompts, standardDeviation } from '@attune/preferences';
import { withHalf } from '../tools.ts';

const out = process.argv[2] ?? 'runs/rlhf';
const [seeds, count, level] = [[1, 2, 3], 160, 4];
const kind = { dtype: 'float32', device: 'cpu' } as const;
using policy = await openModel('models/storyteller', kind);
using scorer = await openModel(join(out, 'reward'), kind);
if (!isRewardModel(scorer.model)) throw new Error(`${out}/reward is no reward model.`);
const critic = scorer.model;
const [score, reference] = [rewardFrom(critic), tokenReference(policy.model)];
const { prompts } = await readPrompts('models/storyteller/prompts.jsonl');
const assessment = {
  ...({ estimator: 'gae', klEstimator: 'k1', beta: 0.05, gamma: 1, lambda: 1 } as const),
  ...{ missingEosPenalty: 0, whitenRewards: false, whitenAdvantages: false },
};

/** A prompt's two responses, y and y_ref, of every prompt of a seed. */
async function twice(seed: number): Promise<{ own: SampledGroup[]; other: SampledGroup[] }> {
  const some = prompts.slice((seed - 1) * count, seed * count).map(({ id, prompt }): RlPrompt => {
    return { id: id!, ids: encodePrompt(policy.tokenizer, prompt), referenceScore: 0 };
  });
  const how = { samples: 1, maxNewTokens: 200, endIds: policy.tokenizer.eosIds, rows: 80 };
  const respond = (n: number) => rollOut(policy.model, some, { ...how, seed: n });
  return { own: await respond(seed), other: await respond(seed + 100) };
}

/** Variances over responses and over their tokens. */
function variances(groups: readonly ExperienceGroup[]): { rewards: number; advantages: number } {
  const all = groups.flatMap(({ responses }) => responses);
  return {
    rewards: standardDeviation(all.map(({ reward }) => reward)) ** 2,
    advantages: standardDeviation(all.flatMap(({ advantages }) => advantages)) ** 2,
  };
}

const sampled: Awaited<ReturnType<typeof twice>>[] = [];
for (const seed of seeds) sampled.push(await twice(seed));
for (const raised of [0, level]) {
  const measured: Record<'raw' | 'less', ReturnType<typeof variances>>[] = [];
  for (const { own, other } of sampled) {
    const levels = new Map(own.map(({ prompt }, i) => [prompt.ids, i % 2 === 0 ? raised : 0]));
    const reward = (groups: readonly Responses[]) =>
      score(groups).map((value, i) => value + levels.get(groups[i]!.prompt)!); // one response to each prompt
    const judged = (groups: readonly SampledGroup[]) =>
      experience({ reward, reference, critic }, groups, assessment, 16);
    const baselines = await judged(other);
    const less = own.map(({ prompt, ...rest }, i) => {
      return { ...rest, prompt: { ...prompt, referenceScore: baselines[i]!.responses[0]!.score } };
    });
    measured.push({ raw: variances(await judged(own)), less: variances(await judged(less)) });
  }
  console.log(`\n${raised === 0 ? 'scores as they are' : `half of the prompts stand ${level} higher`}`);
  for (const [name, key] of Object.entries({ 'RM(x,y)': 'raw', 'RM(x,y) − RM(x,y_ref)': 'less' } as const)) {
    const column = (of: 'rewards' | 'advantages') =>
      withHalf(
        measured.map((each) => each[key][of]),
        2,
      );
    console.log(`  ${name.padEnd(24)} variance of rewards ${column('rewards')}, of advantages ${column('advantages')}`);
  }
}
